package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/process"
	"github.com/astra-admin/astra/pkg/suggest"
)

// evalAnnotation is the annotation of a command whose output a shell evaluates.
const evalAnnotation = "evaluated"

// MarkEvaluated marks cmd, and its subcommands, as commands whose output a shell
// evaluates, or not. When one fails, also for a wrong command line, a failing statement
// is written to standard output.
func MarkEvaluated(cmd *cobra.Command, yes bool) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[evalAnnotation] = map[bool]string{true: "yes", false: "no"}[yes]
	return cmd
}

// failureStatement returns the statement that cmd prints when it fails: its own choice if
// it came that far, else that of the shell, unless the command line asks for a file or
// for a format that no shell evaluates.
func (a *App) failureStatement(cmd *cobra.Command) *string {
	if a.OnFailure != nil {
		return a.OnFailure
	}
	if !cmd.HasParent() {
		cmd = guessCommand(cmd, a.Args)
	}
	if !isEvaluated(cmd) {
		return nil
	}
	if _, given := flagValue(a.Args, "out"); given && cmd.Flags().Lookup("out") != nil {
		return nil
	}
	if format, given := flagValue(a.Args, "format"); given && format != "shell" {
		return nil
	}
	shell, _ := flagValue(a.Args, "shell")
	dialect, err := envfile.Lookup(a.Shell(shell))
	if err != nil || !dialect.IsShell() {
		dialect = envfile.Sh
	}
	statement := envfile.Failure(dialect)
	return &statement
}

// isEvaluated reports whether a shell evaluates the output of cmd.
func isEvaluated(cmd *cobra.Command) bool {
	mark := ""
	for c := cmd; c != nil && mark == ""; c = c.Parent() {
		mark = c.Annotations[evalAnnotation]
	}
	return mark == "yes"
}

// guessCommand returns the command that a wrong command line was meant for: a wrong flag
// precedes it, or its noun is misspelled.
func guessCommand(root *cobra.Command, args []string) *cobra.Command {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	words := slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return strings.HasPrefix(arg, "-") })
	for _, noun := range root.Commands() {
		if noun.Annotations[evalAnnotation] == "" {
			continue
		}
		for i := 1; i < len(words); i++ {
			if len(suggest.Nearest(words[i-1], []string{noun.Name()})) == 0 {
				continue
			}
			for _, verb := range noun.Commands() {
				if verb.Name() == words[i] {
					return verb
				}
			}
		}
	}
	return root
}

// flagValue returns the value of a flag in a command line that was not parsed, and
// whether it is given.
func flagValue(args []string, name string) (value string, given bool) {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if arg == "--"+name {
			given = true
			if value = ""; i+1 < len(args) {
				value = args[i+1]
			}
		} else if rest, found := strings.CutPrefix(arg, "--"+name+"="); found {
			value, given = rest, true
		}
	}
	return value, given
}

// FailedBy records which command failed, for its failure statement and status.
func (a *App) FailedBy(cmd *cobra.Command) {
	a.failed = cmd.CommandPath()
	a.OnFailure = a.failureStatement(cmd)
	a.OwnStatus = ownStatusOf(cmd)
}

// Shell returns the shell to write for: the requested one, that of the setting, or the
// one that runs this program.
func (s *Settings) Shell(asked string) string {
	name := asked
	if s.settings != nil { // or the command line was not understood
		name = cmp.Or(name, s.settings.Shell)
	}
	name = cmp.Or(name, "auto")
	if name != "auto" {
		return name
	}
	return process.ParentShell(s.Getenv)
}

// ShellSource returns the source of the shell setting, "" if it is not set.
func (s *Settings) ShellSource() string { return s.settings.Source("shell") }
