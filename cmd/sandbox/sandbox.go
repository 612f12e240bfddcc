// Package sandbox is "astra sandbox": the embedded emulator of the DevOps API.
package sandbox

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "sandbox",
		SuggestFor: []string{"emulator", "mock"},
		Short:      "Try everything without an account",
		Long: `The sandbox is an emulator of the Astra DevOps API, built into this program. It
has one organization with users, roles and databases, keeps its state in a file,
and checks permissions as the service does.

With --sandbox, every command uses it. "astra sandbox serve" offers it over HTTP
to other clients.`,
		Example: "  astra sandbox demo",
	}, newDemo, newDump, newLoad, newReset, newSeed, newServe, newStatus)
}
