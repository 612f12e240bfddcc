package user

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
)

type list struct {
	status, role string
}

func newList(app *cli.App) *cobra.Command {
	var in list
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the users of the organization",
		Long: `List the users of the organization. An invited user is pending until the
invitation is accepted.`,
		Example: "  astra user list\n  astra user list --status pending -o csv",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	flags.Enum(cmd.Flags(), &in.status, "status", "", []string{"active", "pending"}, "list only users with this `status`")
	cmd.Flags().StringVar(&in.role, "role", "", "list only users with this role, by `name` or ID")
	completion.Flags(cmd.Flags(), completion.Roles, "role")
	return cli.Listing(cmd, columns())
}

func (in list) run(ctx context.Context, app *cli.App) error {
	if in.status != "" && in.status != "active" && in.status != "pending" {
		return exit.Usagef("--status must be active or pending, not %q", in.status)
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	members, err := session.Members(ctx)
	if err != nil {
		return err
	}
	users := members.Users
	if in.status != "" {
		users = slices.DeleteFunc(slices.Clone(users), func(u devops.User) bool { return status(u) != in.status })
	}
	if in.role != "" {
		role, err := session.Role(ctx, in.role)
		if err != nil {
			return err
		}
		users = slices.DeleteFunc(slices.Clone(users), func(u devops.User) bool {
			return !slices.ContainsFunc(u.Roles, func(r devops.RoleRef) bool { return r.ID == role.ID })
		})
	}
	return cli.Print(app, columns(), users, "No users match.")
}
