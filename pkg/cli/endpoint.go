package cli

import (
	"net/url"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/devops"
)

// Endpoint returns the address of a database's data APIs: scheme and host of
// what the service calls its data endpoint. It is empty where there is none.
func Endpoint(d devops.Database) string {
	u, err := url.Parse(d.Endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return "https://" + u.Host
}

// failureStatement is the annotation of a command whose output a shell
// evaluates: what to print when it fails.
const failureStatement = "failure-statement"

// Evaluated marks cmd as one whose output a shell evaluates. When it fails, also
// for a wrong command line, statement is written to standard output.
func Evaluated(cmd *cobra.Command, statement string) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[failureStatement] = statement
	return cmd
}

// FailureStatement returns what cmd prints when it fails. chosen is what the
// command itself decided on, if it came that far.
func FailureStatement(cmd *cobra.Command, chosen *string) string {
	if chosen != nil {
		return *chosen
	}
	return cmd.Annotations[failureStatement]
}
