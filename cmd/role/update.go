package role

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

type update struct {
	policyFlags
	ref, name string
	added     []string
	force     bool
}

func newUpdate(app *cli.App) *cobra.Command {
	var in update
	cmd := &cobra.Command{
		Use:     "update ROLE",
		Aliases: []string{"edit"},
		Short:   "Change a custom role",
		Long: `Change the name, permissions or databases of a custom role. Everything else is
kept. Before the prompt, it shows the difference, the affected users and tokens,
and what they gain or lose, considering their other roles. If the role is changed
by another client at the same time, nothing is sent.

Flags that set databases or resources replace the current ones; they work as in
"astra role create". Default roles cannot be changed: create a custom one with
--like. Weakening a role of the token in use, or one that might be, requires
--force because you might lock yourself out.`,
		Example: "  astra role create Reporting --like 'RO User' --db demo\n" +
			"  astra role update Reporting --add-permission 'Modify Table' --remove-permission db-graphql --yes\n" +
			"  astra role update Reporting --name 'Data team' --db demo --keyspace app --yes",
		Args:        cli.Args("ROLE"),
		Annotations: completion.Args(completion.Roles),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.ref, in.described, in.changes = args[0], cmd.Flags().Changed("description"), true
			return in.run(cmd.Context(), app)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.name, "name", "", "new `name` of the role")
	f.StringVar(&in.description, "description", "", "new description, a `text`")
	f.StringArrayVar(&in.permissions, "permission", nil, "replace all permissions, by `name` or API parameter; repeatable")
	f.StringArrayVar(&in.added, "add-permission", nil, "add a permission, by `name` or API parameter; repeatable")
	f.BoolVar(&in.force, "force", false, "allow weakening a role of the token in use")
	completion.Flags(f, completion.Permissions, "permission", "add-permission")
	in.add(f)
	return cmd
}

func (in *update) run(ctx context.Context, app *cli.App) error {
	var err error
	if in.name != "" {
		if in.name, err = app.CheckName("a role", in.name); err != nil {
			return err
		}
	}
	if err := cli.CheckOne(app, detailedColumns()); err != nil {
		return err
	}
	doc, err := in.prepare(ctx, app)
	if err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	session.Ahead(ctx, lookup.Roles(), lookup.Users(), lookup.Tokens(), lookup.Databases("all"))
	if in.hasScopeFlags() || doc.parseScope() {
		session.Ahead(ctx, lookup.Org(), lookup.Databases("nonterminated"))
	}
	session.Ahead(session.LimitExtras(ctx), lookup.Org()) // only for what holders gain or lose
	before, err := session.Role(ctx, in.ref)
	if err != nil {
		return err
	}
	if err := requireCustom(before, "changed"); err != nil {
		return exit.Hint(err, "create a custom role from it instead", shellword.Line("astra", "role", "create", "My role", "--like", "id:"+before.ID))
	}
	names, err := databaseNames(ctx, session)
	if err != nil {
		return err
	}
	if in.ownDatabase() {
		if err := in.takeDatabase(app, before, names); err != nil {
			return err
		}
	}
	c, err := in.roleChange(ctx, app, session, before, doc)
	if err != nil {
		return err
	}
	holders, err := readAssignments(ctx, app, session)
	if err != nil {
		return err
	}
	if c.empty() {
		app.Say("Role %s already matches; nothing to update.", before.Name)
		return printDetail(ctx, app, session, before, holders.holdersOf(before.ID), names)
	}
	if err := in.lintPolicy(app, iam.Policy(c.after.Policy)); err != nil {
		return err
	}
	if err := in.confirm(ctx, app, session, c, holders, names); err != nil {
		return err
	}
	after, err := c.send(ctx, session)
	if err != nil {
		return err
	}
	app.Say("Changed role %s.", after.Name)
	return printDetail(ctx, app, session, after, holders.holdersOf(after.ID), names)
}

// takeDatabase applies --keyspace to the only database of the role. names are those of
// databases.
func (in *update) takeDatabase(app *cli.App, before devops.Role, names map[string]string) error {
	var ids []string
	for _, r := range before.Policy.Resources {
		d, ok := iam.DescribeResource(r)
		if ok && d.Database != "" && d.Database != iam.Wildcard && !slices.Contains(ids, d.Database) {
			ids = append(ids, d.Database)
		}
	}
	if len(ids) == 1 {
		in.databases = []string{"id:" + ids[0]}
		app.Say("Using the database of role %s: %s", before.Name, cmp.Or(names[ids[0]], ids[0]))
		return nil
	}
	e := exit.Usagef("--keyspace requires --db: role %s has %s", before.Name, spelling.Count(len(ids), "database"))
	if len(ids) == 0 {
		e = exit.Usagef("--keyspace requires --db: role %s has no database", before.Name)
	}
	var called []string
	for _, id := range ids {
		called = append(called, "--db "+shellword.Quote(cmp.Or(names[id], id)))
	}
	if len(called) == 0 {
		return e.WithNext("astra db list")
	}
	return e.WithHint("add %s", strings.Join(called, " or "))
}

