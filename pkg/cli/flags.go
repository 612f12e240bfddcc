package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/secret"
)

// Globals are the flags that every command has.
type Globals struct {
	Profile, APIURL, TokenFile string
	Sandbox                    bool
	Output, JQ, Template, Sort string
	Columns, Filter            []string
	NoHeaders                  bool
	Yes, NoInput, DryRun       bool
	Timeout                    time.Duration
	Quiet, Verbose             bool
	Debug, Color               string
}

// What bounds a whole command where nothing else is asked for. Somebody at a
// terminal gets the time to think, or to fetch a token.
const (
	defaultTimeout  = 60 * time.Second
	attendedTimeout = 10 * time.Minute
	patientTimeout  = 20 * time.Minute // with --wait
)

// AddFlags declares the global flags on the root command.
func (a *App) AddFlags(root *cobra.Command) {
	g, f := &a.Globals, root.PersistentFlags()
	f.StringVarP(&g.Profile, "profile", "p", "", "`name` of the profile to use")
	f.BoolVar(&g.Sandbox, "sandbox", false, "use the embedded sandbox instead of the service")
	f.StringVar(&g.APIURL, "api-url", "", "root `URL` of the DevOps API; https, or a server on this machine")
	f.StringVar(&g.TokenFile, "token-file", "", "read the application token from a `file`, - for standard input")
	f.StringVarP(&g.Output, "output", "o", "", "`format`: table, wide, json, yaml, csv, tsv or name (default table on a terminal, else tsv)")
	f.StringVar(&g.JQ, "jq", "", "filter the JSON with a jq `expression`")
	f.StringVar(&g.Template, "template", "", "format the JSON with a Go `template`")
	f.StringArrayVar(&g.Columns, "columns", nil, "show these columns, a `list` with commas; may be repeated")
	f.StringVar(&g.Sort, "sort", "", "sort rows by a `column`, -column for the reverse")
	f.StringArrayVar(&g.Filter, "filter", nil, "keep rows by a `condition`: column=value or column~regexp; may be repeated")
	f.BoolVar(&g.NoHeaders, "no-headers", false, "leave out the header row")
	f.BoolVarP(&g.Yes, "yes", "y", false, "confirm, instead of being asked")
	f.BoolVar(&g.NoInput, "no-input", false, "never ask; fail where an answer is needed")
	f.BoolVar(&g.DryRun, "dry-run", false, "show the request of a change instead of sending it")
	f.DurationVar(&g.Timeout, "timeout", 0, "`duration` that bounds the whole command, questions included (default 1m0s, at a terminal 10m0s, with --wait 20m0s)")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "no messages but errors")
	f.BoolVarP(&g.Verbose, "verbose", "v", false, "say more about what is done")
	f.StringVar(&g.Debug, "debug", "", "trace requests on standard error; `what` is http")
	f.Lookup("debug").NoOptDefVal = "http"
	f.StringVar(&g.Color, "color", "auto", "colour messages: `when` is auto, always or never")
}

// Start checks the global flags, settles the settings and sets the time limit.
// It runs before every command.
func (a *App) Start(cmd *cobra.Command) error {
	g := &a.Globals
	if err := errors.Join(cmd.ValidateRequiredFlags(), cmd.ValidateFlagGroups()); err != nil {
		return AsUsage(err) // cobra would come to it later, and not say what kind of error it is
	}
	if err := errors.Join(checkArguments(a.Args), emptyFlag(cmd)); err != nil {
		return err
	}
	if err := a.settle(); err != nil {
		return err
	}
	if a.sandboxed && (g.Profile != "" || g.APIURL != "") {
		return Usagef("--sandbox goes with neither --profile nor --api-url: the sandbox is its own organization")
	}
	if !slices.Contains([]string{"auto", "always", "never"}, g.Color) {
		return Usagef("--color is auto, always or never, not %q", g.Color)
	}
	a.outputGiven = g.Output != ""
	if err := a.takeOwnFormat(cmd); err != nil {
		return err
	}
	if g.Output == "" {
		g.Output = a.settings.Output
		if _, err := output.ParseFormat(g.Output); err != nil && g.Output != "" {
			return Failf(Config, "%s: %v", a.settings.Source("output"), err)
		}
	}
	if _, err := a.outputOptions(); err != nil {
		return ownFormatsToo(cmd, err)
	}
	if g.Debug = cmp.Or(g.Debug, a.settings.Debug); g.Debug == "1" || g.Debug == "true" {
		g.Debug = "http"
	}
	if g.Debug != "" && g.Debug != "http" {
		return Usagef("--debug is http, not %q", g.Debug)
	}
	limit := g.Timeout
	if !cmd.Flags().Changed("timeout") {
		limit = cmp.Or(a.settings.Timeout, defaultTimeout)
		if a.Interactive() && a.settings.Timeout == 0 {
			limit = attendedTimeout
		}
		if waits(cmd) && a.settings.Timeout == 0 {
			limit = patientTimeout
		}
	}
	if limit <= 0 {
		return Usagef("--timeout must be longer than nothing")
	}
	a.tellOpen(cmd)
	if cmd.Annotations[longRunning] != "" && !cmd.Flags().Changed("timeout") {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(cmd.Context(), limit, lateError{limit})
	a.cancelTimeout, a.limit = cancel, limit
	cmd.SetContext(ctx)
	return nil
}

// emptyFlag refuses a flag that was given without a value: mostly a variable of
// a script that is not set, and then the meaning would be another one. Only a
// description may be taken away like that.
func emptyFlag(cmd *cobra.Command) error {
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "description" {
			return
		}
		list, isList := f.Value.(pflag.SliceValue)
		if f.Value.Type() == "string" && f.Value.String() == "" || isList && slices.Contains(list.GetSlice(), "") {
			err = Usagef("--%s is empty", f.Name).WithHint("leave it out, or give it a value; a variable may not be set")
		}
	})
	return err
}

