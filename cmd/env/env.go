// Package env is "astra env": a database in the environment of a shell.
package env

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Evaluated(cli.Noun(app, &cobra.Command{
		Use:   "env",
		Short: "Put a database into the environment of a shell",
		Long: `Put a database into the environment of a shell.

"env use" selects a database, with keyspace, region and token. "env export" prints
the variables for the shell to evaluate, without asking the service:

    eval "$(astra env export)"

"env run" starts one program with them, and "env hook" keeps them current in
every shell or directory. A project selects its own database in .astra.yaml.`,
		Example: "  astra env use demo --role 'R/W User'\n  eval \"$(astra env export)\"",
	}, newExport, newHook, newRun, newUnset, newUse), true)
}
