package token

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/tokens"
)

func newList(app *cli.App) *cobra.Command {
	var in filter
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the tokens of the organization",
		Long: `List the tokens of the organization: roles, age, expiry, and the one in use.
Secrets never appear. A deleted role is shown as "(deleted role)" and its ID.

The old token of a rotation works until it is revoked: replacedBy is the token
that replaces it, on every machine, and a note shows the command to revoke it.

The states are expired, expires or never-expires (or unknown, if the service does
not show it), and role-deleted if the token has a role that does not exist any
more. With -o wide: "expires in 12 days, role deleted".`,
		Example: "  astra token list\n  astra token list --older-than 90d --no-expiry -o csv\n" +
			"  astra token list --expires-within 30d -o wide\n  astra token list --state role-deleted --filter 'description!='",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app, in) },
	}
	in.flags(cmd)
	return cli.Listing(cmd, columns())
}

func list(ctx context.Context, app *cli.App, in filter) error {
	if err := in.check(); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if in.role == "" {
		session.DropPolicies()
	}
	all, err := tokens.List(ctx, app, session)
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
	return sayReplaced(app, chosen)
}

// sayReplaced says which of the tokens still work although a rotation replaced them.
func sayReplaced(app *cli.App, chosen []tokens.Token) error {
	notes, err := tokens.ReplacedNotes(app, chosen)
	for _, note := range notes {
		app.Say("%s", note)
	}
	return err
}
