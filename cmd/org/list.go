package org

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the known organizations",
		Long: `List the organizations of your profiles and those added with "astra org add".
The active one is marked; "astra org use" switches to another one.

The API cannot list organizations, so the list holds those that were used on
this machine. The name of the active organization is requested from the service;
the others are shown as of their last use. An organization without a profile
requires a login first.`,
		Example: "  astra org list\n  astra org list -o json",
		Args:    cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := knownWithActive(cmd.Context(), app)
			if err != nil {
				return err
			}
			return cli.Print(app, columns(), all, "No profiles. Log in with: astra auth login")
		},
	}, columns())
}
