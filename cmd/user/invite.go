package user

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

type invite struct {
	addresses []string
	roles     []string
}

func newInvite(app *cli.App) *cobra.Command {
	var in invite
	cmd := &cobra.Command{
		Use:   "invite EMAIL… --role ROLE",
		Short: "Invite people to the organization",
		Long: `Invite people to the organization with one or more roles.

Addresses are separated by blanks, commas or line breaks. Every address and role
is checked before the first invitation is sent. Whoever has these roles already
is left alone; a member with other roles is not changed by an invitation.`,
		Example: "  astra --sandbox user invite ada@example.com --role 'RO User'\n" +
			"  astra --sandbox user invite --yes 'bob@example.com, eve@example.com' --role 'R/W User' --role 'API R/W User'",
		Args: cli.Args("EMAIL…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.addresses = args
			return in.run(cmd.Context(), app)
		},
	}
	cmd.Flags().StringArrayVar(&in.roles, "role", nil, "`name` or id of a role; may be repeated")
	return cmd
}

func (in invite) run(ctx context.Context, app *cli.App) error {
	addresses, err := split(in.addresses)
	if err != nil {
		return err
	}
	if len(in.roles) == 0 {
		return cli.Usagef("--role is missing: whoever is invited needs at least one role").WithNext("astra role list")
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	roles, err := session.RolesNamed(ctx, in.roles)
	if err != nil {
		return err
	}
	members, err := session.Members(ctx)
	if err != nil {
		return err
	}
	wanted := roleIDs(roles)
	todo, err := classify(app, members.Users, addresses, wanted)
	if err != nil {
		return err
	}
	if len(todo) > 1 {
		if err := app.Confirm(ctx, "Invite %s people to %s?", fmt.Sprint(len(todo)), members.OrgName); err != nil {
			return err
		}
	}
	for i, address := range todo {
		if err := session.Users.Invite(ctx, members.OrgID, address, wanted); err != nil {
			err = fmt.Errorf("invite %s: %w", address, err)
			if i > 0 {
				return cli.PartlyFailed(err, "invited: "+strings.Join(todo[:i], ", "))
			}
			return err
		}
		app.Say("Invited %s to %s as %s.", address, members.OrgName, roleNames(roles))
	}
	return in.print(ctx, app, session, addresses)
}

// print shows everybody who was named as they are now.
func (in invite) print(ctx context.Context, app *cli.App, session *cli.Session, addresses []string) error {
	now, err := session.Users.List(ctx)
	if err != nil {
		return cli.Hint(err, "the invitations were sent")
	}
	invited := slices.DeleteFunc(now.Users, func(u devops.User) bool {
		return !slices.ContainsFunc(addresses, func(a string) bool { return strings.EqualFold(a, u.Email) })
	})
	return cli.Print(app, columns(), invited, "Nobody was invited.")
}

// classify returns the addresses that an invitation has to go to. An address
// whose owner has exactly the wanted roles already has no need of one.
func classify(app *cli.App, users []devops.User, addresses, wanted []string) ([]string, error) {
	var todo []string
	for _, address := range addresses {
		i := slices.IndexFunc(users, func(u devops.User) bool { return strings.EqualFold(u.Email, address) })
		if i < 0 {
			todo = append(todo, address)
			continue
		}
		var has []string
		for _, r := range users[i].Roles {
			has = append(has, r.ID)
		}
		slices.Sort(has)
		if !slices.Equal(has, slices.Sorted(slices.Values(wanted))) {
			return nil, cli.Failf(cli.Conflict, "%s is in the organization already (%s), with other roles: %s",
				users[i].Email, status(users[i]), cli.RoleNames(refs(users[i]))).
				WithHint("an invitation would replace those roles, so it is not sent")
		}
		app.Say("%s has these roles already.", users[i].Email)
	}
	return todo, nil
}

// split takes addresses apart at commas, blanks and line breaks, and checks each
// one. The same address twice counts once.
func split(args []string) ([]string, error) {
	var addresses []string
	for _, arg := range args {
		for _, address := range strings.FieldsFunc(arg, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) }) {
			parsed, err := mail.ParseAddress(address)
			if err != nil || parsed.Address != address || !strings.Contains(address[strings.LastIndex(address, "@"):], ".") {
				return nil, cli.Usagef("%q is not an email address", address)
			}
			if !slices.ContainsFunc(addresses, func(a string) bool { return strings.EqualFold(a, address) }) {
				addresses = append(addresses, address)
			}
		}
	}
	if len(addresses) == 0 {
		return nil, cli.Usagef("there is no address")
	}
	return addresses, nil
}

func roleIDs(roles []devops.Role) []string {
	ids := make([]string, len(roles))
	for i, r := range roles {
		ids[i] = r.ID
	}
	return ids
}

func roleNames(roles []devops.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}
