// Package token is "astra token": the application tokens of the organization.
package token

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "token",
		SuggestFor: []string{"credential", "credentials", "secret"},
		Short:      "Manage application tokens",
		Long: `Manage application tokens.

A token has a client ID and a secret. The service shows secret and token once,
when the token is generated. A token works until it expires or is revoked; by
default it lasts as long as the organization permits.

The token is for the Document, REST, GraphQL and DevOps APIs, within the
permissions of its roles. Client ID and secret are for drivers. Databases
created since March 4, 2021 use them instead of user name and password; older,
classic databases keep their password.`,
		Example: "  astra token list",
	}, newDelete, newGenerate, newGet, newList, newPanic, newRecover, newRotate, newVerify)
}
