package org

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the organizations that are known here",
		Long: `List the organizations that there is a profile for, and those that were added with
"org add". The one in use is marked; "org use" switches to another one.

The service has no call that lists organizations, so this is what was logged in
to from here. The organization in use is asked for its name; the others are shown
as they were when they were last used. One without a profile needs a login first.`,
		Example: "  astra --sandbox org list\n  astra --sandbox org list -o json",
		Args:    cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := known(cmd.Context(), app)
			if err != nil {
				return err
			}
			return cli.Print(app, columns(), all, "No profiles. Log in with: astra auth login")
		},
	}, columns())
}
