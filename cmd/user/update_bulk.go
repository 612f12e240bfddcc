package user

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/spelling"
)

// A roleChange is a row of "user update --from".
type roleChange struct {
	line    int
	input   string
	sameAs  int // the earlier row that this one duplicates; 0 is none
	user    devops.User
	desired []string
}

// changesUser reports whether a request is sent for the row.
func (c roleChange) changesUser() bool {
	return c.sameAs == 0 && !sameRoles(roleIDs(c.user), c.desired)
}

// runBulk changes the roles of the users in a file and prints the result of each row.
func (in update) runBulk(cmd *cobra.Command, app *cli.App) error {
	ctx := cmd.Context()
	if err := cli.CheckList(app, bulkcmd.Columns()); err != nil {
		return err
	}
	entries, err := bulkcmd.ReadRows(ctx, app, in.from, bulk.ReadMembers)
	if err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	session.Ahead(ctx, lookup.Users(), lookup.Roles())
	waits := app.Waits()
	changes, err := in.changes(ctx, app, session, entries)
	if err != nil {
		return err
	}
	members, err := session.Members(ctx)
	if err != nil {
		return err
	}
	rows := changeRows(session, changes)
	if err := in.confirmChanges(ctx, app, session, members, changes); err != nil {
		return err
	}
	if app.Globals.DryRun {
		return bulkcmd.DryRun(ctx, app, rows)
	}
	if app.Waits() > waits { // otherwise the list is as new as another one would be
		if err := in.checkAllUnchanged(ctx, app, session, members, changes); err != nil {
			return err
		}
	}
	longer, cancel := app.ExtendTimeout(cmd, time.Duration(len(rows))*time.Second)
	defer cancel()
	results := bulkcmd.Run(longer, app, "Updating", rows, nil, reconcileChanges(session, changes))
	verifyChanges(longer, app, session, changes, rows, results)
	return bulkcmd.HintRepeat(app, results, report(app, results, false), "")
}

// changes finds users and roles of the rows. All mistakes are reported at once.
func (in update) changes(ctx context.Context, app *cli.App, session *cli.Session, entries []bulk.Entry) ([]roleChange, error) {
	if _, err := session.AllRoles(ctx); err != nil {
		return nil, err
	}
	var all []roleChange
	var faults []bulk.InputError
	var unknown []string
	for _, e := range entries {
		user, err := session.User(ctx, e.Address)
		switch {
		case exit.Is(err, exit.NotFound):
			unknown = append(unknown, bulk.InputError{Line: e.Line, Text: err.Error()}.String())
			continue
		case err != nil:
			return nil, err
		}
		c := roleChange{line: e.Line, input: e.Address, user: user}
		desired, wrong, err := in.rolesOfRow(ctx, app, session, user, e)
		if err != nil {
			return nil, err
		}
		c.desired, faults = desired, append(faults, wrong...)
		if i := slices.IndexFunc(all, func(o roleChange) bool { return o.user.ID == user.ID }); i >= 0 {
			c.sameAs = i + 1
			if len(wrong) == 0 && !sameRoles(all[i].desired, c.desired) {
				faults = append(faults, bulk.InputError{Line: e.Line, Text: e.Address + " is listed twice with different roles"})
			}
		}
		all = append(all, c)
	}
	if err := bulkcmd.CheckInput(app, faults); err != nil {
		return nil, err
	}
	if len(unknown) > 0 {
		return nil, exit.Failf(exit.NotFound, "%s", strings.Join(unknown, "; ")).WithHint("nothing was sent").WithNext("astra user list")
	}
	return all, nil
}

// rolesOfRow returns the roles after the change: those of the row, or else by the flags.
func (in update) rolesOfRow(ctx context.Context, app *cli.App, session *cli.Session, user devops.User, e bulk.Entry) (desired []string, faults []bulk.InputError, err error) {
	fault := func(format string, args ...any) []bulk.InputError {
		return []bulk.InputError{{Line: e.Line, Text: fmt.Sprintf(format, args...)}}
	}
	switch {
	case len(e.Roles) > 0 && len(in.add)+len(in.remove) > 0:
		return nil, fault("%s has roles, which replace all others; cannot combine them with --add-role or --remove-role", e.Address), nil
	case len(e.Roles) > 0:
		desired, faults = rolesOf(ctx, session, e)
		return desired, faults, nil
	case !in.namesRoles():
		return nil, fault("%s has no role; add one, or use --role, --add-role or --remove-role for rows without roles", e.Address), nil
	}
	if desired, err = in.desiredRoles(ctx, app, session, user); err == nil && len(desired) == 0 {
		faults = fault("%s would have no roles; every user needs at least one", user.Email)
	}
	return desired, faults, err
}

// changeRows converts changes to rows.
func changeRows(session *cli.Session, changes []roleChange) []bulk.Row {
	rows := make([]bulk.Row, len(changes))
	for i, c := range changes {
		r := bulk.Result{Row: i + 1, Line: c.line, Input: c.input, ID: c.user.ID, Action: "update"}
		switch {
		case c.sameAs > 0:
			r = r.DuplicateOf(c.sameAs)
		case !c.changesUser():
			r.Action, r.Outcome = unchanged, bulk.Unchanged
		}
		rows[i] = bulk.Row{Result: r, Do: func(ctx context.Context) error { return session.Users.SetRoles(ctx, c.user.ID, c.desired) }}
	}
	return rows
}