// settle reads the settings: the environment over the defaults of the
// configuration file. A file that cannot be read is reported by what needs it.
func (a *App) settle() error {
	environment, err := config.NewSettings(a.Getenv, nil)
	if err != nil {
		return err
	}
	a.settings, a.sandboxed = environment, a.Globals.Sandbox || environment.Sandbox
	cfg, err := a.Config()
	if err != nil || len(cfg.Defaults) == 0 {
		return nil //nolint:nilerr // doctor, help and the like do without
	}
	a.settings, err = config.NewSettings(a.Getenv, cfg.Defaults)
	return err
}

// longRunning marks a command that has no time limit of its own accord.
const longRunning = "long-running"

// AddWait declares --wait, with which a command has more time.
func AddWait(f *pflag.FlagSet, wait *bool) {
	f.BoolVar(wait, "wait", false, "wait until it is done")
}

func waits(cmd *cobra.Command) bool {
	wait, err := cmd.Flags().GetBool("wait")
	return err == nil && wait
}

// LongRunning marks cmd as one that runs until it is told to stop.
func LongRunning(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[longRunning] = "true"
	return cmd
}

func (a *App) outputOptions() (output.Options, error) {
	g := a.Globals
	format := output.TSV
	if a.Terminal.Out {
		format = output.Table
	}
	if g.Output != "" {
		var err error
		if format, err = output.ParseFormat(g.Output); err != nil {
			return output.Options{}, err
		}
	}
	var columns []string
	for _, list := range g.Columns {
		for key := range strings.SplitSeq(list, ",") {
			if key = strings.TrimSpace(key); key != "" {
				columns = append(columns, key)
			}
		}
	}
	return output.Options{
		Format: format, JQ: g.JQ, Template: g.Template, Columns: columns, Sort: g.Sort, Filter: g.Filter,
		NoHeaders: g.NoHeaders, Width: a.Terminal.Width, Terminal: a.Terminal.Out,
	}, nil
}

// checkArguments refuses a command line that holds a token: the list of
// processes and the shell's history would keep it. The text is not repeated.
func checkArguments(args []string) error {
	for _, arg := range args {
		if secret.LooksLikeToken(arg) && len(arg) > len("AstraCS:")+8 {
			return Usagef("an argument looks like an application token; a command line is visible to other users and kept in the shell's history").
				WithHint("give it by --token-file FILE, or on standard input with --token-file -; and consider that token as exposed")
		}
	}
	return nil
}

// scrub takes what looks like a token out of the parser's own words.
func scrub(s string) string { return new(secret.Redactor).Redact(s) }

// Args checks positional arguments and words the complaint by their names, as
// they stand in the usage line: NAME required, [NAME] optional, NAME… repeated.
func Args(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if slices.Contains(args, "") {
			return Usagef("an argument is empty").WithHint("a variable may not be set; usage: %s", cmd.UseLine())
		}
		least, most := 0, len(names)
		for _, n := range names {
			if !strings.HasPrefix(n, "[") {
				least++
			}
			if strings.Contains(n, "…") {
				most = int(^uint(0) >> 1)
			}
		}
		switch {
		case len(args) < least:
			return Usagef("%s is missing", strings.Trim(names[len(args)], "[]…")).WithHint("usage: %s", cmd.UseLine())
		case len(args) > most && len(names) == 0:
			return Usagef("%q is one argument too many: this command takes none", args[0]).WithHint("usage: %s", cmd.UseLine())
		case len(args) > most:
			return Usagef("%q is one argument too many", args[most]).WithHint("usage: %s", cmd.UseLine())
		}
		return nil
	}
}

// Noun makes verbs the subcommands of a noun. Without a verb it shows the help;
// an unknown verb is wrong usage with the nearest verbs, which cobra alone would
// answer with help and success.
func Noun(noun *cobra.Command, verbs ...*cobra.Command) *cobra.Command {
	noun.AddCommand(verbs...)
	noun.Args = cobra.ArbitraryArgs
	noun.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		var known []string
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				known = append(append(known, c.Name()), c.Aliases...)
			}
		}
		e := Usagef("unknown command %q for %q", scrub(args[0]), cmd.CommandPath())
		if near := NotFoundf("command", args[0], known); near.Hint != "" {
			e.Hint = near.Hint
		}
		return e.WithNext(fmt.Sprintf("%s --help", cmd.CommandPath()))
	}
	return noun
}

// OutputFlag returns the flag of the command line that chooses how data is shown,
// for commands in which that has no meaning, or nothing.
func (a *App) OutputFlag() string {
	g := a.Globals
	switch {
	case a.outputGiven:
		return "-o"
	case g.JQ != "":
		return "--jq"
	case g.Template != "":
		return "--template"
	case len(g.Columns) > 0:
		return "--columns"
	case g.Sort != "":
		return "--sort"
	case len(g.Filter) > 0:
		return "--filter"
	case g.NoHeaders:
		return "--no-headers"
	}
	return ""
}
