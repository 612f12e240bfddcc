package token

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

type list struct {
	role      string
	olderThan string
	noExpiry  bool
}

func newList(app *cli.App) *cobra.Command {
	var in list
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the organization's tokens",
		Long: `List the organization's tokens: roles, age, expiry, and which one this command
used. Secrets never appear. A token whose role was deleted shows the role's id.`,
		Example: "  astra --sandbox token list\n  astra --sandbox token list --older-than 90d --no-expiry -o csv",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	cmd.Flags().StringVar(&in.role, "role", "", "only tokens with this role, by `name` or id")
	cmd.Flags().StringVar(&in.olderThan, "older-than", "", "only tokens generated longer ago than this `duration`, such as 90d")
	cmd.Flags().BoolVar(&in.noExpiry, "no-expiry", false, "only tokens that never expire")
	return cmd
}

func (in list) run(ctx context.Context, app *cli.App) error {
	age, err := cli.ParseDuration("--older-than", in.olderThan)
	if err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	roleID := ""
	if in.role != "" {
		role, err := session.Role(ctx, in.role)
		if err != nil {
			return err
		}
		roleID = role.ID
	}
	all, err := rows(ctx, app, session)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(r row) bool {
		return roleID != "" && !slices.Contains(r.Roles, roleID) ||
			in.noExpiry && !r.ExpiresAt.IsZero() ||
			age > 0 && (r.GeneratedOn.IsZero() || r.now.Sub(r.GeneratedOn) < age)
	})
	return cli.Print(app, columns(), all, "There is no such token.")
}
