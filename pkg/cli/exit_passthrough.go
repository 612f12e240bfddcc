package cli

import (
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/exit"
)

// A ChildStatus is the status of a program that was run for the user. The
// command ends with it, and without a word.
type ChildStatus int

// Error says how the program ended.
func (s ChildStatus) Error() string { return "the program ended with status " + strconv.Itoa(int(s)) }

// ownStatus is the annotation of a command that ends with one status for
// whatever goes wrong, because the others are those of what it runs.
const ownStatus = "own-status"

// PassesThroughExitCode marks cmd as a command whose own failures all end with one status.
// The error names the kind of failure as ever.
func PassesThroughExitCode(cmd *cobra.Command, code exit.Code) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[ownStatus] = code.String()
	return cmd
}

// ownStatusOf returns what cmd is marked with by FailsWith, else OK.
func ownStatusOf(cmd *cobra.Command) exit.Code {
	code, _ := strconv.Atoi(cmd.Annotations[ownStatus])
	return exit.Code(code)
}

// overrideExitCode gives e the status that the command has for all failures. What is
// said of a program that could not be run, and signals, stay.
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