// prepare validates the flags and reads the document, before anything is sent.
func (in update) prepare(ctx context.Context, app *cli.App) (document, error) {
	changes := len(in.permissions) + len(in.added) + len(in.removed)
	if changes == 0 && in.name == "" && in.from == "" && !in.described && !in.hasScopeFlags() {
		return document{}, exit.Usagef("nothing to update; specify at least one of --name, --description, --permission, --add-permission, --remove-permission, --from, --all-databases, --db, --resource")
	}
	if len(in.permissions) > 0 && in.from != "" {
		return document{}, exit.Usagef("--permission and --from cannot be used together").WithHint("use --add-permission to add to the permissions of the file")
	}
	if err := in.check(); err != nil {
		return document{}, err
	}
	if _, err := parameters(slices.Concat(in.permissions, in.added)); err != nil {
		return document{}, err
	}
	if in.from == "" {
		return document{}, nil
	}
	return readDocument(ctx, app, in.from)
}

// roleChange returns the role before and after the change.
func (in update) roleChange(ctx context.Context, app *cli.App, session *cli.Session, before devops.Role, doc document) (roleChange, error) {
	after := before
	if in.name != "" {
		after.Name = in.name
		if err := checkNameFree(ctx, session, in.name, before.ID); err != nil {
			return roleChange{}, err
		}
	}
	if in.from != "" && !doc.sameName(before) {
		app.Say("The file describes role %s; its name is ignored.", doc.Name)
	}
	if doc.Description != nil {
		after.Policy.Description = doc.describe(after.Name)
	}
	if in.described {
		after.Policy.Description = in.description
	}
	var err error
	if after.Policy.Actions, err = in.actions(before.Policy.Actions, doc); err != nil {
		return roleChange{}, err
	}
	after.Policy.Resources, err = in.resources(ctx, app, session, after.Policy, doc)
	return roleChange{before, after}, err
}

func (in update) actions(before []string, doc document) ([]string, error) {
	actions := before
	if len(doc.Permissions) > 0 {
		actions = doc.Permissions
	}
	if len(in.permissions) > 0 {
		actions = nil
	}
	added, err := parameters(slices.Concat(in.permissions, in.added))
	if err != nil {
		return nil, err
	}
	remaining, err := without(distinct(slices.Concat(actions, added)), in.removed)
	if err == nil && len(remaining) == 0 {
		err = exit.Usagef("no permissions left; a role needs at least one").WithNext(shellword.Line("astra", "role", "delete", in.ref))
	}
	return remaining, err
}

// resources returns the current resources, unless flags or the document replace
// them.
func (in update) resources(ctx context.Context, app *cli.App, session *cli.Session, policy devops.Policy, doc document) ([]string, error) {
	var scope scopeFlags
	var err error
	source := "--resource"
	switch {
	case in.hasScopeFlags():
		scope, err = in.scopeFlags(ctx, app, session)
	case doc.parseScope():
		source = "--from " + in.from
		scope, err = doc.scopeFlags(ctx, app, session)
	default:
		return policy.Resources, nil
	}
	if err != nil {
		return nil, err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return nil, err
	}
	return scope.resources(org, policy.Actions), scope.checkOrg(org, source)
}

// confirm shows the difference and the affected holders, and asks for
// confirmation. names are those of databases.
func (in update) confirm(ctx context.Context, app *cli.App, session *cli.Session, c roleChange, held assignments, names map[string]string) error {
	if c.removesPermissions() && !in.force {
		if err := held.checkOwnRole(session, c.before, "weakening it"); err != nil {
			return err
		}
	}
	c.print(app, names)
	holders := held.holdersOf(c.before.ID)
	printHolders(app, c.before, holders)
	if len(holders) > 0 {
		if err := c.printEffects(ctx, app, session, held, names); err != nil {
			return err
		}
	}
	return app.Confirm(ctx, "Change role %s, held by %s?", c.before.Name, countHolders(holders))
}
