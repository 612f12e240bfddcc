package user

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/spelling"
)

type remove struct {
	refs     []string
	ifExists bool
	force    bool
	confirm  string
}

func newRemove(app *cli.App) *cobra.Command {
	var in remove
	cmd := &cobra.Command{
		Use:     "remove USER…",
		Aliases: []string{"delete", "rm"},
		Short:   "Remove people from the organization, or take invitations back",
		Long: `Remove people from the organization, or take invitations back. People are named
by address or id. All must be there, before the first one is removed. Each is a
row of the output: {row,input,id,action,outcome,exit,error}.

The last Organization Administrator stays without --force; with it, the address
has to be typed or given by --confirm.`,
		Example: "  astra --sandbox user remove developer@example.com --yes\n" +
			"  astra --sandbox user remove viewer@example.com gone@example.com --if-exists --yes",
		Args: cli.Args("USER…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.refs = args
			return in.run(cmd, app)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&in.ifExists, "if-exists", false, "succeed if there is no such person")
	f.BoolVar(&in.force, "force", false, "also remove the last Organization Administrator")
	f.StringVar(&in.confirm, "confirm", "", "`address` of the last Organization Administrator, instead of typing it")
	return cmd
}

// A leaver is somebody to be removed. One without an id is not there, or is the
// twin of somebody in an earlier row.
type leaver struct {
	input string
	twin  int
	devops.User
}

func (in remove) run(cmd *cobra.Command, app *cli.App) error {
	ctx := cmd.Context()
	var refs []string
	for _, arg := range in.refs {
		refs = append(refs, bulk.Split(arg)...)
	}
	if err := cli.CheckList(app, cli.RowColumns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	found, err := in.find(ctx, session, refs)
	if err != nil {
		return err
	}
	members, err := session.Members(ctx)
	if err != nil {
		return err
	}
	if err := in.agreed(ctx, app, members, found); err != nil {
		return err
	}
	if err := in.still(ctx, app, session, members, found); err != nil {
		return err
	}
	if len(found) == 1 {
		return in.one(ctx, app, session, members.OrgName, listed(session, members), found[0])
	}
	longer, cancel := app.Longer(cmd, time.Duration(len(found))*time.Second)
	defer cancel()
	return in.several(longer, app, session, listed(session, members), found)
}

// find returns whom refs name; who is named again is a twin. An unknown one is an error, before
// anybody is removed, unless that is as good as removed.
func (in remove) find(ctx context.Context, session *cli.Session, refs []string) ([]leaver, error) {
	var found []leaver
	var unknown []string
	var failure error
	for _, ref := range refs {
		user, err := session.User(ctx, ref)
		switch {
		case err == nil:
		case cli.ExitOf(err) == cli.NotFound && in.ifExists:
		case cli.ExitOf(err) == cli.NotFound:
			unknown, failure = append(unknown, err.Error()), err
			continue
		default:
			return nil, err
		}
		l := leaver{input: ref, User: user}
		if i := slices.IndexFunc(found, func(l leaver) bool { return l.ID == user.ID }); i >= 0 && user.ID != "" {
			l = leaver{input: ref, twin: i + 1}
		}
		found = append(found, l)
	}
	if len(unknown) > 1 {
		failure = cli.Failf(cli.NotFound, "%s", strings.Join(unknown, "; ")).WithHint("nobody was removed").WithNext("astra user list")
	}
	if failure == nil && len(found) == 0 {
		failure = cli.Usagef("USER is missing")
	}
	return found, failure
}

// agreed shows who is to go, and asks.
func (in remove) agreed(ctx context.Context, app *cli.App, members devops.Members, found []leaver) error {
	leaving := leaving(found)
	if len(leaving) == 0 {
		return nil
	}
	last := lastAdmins(members.Users, leaving)
	if err := in.guarded(ctx, app, last); err != nil || len(last) == 1 && len(leaving) == 1 {
		return err
	}
	if len(leaving) == 1 {
		return app.Confirm(ctx, "%s?", deed(leaving[0], members.OrgName))
	}
	for _, u := range leaving {
		app.Say("- %s (%s, %s)", u.Email, status(u), cli.RoleNames(refs(u)))
	}
	return app.Confirm(ctx, "Remove these %s from %s?", spelling.Count(len(leaving), "person"), members.OrgName)
}

// leaving are those who are there.
func leaving(found []leaver) []devops.User {
	var users []devops.User
	for _, l := range found {
		if l.ID != "" {
			users = append(users, l.User)
		}
	}
	return users
}

// guarded lets the last Organization Administrators go if that may be.
func (in remove) guarded(ctx context.Context, app *cli.App, last []devops.User) error {
	switch len(last) {
	case 0:
		return nil
	case 1:
		return guard(ctx, app, in.force, in.confirm, last[0])
	}
	return cli.Refusef("these are all the Organization Administrators: %s and others", last[0].Email).
		WithHint("keep one of them, or remove the last one in a command of its own")
}

// deed says what is done to somebody.
func deed(u devops.User, org string) string {
	if status(u) == "pending" {
		return fmt.Sprintf("Take back the invitation of %s to %s", u.Email, org)
	}
	return fmt.Sprintf("Remove %s (%s) from %s", u.Email, cli.RoleNames(refs(u)), org)
}
