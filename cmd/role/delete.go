package role

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/spelling"
)

type deleteCmd struct {
	refs     []bulk.Ref
	from     string
	ifExists bool
	force    bool
}

func newDelete(app *cli.App) *cobra.Command {
	var in deleteCmd
	cmd := &cobra.Command{
		Use:     "delete [ROLE…]",
		Aliases: []string{"rm", "remove"},
		Short:   "Delete custom roles",
		Long: `Delete custom roles. Users and tokens with a role lose its permissions; they are
listed before the prompt. If a role does not exist, nothing is deleted. Each
role is a row of the output: {row,input,id,action,outcome,exit,error}.

--from reads a text file with the name or ID of a role on each line, a CSV file
with the column name, or JSON lines such as {"name":"Reporting"}. All rows are
checked before the first role is deleted. After an interruption, run the command
again with --if-exists.

Default roles cannot be deleted. Deleting a role of the token in use, or one
that might be, requires --force because you might lock yourself out.`,
		Example: "  astra role create Reporting --like 'RO User' --db demo\n" +
			"  astra role delete Reporting --yes\n" +
			"  astra role create Trial --permission org-user-read\n" +
			"  astra role list --kind custom --filter name~^Trial -o csv | astra role delete --from - --yes",
		Args:        cli.Args("[ROLE…]"),
		Annotations: completion.Args(completion.Repeat(completion.Roles)),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, arg := range args {
				in.refs = append(in.refs, bulk.Ref{Text: arg})
			}
			return in.run(cmd, app)
		},
	}
	cmd.Flags().StringVar(&in.from, "from", "", "read names or IDs from a `file`; - reads standard input")
	completion.Flags(cmd.Flags(), completion.Files, "from")
	cmd.Flags().BoolVar(&in.ifExists, "if-exists", false, "succeed if the role does not exist")
	cmd.Flags().BoolVar(&in.force, "force", false, "allow deleting a role of the token in use")
	return cmd
}

// deletion is a role to delete. Without an ID it does not exist, or duplicates
// an earlier row.
type deletion struct {
	input  string
	line   int    // in the file
	sameAs string // the ID of the role of that row
	devops.Role
}

