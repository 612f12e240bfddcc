package role

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
)

type create struct {
	name, description string
	permissions       []string
	databases         []string
	keyspaces         []string
}

func newCreate(app *cli.App) *cobra.Command {
	var in create
	cmd := &cobra.Command{
		Use:   "create NAME --permission PERMISSION",
		Short: "Create a custom role",
		Long: `Create a custom role from permissions, for all databases or for some.

Permissions are named as the console does (View DB) or as the API does
(org-db-view). Without --db the role is for every database of the organization,
also those to come. The role gets every resource that it needs to work: for a
keyspace also its database, and the system keyspaces that drivers read.

Holders of the role can use the Portal only if it has Read User and View DB.`,
		Example: "  astra --sandbox role create Reporting --permission 'Select Table' --permission 'Access CQL' --db demo --keyspace app\n" +
			"  astra --sandbox role create Auditor --permission org-user-read --permission org-role-read",
		Args: cli.Args("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.name = args[0]
			return in.run(cmd.Context(), app)
		},
	}
	cmd.Flags().StringVar(&in.description, "description", "", "`text` that says what the role is for (default: its name)")
	cmd.Flags().StringArrayVar(&in.permissions, "permission", nil, "console `name` or API parameter of a permission; may be repeated")
	cmd.Flags().StringArrayVar(&in.databases, "db", nil, "limit to this database, by `name` or id; may be repeated")
	cmd.Flags().StringArrayVar(&in.keyspaces, "keyspace", nil, "limit to this keyspace of the databases given by --db, by `name`; may be repeated")
	return cmd
}

func (in create) run(ctx context.Context, app *cli.App) error {
	actions, err := in.check()
	if err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	scopes, err := in.scopes(ctx, app, session)
	if err != nil {
		return err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return err
	}
	if err := in.unused(ctx, session); err != nil {
		return err
	}
	policy := iam.Policy{
		Description: in.description, Actions: actions, Effect: iam.Allow,
		Resources: iam.Resources(org, scopes, actions),
	}
	if policy.Description == "" {
		policy.Description = in.name // as the Portal does
	}
	for _, finding := range iam.Lint(policy) {
		app.Warn("%s", finding.Message)
	}
	made, err := session.Roles.Create(ctx, in.name, devops.Policy(policy))
	if err != nil {
		return fmt.Errorf("create role %s: %w", in.name, err)
	}
	app.Say("Created role %s.", made.Name)
	return show(ctx, app, session, made)
}

// check returns the API parameters of the permissions, each once and sorted.
func (in create) check() ([]string, error) {
	if strings.TrimSpace(in.name) == "" {
		return nil, cli.Usagef("the name of a role cannot be blank")
	}
	if len(in.permissions) == 0 {
		return nil, cli.Usagef("--permission is missing: a role grants at least one").WithNext("astra permission list")
	}
	if len(in.keyspaces) > 0 && len(in.databases) == 0 {
		return nil, cli.Usagef("--keyspace needs --db: a keyspace belongs to a database")
	}
	var actions []string
	for _, name := range in.permissions {
		p, err := iam.FindPermission(name)
		if err != nil {
			return nil, cli.UnknownPermission(err)
		}
		actions = append(actions, p.Parameter)
	}
	slices.Sort(actions)
	return slices.Compact(actions), nil
}

// scopes are the databases and keyspaces that the role is limited to; none for
// all.
func (in create) scopes(ctx context.Context, app *cli.App, session *cli.Session) ([]iam.Scope, error) {
	var scopes []iam.Scope
	for _, ref := range in.databases {
		d, err := session.Database(ctx, ref)
		if err != nil {
			return nil, err
		}
		if len(in.keyspaces) == 0 {
			scopes = append(scopes, iam.Scope{Database: d.ID})
		}
		for _, k := range in.keyspaces {
			if !slices.Contains(d.Keyspaces, k) {
				app.Warn("database %s has no keyspace %s so far; the role will hold for it once it is there", d.Name, k)
			}
			scopes = append(scopes, iam.Scope{Database: d.ID, Keyspace: k})
		}
	}
	return scopes, nil
}

// unused makes sure that no role has the name: the service may allow a second
// one, and then neither can be named any more.
func (in create) unused(ctx context.Context, session *cli.Session) error {
	roles, err := session.AllRoles(ctx)
	if err != nil {
		return err
	}
	for _, r := range roles {
		if r.Name == in.name {
			return cli.Failf(cli.Conflict, "role %q exists already: %s", in.name, r.ID).WithNext("astra role get id:" + r.ID)
		}
	}
	return nil
}
