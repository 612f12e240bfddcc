package cli

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/suggest"
	"github.com/astra-admin/astra/pkg/usage"
)

// noTimeout marks a command that has no time limit of its own accord.
const noTimeout = "long-running"

// AddWait declares --wait, which extends the time limit.
func AddWait(f *pflag.FlagSet, wait *bool) {
	f.BoolVar(wait, "wait", false, "wait until the operation is finished")
}

func hasWait(cmd *cobra.Command) bool {
	wait, err := cmd.Flags().GetBool("wait")
	return err == nil && wait
}

// WithoutTimeout marks cmd as one without a time limit of its own.
func WithoutTimeout(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[noTimeout] = "true"
	return cmd
}

// Args checks positional arguments and words the complaint by their names, as
// they stand in the usage line: NAME required, [NAME] optional, NAME… repeated.
func Args(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := usage.CheckArguments(args); err != nil { // before anything else is said of it
			return err
		}
		if slices.Contains(args, "") {
			return exit.Usagef("an argument is empty").WithHint("a shell variable may be unset; usage: %s", cmd.UseLine())
		}
		var required []string
		most := len(names)
		for _, n := range names {
			if !strings.HasPrefix(n, "[") {
				required = append(required, n)
			}
			if strings.Contains(n, "…") {
				most = int(^uint(0) >> 1)
			}
		}
		switch {
		case len(args) < len(required):
			return exit.Usagef("%s is required", strings.Trim(required[len(args)], "…")).WithHint("usage: %s", cmd.UseLine())
		case len(args) > most:
			return usage.ExtraArgument(cmd, args, most)
		}
		return nil
	}
}

// Noun is a command with verbs. They are made only if the command line of app contains
// the noun or a similar word: most of the start-up time would be spent on flags and texts
// of other commands.
func Noun(app *App, noun *cobra.Command, verbs ...func(*App) *cobra.Command) *cobra.Command {
	if app.Mentions(append(noun.Aliases, noun.Name())...) {
		for _, verb := range verbs {
			noun.AddCommand(verb(app))
		}
	}
	return Parent(noun)
}

// Mentions reports whether a word of the command line is one of names or similar. Without
// a command line it reports true.
func (s *Settings) Mentions(names ...string) bool {
	const most = 64 // bytes; longer words are values, and costly to compare
	return s.Args == nil || slices.ContainsFunc(s.Args, func(word string) bool {
		return len(word) <= most && len(suggest.Nearest(word, names)) > 0
	})
}

// limitAnnotation is the annotation that says for what a command is, where other words suggest it.
const limitAnnotation = "limits"

// LimitSuggestion marks cmd as suitable only for some meanings of the words for which it
// is suggested, with a sentence about it.
func LimitSuggestion(cmd *cobra.Command, text string) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[limitAnnotation] = text
	return cmd
}

// Suggestion asks whether cmd was meant, given by its words.
func Suggestion(cmd *cobra.Command, words string) string {
	text := "did you mean " + exit.QuoteList([]string{words}) + "?"
	if limit := cmd.Annotations[limitAnnotation]; limit != "" {
		text += " " + limit
	}
	return text
}

// Parent makes noun a command that only has subcommands. Without a verb it shows the
// help; an unknown verb is an error with the verbs of that meaning (SuggestFor) or
// similar ones. Cobra alone would show the help and succeed.
func Parent(noun *cobra.Command) *cobra.Command {
	noun.Args = cobra.ArbitraryArgs
	noun.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		var meant, known []string
		for _, c := range cmd.Commands() {
			if slices.Contains(c.SuggestFor, strings.ToLower(args[0])) {
				meant = append(meant, c.Name())
			}
			if c.IsAvailableCommand() {
				known = append(append(known, c.Name()), c.Aliases...)
			}
		}
		if len(meant) == 0 {
			meant = suggest.Nearest(args[0], known)
		}
		e, next := exit.Usagef("unknown command %q for %q", usage.Redact(args[0]), cmd.CommandPath()), cmd.CommandPath()
		if len(meant) > 0 {
			e.Hint = "did you mean " + exit.QuoteList(meant) + "?"
		}
		if at := slices.IndexFunc(cmd.Commands(), func(c *cobra.Command) bool { return len(meant) == 1 && c.Name() == meant[0] }); at >= 0 {
			e.Hint = Suggestion(cmd.Commands()[at], meant[0])
		}
		if len(meant) == 1 {
			next += " " + meant[0]
		}
		return e.WithNext(next + " --help")
	}
	return noun
}

