// Package auth is "astra auth": the credential that the other commands use.
package auth

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "auth",
		SuggestFor: []string{"whoami", "setup", "init", "configure"},
		Short:      "Log in and out, and show the active credential",
		Example:    "  astra auth status",
	}, newLogin, newLogout, newSession, newStatus)
}