// confirmChanges shows the differences, and asks for confirmation.
func (in update) confirmChanges(ctx context.Context, app *cli.App, session *cli.Session, members devops.Members, changes []roleChange) error {
	changes = slices.DeleteFunc(slices.Clone(changes), func(c roleChange) bool { return !c.changesUser() })
	if len(changes) == 0 {
		return nil
	}
	gained := map[string]bool{}
	for _, c := range changes {
		now, err := session.RoleRefs(ctx, c.desired)
		if err != nil {
			return err
		}
		var words []string
		for _, r := range now {
			if !slices.Contains(roleIDs(c.user), r.ID) {
				gained[r.ID], words = true, append(words, "+ "+lookup.RoleNames([]lookup.RoleRef{r}))
			}
		}
		for _, r := range refs(c.user) {
			if !slices.Contains(c.desired, r.ID) {
				words = append(words, "- "+lookup.RoleNames([]lookup.RoleRef{r}))
			}
		}
		app.Say("%s: %s", c.user.Email, strings.Join(words, ", "))
	}
	roles, err := session.AllRoles(ctx)
	if err != nil {
		return err
	}
	printManaging(app, roles, func(id string) bool { return gained[id] })
	if err := in.checkAdminsRemain(ctx, app, lastAdminsAmong(members.Users, changes)); err != nil {
		return err
	}
	return app.Confirm(ctx, "Change the roles of %s in %s?", spelling.Count(len(changes), "person"), members.OrgName)
}

// lastAdminsAmong returns the Organization Administrators who lose the role by changes, if
// no other one remains.
func lastAdminsAmong(users []devops.User, changes []roleChange) []devops.User {
	var losing []devops.User
	for _, c := range changes {
		if c.sameAs == 0 && !slices.ContainsFunc(c.desired, isAdminRole) {
			losing = append(losing, c.user)
		}
	}
	return lastAdmins(users, losing)
}

// checkAdminsRemain refuses to take the role from the last Organization Administrators,
// unless a single one is confirmed.
func (in update) checkAdminsRemain(ctx context.Context, app *cli.App, last []devops.User) error {
	switch len(last) {
	case 0:
		return nil
	case 1:
		return confirmLastAdmin(ctx, app, in.force, in.confirm, last[0])
	}
	return exit.Refusef("cannot take the role from all Organization Administrators: %s", joinSome(emailsOf(last))).
		WithHint("keep one of them, or change the last one in a separate command with --force")
}

func emailsOf(users []devops.User) []string {
	emails := make([]string, len(users))
	for i, u := range users {
		emails[i] = u.Email
	}
	return emails
}

// checkAllUnchanged verifies, after a prompt and right before the first change, that the
// users are unchanged since they were shown.
func (in update) checkAllUnchanged(ctx context.Context, app *cli.App, session *cli.Session, shown devops.Members, changes []roleChange) error {
	now, err := session.Users.List(ctx)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if !c.changesUser() {
			continue
		}
		if err := checkUserUnchanged(now.Users, c.user); err != nil {
			return err
		}
	}
	if len(lastAdminsAmong(shown.Users, changes)) > 0 { // it was confirmed
		return nil
	}
	return in.checkAdminsRemain(ctx, app, lastAdminsAmong(now.Users, changes))
}

// reconcileChanges returns a function that determines whether changes took effect.
func reconcileChanges(session *cli.Session, changes []roleChange) func(context.Context, []int) ([]bulk.Verdict, error) {
	return func(ctx context.Context, rows []int) ([]bulk.Verdict, error) {
		now, err := session.Users.List(ctx)
		if err != nil {
			return nil, err
		}
		verdicts := make([]bulk.Verdict, len(rows))
		for n, i := range rows {
			verdicts[n] = bulk.DidNotHappen
			if changes[i].holds(now.Users) {
				verdicts[n] = bulk.Happened
			}
		}
		return verdicts, nil
	}
}

// holds reports whether the user has the desired roles.
func (c roleChange) holds(users []devops.User) bool {
	i := slices.IndexFunc(users, func(u devops.User) bool { return u.ID == c.user.ID })
	return i >= 0 && sameRoles(roleIDs(users[i]), c.desired)
}

// verifyChanges corrects the results of rows that the service accepted, and whose users
// have other roles.
func verifyChanges(ctx context.Context, app *cli.App, session *cli.Session, changes []roleChange, rows []bulk.Row, results []bulk.Result) {
	accepted := func(i int) bool { return rows[i].Outcome == "" && results[i].Outcome == bulk.OK }
	if !slices.ContainsFunc(results, func(r bulk.Result) bool { return accepted(r.Row - 1) }) {
		return
	}
	looking, cancel := cli.VerificationContext(ctx)
	defer cancel()
	now, err := session.Users.List(looking)
	if err != nil {
		app.Warn("the changes could not be verified: %v", err)
		return
	}
	for i := range results {
		if accepted(i) && !changes[i].holds(now.Users) {
			results[i].Outcome = bulk.Failed
			results[i].Exit, results[i].Error = exit.Explain(exit.Failf(exit.Conflict, "roles of %s were changed again by another client", changes[i].user.Email))
		}
	}
}
