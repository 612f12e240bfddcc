package user

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
)

type invite struct {
	addresses []string
	roles     []string
	from      string
	resend    bool
	resume    bool

	read   []bulk.Entry      // parsed arguments and file
	faults []bulk.InputError // errors in them
	picked bool              // the roles were picked from the list
}

func newInvite(app *cli.App) *cobra.Command {
	var in invite
	cmd := &cobra.Command{
		Use:        "invite [EMAIL…]",
		SuggestFor: []string{"add", "create", "new"},
		Short:      "Invite users to the organization",
		Long: `Invite users to the organization with one or more roles. On a terminal you can
pick roles from a list if none are given.

Picked roles are confirmed before anything is sent, and so are roles with
permission to manage users, roles or tokens; --yes confirms.

Separate addresses by spaces, commas, semicolons or line breaks. --from reads a
text file of addresses; a CSV file with the columns email (or E-Mail, Email
address, Mail) and role (or Roles), with several roles separated by semicolons;
or JSON lines such as
{"email":"ada@example.com","roles":["RO User"]}. Rows without roles get those of
--role.

An address with an invisible character, or with letters of several scripts, is
refused because it may belong to another person than it appears to.

All rows are checked before the first invitation is sent, and all mistakes are
reported at once; unknown columns are ignored with a warning. A member with
these roles is skipped; a member with other roles is not changed. --resend
resends the invitation email to pending users. --dry-run shows the result of
each row and exits with the status of the run.

Several invitations are sent at the pace of the service, each once, with one row
each in the output; duplicates are invited once. --resume resumes the same rows
after an interruption. If the same command runs twice at a time, the second one
waits for the first and sends nothing twice.`,
		Example: "  astra user invite ada@example.com --role 'RO User'\n" +
			"  astra user invite --yes 'bob@example.com, eve@example.com' --role 'R/W User' --role 'API R/W User'\n" +
			"  printf 'email,role\\nzoe@example.com,UI View Only\\n' | astra user invite --from -\n" +
			"  astra user invite viewer@example.com --resend",
		Args: cli.Args("[EMAIL…]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.addresses = args
			return app.Dialog(func() error { return in.run(cmd, app) })
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&in.roles, "role", nil, "`name` or ID of a role; repeatable")
	f.StringVar(&in.from, "from", "", "read addresses and roles from a `file`; - reads standard input")
	f.BoolVar(&in.resend, "resend", false, "resend the invitation email to pending users")
	f.BoolVar(&in.resume, "resume", false, "resume the same command after an interruption")
	completion.Flags(f, completion.Roles, "role")
	completion.Flags(f, completion.Files, "from")
	return cmd
}

func (in *invite) run(cmd *cobra.Command, app *cli.App) error {
	ctx := cmd.Context()
	entries, faults, err := in.readEntries(ctx, app)
	if err != nil {
		return err
	}
	single := in.from == "" && len(entries)+len(faults) == 1
	if single && in.resume {
		return exit.Usagef("--resume requires more than one row")
	}
	if err := in.checkOutput(app, single); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		if wrong := bulkcmd.CheckInput(app, faults); wrong != nil {
			return wrong
		}
		return err
	}
	session.Ahead(ctx, lookup.Roles())
	lock := func(keys []string) (unlock func(), err error) {
		return bulkcmd.Lock(ctx, app, session, "user invite", keys, !in.resend)
	}
	mayPick := len(in.roles) == 0 && app.Interactive() // then the roles are not known yet
	if !mayPick {
		unlock, err := lock(in.lockKeys(app, entries))
		if err != nil {
			return err
		}
		defer unlock()
		session.Ahead(ctx, lookup.Users()) // under the lock, to show what another run sent
	}
	invitees, err := in.resolveRoles(ctx, app, session, entries, faults)
	if err != nil {
		return err
	}
	if mayPick {
		unlock, err := lock(in.keys(invitees))
		if err != nil {
			return err
		}
		defer unlock()
	}
	members, err := session.Members(ctx)
	if err != nil {
		return err
	}
	for i := range invitees {
		if invitees[i].sameAs > 0 {
			continue
		}
		invitees[i].plan(ctx, session, members.Users, in.resend)
	}
	warnAlike(app, invitees, members.Users)
	if single {
		return in.runSingle(ctx, app, session, members, invitees[0])
	}
	longer, cancel := app.ExtendTimeout(cmd, time.Duration(len(invitees))*time.Second)
	defer cancel()
	return in.runBulk(longer, app, session, members, invitees)
}

// checkOutput rejects an output format that could not be printed afterwards.
func (in invite) checkOutput(app *cli.App, single bool) error {
	if single {
		return cli.CheckOne(app, columns())
	}
	return cli.CheckList(app, bulkcmd.Columns())
}

// runSingle invites one person and prints the result.
func (in *invite) runSingle(ctx context.Context, app *cli.App, session *cli.Session, members devops.Members, g invitee) error {
	switch {
	case g.failure != nil:
		return g.failure
	case g.action == unchanged:
		app.Say("%s already has these roles.", g.user.Email)
		return cli.PrintOne(app, columns(), g.user)
	}
	if err := in.confirmIntent(ctx, app, session, members.OrgName, g); err != nil {
		return err
	}
	if app.Globals.DryRun {
		refs, err := session.RoleRefs(ctx, g.roles)
		if err != nil {
			return err
		}
		app.DryRunf("invite %s to %s as %s", g.address, members.OrgName, lookup.RoleNames(refs))
	}
	err := session.Users.Invite(ctx, members.OrgID, g.address, g.roles)
	if devops.MaybeApplied(err) {
		err = g.reconcile(ctx, app, session, members.OrgID, err)
	}
	if err != nil {
		return fmt.Errorf("invite %s: %w", g.address, err)
	}
	now, err := session.Users.List(ctx)
	if err != nil {
		return exit.Hint(err, "the invitation was sent, but could not be verified")
	}
	invited, found := byAddress(now.Users, g.address)
	if !found {
		return exit.Failf(exit.Server, "the API accepted the invitation of %s, but does not list it", g.address)
	}
	if g.action == resend {
		app.Say("Resent the invitation email to %s.", invited.Email)
	} else {
		app.Say("Invited %s to %s as %s.", invited.Email, members.OrgName, lookup.RoleNames(refs(invited)))
	}
	return cli.PrintOne(app, columns(), invited)
}
