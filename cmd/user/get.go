package user

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/rights"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "get USER",
		Aliases: []string{"show", "describe"},
		Short:   "Show a user",
		Long: `Show a user, by email address or ID. "capabilities" summarizes what the roles of
the user permit; "astra access list USER" lists it with all places.`,
		Example:     "  astra user get developer@example.com\n  astra user get developer@example.com -o json",
		Args:        cli.Args("USER"),
		Annotations: completion.Args(completion.Users),
		RunE: func(cmd *cobra.Command, args []string) error {
			session, err := app.Session(cmd.Context())
			if err != nil {
				return err
			}
			session.Ahead(cmd.Context(), lookup.Users())
			var can rights.Capabilities
			all := append(columns(), rights.CapabilityColumn(func(devops.User) rights.Capabilities { return can }))
			shown := cli.ShowsOne(app, all, rights.CapabilityKey)
			if shown {
				rights.AheadOfRoles(cmd.Context(), session)
			}
			found, err := session.User(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if shown {
				if can, err = rights.UserCapabilities(cmd.Context(), app, session, found); err != nil {
					return err
				}
			}
			return cli.PrintOne(app, all, found)
		},
	}
}
