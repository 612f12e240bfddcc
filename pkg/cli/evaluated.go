package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// failureStatement is the annotation of a command whose output a shell
// evaluates: what to print when it fails.
const failureStatement = "failure-statement"

// Evaluated marks cmd, and what is below it, as commands whose output a shell
// evaluates. When one fails, also for a wrong command line, statement is written
// to standard output.
func Evaluated(cmd *cobra.Command, statement string) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[failureStatement] = statement
	return cmd
}

// FailureStatement returns what cmd prints when it fails: what it decided on
// itself if it came that far, else what it is marked with, unless the command
// line asks for a file or for a format that no shell evaluates.
func FailureStatement(cmd *cobra.Command, args []string, chosen *string) *string {
	if chosen != nil {
		return chosen
	}
	for c := cmd; c != nil; c = c.Parent() {
		if statement, marked := c.Annotations[failureStatement]; marked && !otherFormat(args) {
			return &statement
		}
	}
	return nil
}

func otherFormat(args []string) bool {
	if slices.ContainsFunc(args, func(arg string) bool { return arg == "--out" || strings.HasPrefix(arg, "--out=") }) {
		return true
	}
	at := slices.IndexFunc(args, func(arg string) bool { return arg == "--format" || strings.HasPrefix(arg, "--format=") })
	if at < 0 {
		return false
	}
	_, value, given := strings.Cut(args[at], "=")
	if !given && at+1 < len(args) {
		value = args[at+1]
	}
	return value != "shell"
}
