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

// MarkEvaluated marks cmd, and what is below it, as commands whose output a shell
// evaluates, or as none of them. When one fails, also for a wrong command line, a
// failing statement is written to standard output.
func MarkEvaluated(cmd *cobra.Command, yes bool) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[evalAnnotation] = map[bool]string{true: "yes", false: "no"}[yes]
	return cmd
}

// failureStatement returns what cmd prints when it fails: what it decided on
// itself if it came that far, else what fits the shell, unless the command line
// asks for a file or for a format that no shell evaluates.
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

// guessCommand is the command that a command line was meant for in which none was found:
// a wrong flag stands before it, or its noun is mistyped.
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

// flagValue is the value of a flag in a command line that was not understood, and
// whether it is there.
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

// FailedBy notes which command failed, and with it what is printed and the status.
func (a *App) FailedBy(cmd *cobra.Command) {
	a.failed = cmd.CommandPath()
	a.OnFailure = a.failureStatement(cmd)
	a.OwnStatus = ownStatusOf(cmd)
}

// Shell returns the shell to write for: the one asked for, that of the setting,
// or the one that runs this program. Where none of them tells it is sh.
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

// ShellSource is where the setting of the shell comes from, "" if it is not set.
func (s *Settings) ShellSource() string { return s.settings.Source("shell") }