func (in deleteCmd) run(cmd *cobra.Command, app *cli.App) error {
	ctx := cmd.Context()
	more, err := bulkcmd.ReadRows(ctx, app, in.from, bulk.ReadRoles)
	if err != nil {
		return err
	}
	in.refs = append(in.refs, more...)
	if len(in.refs) == 0 {
		return exit.Usagef("ROLE is required").WithHint("name roles, or a file of roles with --from")
	}
	multiple := len(in.refs) > 1 || in.from != ""
	if err := cli.CheckList(app, bulkcmd.Columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	session.Ahead(ctx, lookup.Roles(), lookup.Users(), lookup.Tokens())
	found, err := in.find(ctx, app, session)
	if err != nil {
		return err
	}
	roles := rolesOf(found)
	var holders assignments
	if len(roles) > 0 {
		if holders, err = in.confirm(ctx, app, session, roles); err != nil {
			return err
		}
	}
	switch {
	case multiple:
		longer, cancel := app.ExtendTimeout(cmd, time.Duration(len(found))*time.Second)
		defer cancel()
		return in.runBulk(longer, app, session, found, holders)
	case len(roles) == 0:
		return bulkcmd.PrintOne(app, bulk.Result{Row: 1, Input: found[0].input, Action: string(bulk.Unchanged), Outcome: bulk.Unchanged}, nil)
	}
	return in.runSingle(ctx, app, session, found[0])
}

// find resolves the arguments; a repeated role is a duplicate.
func (in deleteCmd) find(ctx context.Context, app *cli.App, session *cli.Session) ([]deletion, error) {
	var found []deletion
	var unknown []string
	var failure error
	for _, ref := range in.refs {
		r, err := session.Role(ctx, ref.Text)
		if in.ifExists && exit.Is(err, exit.NotFound) {
			app.Say("Role %s does not exist; nothing to delete.", ref.Text)
			found = append(found, deletion{input: ref.Text, line: ref.Line})
			continue
		}
		if err == nil {
			err = requireCustom(r, "deleted")
		}
		if exit.Is(err, exit.NotFound) && ref.Line > 0 {
			unknown, failure = append(unknown, bulk.InputError{Line: ref.Line, Text: err.Error()}.String()), err
			continue
		}
		if err != nil {
			return nil, err
		}
		l := deletion{input: ref.Text, line: ref.Line, Role: r}
		if slices.ContainsFunc(found, func(other deletion) bool { return other.ID == r.ID }) {
			l = deletion{input: ref.Text, line: ref.Line, sameAs: r.ID}
		}
		found = append(found, l)
	}
	if len(unknown) > 0 {
		failure = exit.Failf(exit.NotFound, "%s", strings.Join(unknown, "; ")).WithHint("no roles were deleted").WithNext("astra role list")
	}
	return found, failure
}

// rolesOf returns the roles that exist.
func rolesOf(found []deletion) []devops.Role {
	var roles []devops.Role
	for _, l := range found {
		if l.ID != "" {
			roles = append(roles, l.Role)
		}
	}
	return roles
}

// confirm refuses a deletion that may lock the user out, shows the affected
// holders, and asks for confirmation.
func (in deleteCmd) confirm(ctx context.Context, app *cli.App, session *cli.Session, roles []devops.Role) (assignments, error) {
	held, err := readAssignments(ctx, app, session)
	if err != nil {
		return held, err
	}
	var affected []holder
	for _, r := range roles {
		if err := held.checkOwnRole(session, r, "deleting it"); err != nil && !in.force {
			return held, err
		}
	}
	for _, r := range roles {
		holders := held.holdersOf(r.ID)
		printHolders(app, r, holders)
		for _, h := range holders {
			if !slices.Contains(affected, h) {
				affected = append(affected, h)
			}
		}
	}
	if len(roles) == 1 {
		return held, app.Confirm(ctx, "Delete role %s, held by %s?", roles[0].Name, countHolders(affected))
	}
	return held, app.Confirm(ctx, "Delete %s (%s), held by %s?", spelling.Count(len(roles), "role"), names(roles), countHolders(affected))
}

// runSingle deletes a role and verifies that it is no longer listed.
func (in deleteCmd) runSingle(ctx context.Context, app *cli.App, session *cli.Session, l deletion) error {
	r, row := l.Role, bulk.Result{Row: 1, Input: l.input, ID: l.ID, Action: "delete", Outcome: bulk.OK}
	all, err := session.AllRoles(ctx)
	if err != nil {
		return err
	}
	deleted := in.delete(ctx, session, r)
	if app.Globals.DryRun {
		return deleted
	}
	err = verificationList(session, all).VerifyOne(ctx, r.ID, deleted, cli.StillListedError("role "+r.Name))
	if deleted == nil && lostReadAccess(err) { // this role granted the permission to list roles
		app.Say("Deleted role %s.", r.Name)
		app.Warn("deletion of role %s could not be verified, because the token in use can no longer list roles: %v", r.Name, err)
		return bulkcmd.PrintOne(app, row, nil)
	}
	if err != nil {
		return bulkcmd.PrintOne(app, row, fmt.Errorf("delete role %s: %w", r.Name, err))
	}
	app.Say("Deleted role %s.", r.Name)
	return bulkcmd.PrintOne(app, row, nil)
}

func (in deleteCmd) delete(ctx context.Context, session *cli.Session, r devops.Role) error {
	err := session.Roles.Delete(ctx, r.ID)
	if in.ifExists && errors.Is(err, devops.ErrNotFound) {
		return nil
	}
	return err
}

// verificationList returns the list that verifies deletions: it contained these roles
// before.
func verificationList(session *cli.Session, before []devops.Role) cli.DeletionCheck {
	ids := func(roles []devops.Role) []string {
		all := make([]string, 0, len(roles))
		for _, r := range roles {
			all = append(all, r.ID)
		}
		return all
	}
	return cli.DeletionCheck{Before: ids(before), List: func(ctx context.Context) ([]string, error) {
		now, err := session.Roles.List(ctx)
		return ids(now), err
	}}
}

func names(roles []devops.Role) string {
	var words []string
	for _, r := range roles {
		words = append(words, r.Name)
	}
	return strings.Join(words, ", ")
}
