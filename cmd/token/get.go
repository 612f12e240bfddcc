package token

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/tokens"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "get TOKEN",
		Aliases: []string{"show", "describe"},
		Short:   "Show a token",
		Long: `Show a token, by client ID or saved name. "capabilities" summarizes what its
roles permit; "astra access list TOKEN" lists it with all places.`,
		Example:     "  astra token get \"$(astra token list -o name | head -n 1)\"",
		Args:        cli.Args("TOKEN"),
		Annotations: completion.Args(completion.Tokens),
		RunE: func(cmd *cobra.Command, args []string) error {
			session, err := app.Session(cmd.Context())
			if err != nil {
				return err
			}
			var can rights.Capabilities
			described := append(columns(), rights.CapabilityColumn(func(tokens.Token) rights.Capabilities { return can }))
			shown := cli.ShowsOne(app, described, rights.CapabilityKey)
			session.Ahead(cmd.Context(), lookup.Roles())
			if shown {
				rights.AheadOfRoles(cmd.Context(), session)
			}
			all, err := tokens.List(cmd.Context(), app, session)
			if err != nil {
				return err
			}
			found, err := tokens.Find(all, args[0])
			if err != nil {
				return tokens.ExplainUnlisted(app, session, args[0], err)
			}
			if shown {
				if can, err = rights.TokenCapabilities(cmd.Context(), app, session, found.Token); err != nil {
					return err
				}
			}
			return cli.PrintOne(app, described, found)
		},
	}
}