// ownFormats is the annotation of a command with values of -o that others do not
// have.
const ownFormats = "own-formats"

// OwnFormats declares values of -o that only cmd has. See OwnFormat.
func OwnFormats(cmd *cobra.Command, names ...string) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[ownFormats] = strings.Join(names, " ")
	return cmd
}

// OwnFormat returns the value of -o if it is one of the command's own.
func (s *Settings) OwnFormat() string { return s.ownFormat }

// resolveCustomFormat stores a value of -o that only this command has. Other output flags
// have no meaning with it.
func (s *Settings) resolveCustomFormat(cmd *cobra.Command) error {
	g := &s.Globals
	if g.Output == "" || !slices.Contains(strings.Fields(cmd.Annotations[ownFormats]), g.Output) {
		return nil
	}
	given := s.outputGiven
	s.outputGiven = false
	other := s.OutputFlag()
	s.outputGiven = given
	if other != "" {
		return exit.Usagef("%s cannot be combined with -o %s", other, g.Output)
	}
	s.ownFormat, g.Output = g.Output, ""
	return nil
}

// addOwnFormats adds the formats of the command to an error about -o.
func addOwnFormats(cmd *cobra.Command, err error) error {
	names := strings.Fields(cmd.Annotations[ownFormats])
	if len(names) == 0 {
		return err
	}
	return exit.Hint(err, "this command also has "+strings.Join(names, " and ")+"")
}

// ownStatus is the annotation of a command that ends with one status for
// whatever goes wrong, because the others are those of what it runs.
const ownStatus = "own-status"

// SetFailureCode marks cmd as a command whose own failures all end with one
// status. The error code still names the kind of failure.
func SetFailureCode(cmd *cobra.Command, code exit.Code) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[ownStatus] = code.String()
	return cmd
}

// ownStatusOf returns the status of SetFailureCode, else OK.
func ownStatusOf(cmd *cobra.Command) exit.Code {
	code, _ := strconv.Atoi(cmd.Annotations[ownStatus])
	return exit.Code(code)
}

// overrideExitCode gives e the status that the command has for all failures, except for
// signals and a program that cannot be run.
func (a *App) overrideExitCode(e *exit.Error) {
	kept := []exit.Code{exit.CannotExecute, exit.CommandNotFound, exit.HungUp, exit.Interrupted, exit.Terminated}
	if a.OwnStatus == exit.OK || slices.Contains(kept, e.Exit) {
		return
	}
	if e.Name == "" {
		e.Name = e.Exit.Name()
	}
	e.Exit = a.OwnStatus
}

// columnKeys is the annotation of a command that has the keys of its columns.
const columnKeys = "columns"

// Listing declares the columns of a command that prints a list, for its help and for
// completion.
func Listing[T any](cmd *cobra.Command, columns []output.Column[T]) *cobra.Command {
	keys := output.Keys(columns)
	if cmd.Long == "" {
		cmd.Long = cmd.Short + "."
	}
	const width = 84 // as wide as the other lines of a help
	cmd.Long += "\n\n" + strings.ReplaceAll(help.Wrap("Columns: "+strings.Join(keys, ", ")+".", width), "\n  ", "\n")
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[columnKeys] = strings.Join(keys, " ")
	return cmd
}

// rowNoun returns the noun for the rows of a command, in the plural.
func rowNoun(cmd *cobra.Command) string {
	if cmd.Parent() == nil || cmd.Name() != "list" && cmd.Name() != "get" {
		return "rows"
	}
	noun := cmd.Parent().Name()
	longer := map[string]string{
		"cdc": "table", "db": "database", "key": "customer key", "org": "organization", "pcu": "PCU group", "telemetry": "database",
	}
	return spelling.Plural(cmp.Or(longer[noun], strings.ReplaceAll(noun, "-", " ")))
}

// ColumnKeys returns the keys of the columns of a command that prints a list.
func ColumnKeys(cmd *cobra.Command) []string { return strings.Fields(cmd.Annotations[columnKeys]) }
