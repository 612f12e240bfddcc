package cli

import (
	"cmp"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/process"
	"github.com/astra-admin/astra/pkg/usage"
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
		cmd = usage.GuessCommand(evalAnnotation, cmd, a.Args)
	}
	if !isEvaluated(cmd) {
		return nil
	}
	if _, given := usage.FlagValue(a.Args, "out"); given && cmd.Flags().Lookup("out") != nil {
		return nil
	}
	if format, given := usage.FlagValue(a.Args, "format"); given && format != "shell" {
		return nil
	}
	shell, _ := usage.FlagValue(a.Args, "shell")
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
