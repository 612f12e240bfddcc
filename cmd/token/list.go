package token

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newList(app *cli.App) *cobra.Command {
	var in filter
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the organization's tokens",
		Long: `List the organization's tokens: roles, age, expiry, and which one this command
used. Secrets never appear. A token whose role was deleted shows the role's id.

The old token of a rotation works until it is revoked: replacedBy names the token
that replaces it, on every machine, and a note says how to revoke it.`,
		Example: "  astra token list\n  astra token list --older-than 90d --no-expiry -o csv",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app, in) },
	}
	in.flags(cmd)
	return cli.Listing(cmd, columns())
}

func list(ctx context.Context, app *cli.App, in filter) error {
	if _, err := in.age(); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	all, err := rows(ctx, app, session)
	if err != nil {
		return err
	}
	chosen, err := in.choose(ctx, app, session, all)
	if err != nil {
		return err
	}
	if err := cli.Print(app, columns(), chosen, "No tokens match."); err != nil {
		return err
	}
	return tellReplaced(app, chosen)
}
