package env

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// patience is how long an export waits for the service, which it asks only for
// a database that is not the bound one.
const patience = 5 * time.Second

// binding is what the user chooses of the environment: variables, and what
// "env use" bound or something else instead.
type binding struct {
	selection

	database, keyspace, region, saved string
}

func (b *binding) add(cmd *cobra.Command) {
	b.selection.add(cmd)
	f := cmd.Flags()
	f.StringVar(&b.database, "db", "", "`name` or id of another database than the bound one; asks the service once")
	f.StringVar(&b.keyspace, "keyspace", "", "`name` of another keyspace than the bound one")
	f.StringVar(&b.region, "region", "", "`name` of another region than the bound one")
	f.StringVar(&b.saved, "saved-token", "", "`name` of another saved token than the bound one")
}

// variables returns the variables with their values, and the names of those that
// there are none for, which must not stay from another database. Nothing is left
// to find out after it.
func (b binding) variables(ctx context.Context, app *cli.App) (vars []variable, gone []string, err error) {
	keys, err := b.keys()
	if err != nil {
		return nil, nil, err
	}
	profile, err := b.profile(app)
	if err != nil {
		return nil, nil, err
	}
	if profile, err = b.resolve(ctx, app, profile); err != nil {
		return nil, nil, err
	}
	source := source{app: app, profile: profile, bound: profile.Env, chosen: b.saved != ""}
	return source.values(ctx, keys)
}

// profile is the profile that is chosen. With a database that is named there need
// not be one.
func (b binding) profile(app *cli.App) (config.Profile, error) {
	if b.database != "" {
		return app.ProfileIfAny()
	}
	return app.Profile()
}

// resolve returns the profile with what the flags choose, else the project file
// of the repository, else what is bound.
func (b binding) resolve(ctx context.Context, app *cli.App, profile config.Profile) (config.Profile, error) {
	bound := profile.Env
	if err := b.check(); err != nil {
		return profile, err
	}
	project, err := app.Project()
	if err != nil {
		return profile, err
	}
	wanted := cmp.Or(b.database, bound.DB.ID)
	if wanted == "" {
		return profile, cli.Failf(cli.Config, "no database is bound").WithNext("astra env use DB")
	}
	if wanted != bound.DB.ID && !spelling.SameName(wanted, bound.DB.Name) {
		return b.ask(ctx, app, project)
	}
	switch {
	case isAbout(project, bound.DB):
	case b.database != "":
		project = config.Project{}
	default:
		e := cli.Failf(cli.Config, "%s is for database %s, and %s is bound", project.Path, project.DB, bound.DB.Name)
		if spelling.Alike(project.DB, bound.DB.Name) {
			return profile, e.WithHint("the two names look the same: %s", spelling.Difference(project.DB, bound.DB.Name))
		}
		return profile, e.WithNext("astra env use " + shellword.Quote(project.DB))
	}
	bound.Keyspace = cmp.Or(b.keyspace, project.Keyspace, bound.Keyspace)
	bound.Token = cmp.Or(b.saved, bound.Token)
	profile.Env, err = inRegion(bound, cmp.Or(b.region, project.Region))
	return profile, err
}

// check refuses names that no keyspace or region can have.
func (b binding) check() error {
	for _, given := range []struct{ flag, name string }{{"--keyspace", b.keyspace}, {"--region", b.region}} {
		if odd := spelling.Foreign(given.name); odd != "" {
			return cli.Usagef("%s: %q has %s", given.flag, given.name, odd)
		}
		if given.name != "" && !config.Plain(given.name) {
			return cli.Usagef("%s: %q is no name: it is of letters, digits, dashes and underscores", given.flag, given.name)
		}
	}
	return nil
}

// isAbout reports whether what the project chooses is meant for a database: for
// that one, or for whichever is bound.
func isAbout(p config.Project, db config.DB) bool {
	return p.DB == "" || spelling.SameName(p.DB, db.Name) || p.DB == db.ID
}

// ask looks up a database that is not bound.
func (b binding) ask(ctx context.Context, app *cli.App, project config.Project) (config.Profile, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	session, profile, err := app.ProfileSession(ctx)
	if err != nil {
		return profile, err
	}
	d, err := session.Database(ctx, b.database)
	if err != nil {
		return profile, err
	}
	if project.DB == "" || !isAbout(project, config.DB{ID: d.ID, Name: d.Name}) {
		project = config.Project{} // it is about another database
	}
	if b.saved == "" && profile.Env.Token != "" {
		app.Warn("the token %s is the one bound for %s: make sure that it is meant for %s too, or use --saved-token", profile.Env.Token, profile.Env.DB.Name, d.Name)
	}
	profile.Org.ID = cmp.Or(profile.Org.ID, d.OrgID)
	if profile.Org.Name == "" && b.asksFor("ASTRA_ORG_NAME") {
		if profile.Org.Name, err = session.OrgName(ctx); err != nil {
			return profile, err
		}
	}
	profile.Env, err = bind(d, cmp.Or(b.keyspace, project.Keyspace), cmp.Or(b.region, project.Region), cmp.Or(b.saved, profile.Env.Token))
	return profile, err
}

// bind settles everything that an export needs but the secret. Without a name
// it takes the database's first keyspace and region.
func bind(d devops.Database, keyspace, region, token string) (config.Env, error) {
	bound := config.Env{
		DB: config.DB{ID: d.ID, Name: d.Name}, Keyspace: cmp.Or(keyspace, d.Keyspace),
		Regions: d.Regions, Region: d.Region, Token: token, Endpoint: cli.Endpoint(d),
	}
	if keyspace != "" && !slices.Contains(d.Keyspaces, keyspace) {
		return bound, cli.NotAmongf("keyspace", keyspace, d.Keyspaces)
	}
	return inRegion(bound, region)
}
