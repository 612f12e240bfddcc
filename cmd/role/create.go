package role

import (
	"context"
	"errors"
	"fmt"
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

type create struct {
	policyFlags
	name string
	like string

	ifNotExists bool
}

func newCreate(app *cli.App) *cobra.Command {
	var in create
	cmd := &cobra.Command{
		Use:        "create NAME",
		SuggestFor: []string{"add", "new", "clone"},
		Short:      "Create a custom role",
		Long: `Create a custom role from permissions, from another role, or from a document. On
a terminal, without any of these, you pick permissions and databases from lists.

Permissions are identified by their Portal name (View DB) or API parameter
(org-db-view). With --like or --from they are added to the existing ones.

Without --db the role covers every database of the organization, including
future ones, or the resources of the role in --like. The role gets every
resource it requires: for a keyspace also its database, and the system keyspaces
read by drivers. --keyspace applies to each --db, and --table to each
--keyspace. A document lists resources, or scopes such as {"database": "demo",
"keyspace": "app", "table": "orders"}.

Users with this role can use the Portal only if it has Read User and View DB.

With --if-not-exists an existing role with the same policy is left unchanged; a
different policy is an error that shows the difference.`,
		Example: "  astra role create Reporting --permission 'Select Table' --permission 'Access CQL' --db demo --keyspace app\n" +
			"  astra role create Loader --like 'R/W User' --remove-permission 'Access GraphQL API' --db demo\n" +
			"  astra role get Reporting -o json | astra role create Reports --from -",
		Args: cli.Args("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.name, in.described = args[0], cmd.Flags().Changed("description")
			return app.Dialog(func() error { return in.run(cmd.Context(), app) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.description, "description", "", "`text` that describes the role (default: its name)")
	f.StringArrayVar(&in.permissions, "permission", nil, "add a permission, by Portal `name` or API parameter; repeatable")
	f.StringVar(&in.like, "like", "", "start from the permissions and resources of this `role`")
	f.BoolVar(&in.ifNotExists, "if-not-exists", false, "succeed if a role with the same policy exists")
	completion.Flags(f, completion.Permissions, "permission")
	completion.Flags(f, completion.Roles, "like")
	in.add(f)
	return cmd
}

func (in create) run(ctx context.Context, app *cli.App) error {
	if err := cli.CheckOne(app, detailedColumns()); err != nil {
		return err
	}
	var err error
	if in.name, err = app.CheckName("a role", in.name); err != nil {
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
	session.Ahead(ctx, lookup.Roles(), lookup.Org(), lookup.Databases("all"))
	if len(in.databases)+len(doc.Scopes) > 0 {
		session.Ahead(ctx, lookup.Databases("nonterminated"))
	}
	before, exists, err := in.findExisting(ctx, session)
	if err != nil {
		return err
	}
	if err := checkNameFree(ctx, session, in.name, before.ID); err != nil {
		return err
	}
	policy, err := in.policy(ctx, app, session, doc)
	if err != nil {
		return err
	}
	if exists {
		return in.compare(ctx, app, session, before, policy, doc)
	}
	if err := in.lintPolicy(app, policy); err != nil {
		return err
	}
	if in.usesPicker() {
		if err := in.preview(ctx, app, session, policy); err != nil {
			return err
		}
	}
	created, err := session.Roles.Create(ctx, in.name, devops.Policy(policy))
	if in.ifNotExists && errors.Is(err, devops.ErrConflict) { // another process created it concurrently
		if roles, listErr := session.Roles.List(ctx); listErr == nil {
			if now, exists := in.findByName(roles); exists {
				return in.compare(ctx, app, session, now, policy, doc)
			}
		}
	}
	if err != nil {
		return fmt.Errorf("create role %s: %w", in.name, err)
	}
	app.Say("Created role %s.", created.Name)
	return show(ctx, app, session, created, []holder{}) // a new role has no holders
}

// findExisting returns the role that --if-not-exists leaves unchanged.
func (in create) findExisting(ctx context.Context, session *cli.Session) (devops.Role, bool, error) {
	if !in.ifNotExists {
		return devops.Role{}, false, nil
	}
	roles, err := session.AllRoles(ctx)
	if err != nil {
		return devops.Role{}, false, err
	}
	r, exists := in.findByName(roles)
	return r, exists, nil
}

// findByName returns the custom role with the name, compared as in the service.
func (in create) findByName(roles []devops.Role) (devops.Role, bool) {
	same := slices.DeleteFunc(slices.Clone(roles), func(r devops.Role) bool {
		return isDefault(r) || spelling.Fold(r.Name) != spelling.Fold(in.name)
	})
	if len(same) != 1 {
		return devops.Role{}, false
	}
	return same[0], true
}

// compare prints the existing role if it has the same policy, and otherwise
// fails with the difference. A description is compared only if one is
// specified.
func (in create) compare(ctx context.Context, app *cli.App, session *cli.Session, before devops.Role, policy iam.Policy, doc document) error {
	after := before
	after.Policy = devops.Policy(policy)
	if !in.described && doc.Description == nil {
		after.Policy.Description = before.Policy.Description
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return err
	}
	if subtract(org, before, after).empty() && subtract(org, after, before).empty() &&
		before.Policy.Description == after.Policy.Description && before.Policy.Effect == after.Policy.Effect {
		holders, err := readAssignments(ctx, app, session)
		if err != nil {
			return err
		}
		app.Say("Role %s already exists with this policy.", before.Name)
		return show(ctx, app, session, before, holders.holdersOf(before.ID))
	}
	names, err := databaseNames(ctx, session)
	if err != nil {
		return err
	}
	lines := roleChange{before, after}.lines(names)
	if before.Policy.Effect != after.Policy.Effect {
		lines = append(lines, "effect: "+after.Policy.Effect)
	}
	return exit.Failf(exit.Conflict, "role %q already exists with another policy; differences: %s", before.Name, strings.Join(lines, ", ")).
		WithNext(shellword.Line("astra", "role", "get", "id:"+before.ID))
}

// usesPicker reports whether the permissions are picked from a list.
func (in create) usesPicker() bool { return len(in.permissions) == 0 && in.like == "" && in.from == "" }

// prepare validates the flags and reads the document, before anything is sent.
func (in create) prepare(ctx context.Context, app *cli.App) (document, error) {
	if err := in.check(); err != nil {
		return document{}, err
	}
	if _, err := parameters(in.permissions); err != nil {
		return document{}, err
	}
	if in.like != "" && in.from != "" {
		return document{}, exit.Usagef("--like and --from cannot be used together")
	}
	if in.usesPicker() && !app.Interactive() {
		return document{}, exit.Usagef("specify at least one of --permission, --like, --from").WithNext("astra permission list")
	}
	if in.from == "" {
		return document{}, nil
	}
	return readDocument(ctx, app, in.from)
}

// policy returns the policy of the new role.
func (in create) policy(ctx context.Context, app *cli.App, session *cli.Session, doc document) (iam.Policy, error) {
	policy := iam.Policy{Description: in.name, Effect: iam.Allow} // the name as description, like the Portal
	scope, source := allDatabases(), "--resource"
	var err error
	switch {
	case in.like != "":
		policy.Actions, scope, err = copyFrom(ctx, session, in.like)
	case in.from != "":
		policy.Description, policy.Actions = doc.describe(in.name), doc.Permissions
		if doc.parseScope() && !in.hasScopeFlags() {
			source = "--from " + in.from
			scope, err = doc.scopeFlags(ctx, app, session)
		}
	case in.usesPicker():
		policy.Actions, err = pickPermissions(ctx, app)
		if err == nil && !in.hasScopeFlags() {
			scope, err = pickScope(ctx, app, session, policy.Actions)
		}
	}
	if err != nil {
		return policy, err
	}
	if in.described {
		policy.Description = in.description
	}
	if policy.Actions, err = in.actions(policy.Actions); err != nil {
		return policy, err
	}
	if in.hasScopeFlags() {
		if scope, err = in.scopeFlags(ctx, app, session); err != nil {
			return policy, err
		}
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return policy, err
	}
	policy.Resources = scope.resources(org, policy.Actions)
	return policy, scope.checkOrg(org, source)
}

// actions applies --permission and --remove-permission to the initial
// permissions.
func (in create) actions(initial []string) ([]string, error) {
	added, err := parameters(in.permissions)
	if err != nil {
		return nil, err
	}
	remaining, err := without(distinct(slices.Concat(initial, added)), in.removed)
	if err == nil && len(remaining) == 0 {
		err = exit.Usagef("no permissions left; a role needs at least one").WithNext("astra permission list")
	}
	return remaining, err
}

// copyFrom returns the permissions and scope of a role. A default role applies
// everywhere, so added permissions do too.
func copyFrom(ctx context.Context, session *cli.Session, ref string) ([]string, scopeFlags, error) {
	r, err := session.Role(ctx, ref)
	if err != nil {
		return nil, scopeFlags{}, err
	}
	return distinct(r.Policy.Actions), scopeFlags{compiled: isDefault(r), exact: r.Policy.Resources}, nil
}
