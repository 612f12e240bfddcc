// Package env is "astra env": a database in the environment of a shell.
package env

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.MarkEvaluated(cli.Noun(app, &cobra.Command{
		Use:   "env",
		Short: "Use a database in the environment of a shell",
		Long: `Use a database in the environment of a shell.

"astra env use" selects a database with its keyspace, region and token. "astra
env export" prints the variables for the shell to evaluate, without calling the
service:

    eval "$(astra env export)"

"astra env run" starts a program with the variables, and "astra env hook" keeps
them up to date in every shell or directory. A project selects its own database
in .astra.yaml.`,
		Example: "  astra env use demo --role 'R/W User'\n  eval \"$(astra env export)\"",
	}, newExport, newHook, newRun, newUnset, newUse), true)
}
