package env

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/spelling"
)

// patience is how long an export waits for the service, which it asks only for
// a database without a binding.
const patience = 5 * time.Second

// databaseFlags is what the user chooses of the environment: variables, and what
// "env use" selected or something else instead.
type databaseFlags struct {
	variableFlags

	database, keyspace, region, saved string
}

func (b *databaseFlags) add(cmd *cobra.Command) {
	b.variableFlags.add(cmd)
	f := cmd.Flags()
	f.StringVar(&b.database, "db", "", "`name` or ID of the database (default: the selected one); one that was never selected is looked up once")
	f.StringVar(&b.keyspace, "keyspace", "", "`name` of the keyspace (default: the selected one)")
	f.StringVar(&b.region, "region", "", "`name` of the region (default: the selected one)")
	f.StringVar(&b.saved, "saved-token", "", "`name` of the saved token (default: the selected one)")
	completion.Flags(f, completion.Databases, "db")
	completion.Flags(f, completion.Keyspaces, "keyspace")
	completion.Flags(f, completion.Regions, "region")
	completion.Flags(f, completion.SavedTokens, "saved-token")
}

// variables returns the variables with their values, and the names of those that
// there are none for, which must not stay from another database. Nothing is left
// to find out after it.
func (b databaseFlags) variables(ctx context.Context, app *cli.App) (vars []variable, gone []string, err error) {
	keys, err := b.keys()
	if err != nil {
		return nil, nil, err
	}
	profile, err := b.profile(app)
	if err != nil {
		return nil, nil, err
	}
	profile, refused, err := b.resolve(ctx, app, profile)
	if err != nil {
		return nil, nil, err
	}
	source := values{app: app, profile: profile, bound: profile.Selected, chosen: b.saved != "", refused: refused}
	return source.values(ctx, keys)
}

// profile is the profile that is chosen. With a database that is named there need
// not be one.
func (b databaseFlags) profile(app *cli.App) (config.Profile, error) {
	if b.database != "" {
		return app.ProfileIfAny()
	}
	return app.Profile()
}

// resolve returns the profile with the binding to use: that of the selected database,
// with what the project file and the flags choose instead. refused is why there is no
// token, which not every variable needs.
func (b databaseFlags) resolve(ctx context.Context, app *cli.App, profile config.Profile) (_ config.Profile, refused, err error) {
	if err := b.check(); err != nil {
		return profile, nil, err
	}
	selected, err := app.Select(profile, b.database)
	switch {
	case err != nil:
		return profile, nil, err
	case selected.Set():
	case b.database != "":
		return b.ask(ctx, app, selected)
	default:
		return profile, nil, selected.NotSet()
	}
	bound := selected.Binding
	bound.Token, refused = selected.Token(b.saved)
	bound.Keyspace = cmp.Or(b.keyspace, selected.Project.Keyspace, bound.Keyspace)
	profile.Selected, err = regionEndpoint(bound, cmp.Or(b.region, selected.Project.Region))
	return profile, refused, err
}

// check refuses names that no keyspace or region can have.
func (b databaseFlags) check() error {
	for _, given := range []struct{ flag, name string }{{"--keyspace", b.keyspace}, {"--region", b.region}} {
		if odd := spelling.Foreign(given.name); odd != "" {
			return exit.Usagef("%s: %q has %s", given.flag, given.name, odd)
		}
		if given.name != "" && !config.IsIdentifier(given.name) {
			return exit.Usagef("%s: invalid name %q: use letters, digits, - or _", given.flag, given.name)
		}
	}
	return nil
}

// ask looks up a database that has no binding.
func (b databaseFlags) ask(ctx context.Context, app *cli.App, selected lookup.Selection) (_ config.Profile, refused, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	session, profile, err := app.ProfileSession(ctx)
	if err != nil {
		return profile, nil, err
	}
	d, err := session.Database(ctx, b.database)
	if err != nil {
		return profile, nil, err
	}
	if _, found := profile.Binding(d.ID); found { // under another name
		b.database = d.ID
		return b.resolve(ctx, app, profile)
	}
	project := selected.ProjectFor(config.DB{ID: d.ID, Name: d.Name})
	token := cmp.Or(b.saved, profile.Selected.Token)
	switch {
	case b.saved != "":
	case project.SavedToken != "":
		token, refused = "", selected.NotSet()
	case token != "":
		app.Warn("%s", describeOldToken(profile.Selected))
	}
	profile.Org.ID = cmp.Or(profile.Org.ID, d.OrgID)
	if profile.Org.Name == "" && b.includes("ASTRA_ORG_NAME") {
		if profile.Org.Name, err = session.OrgName(ctx); err != nil {
			return profile, nil, err
		}
	}
	profile.Selected, err = bind(d, cmp.Or(b.keyspace, project.Keyspace), cmp.Or(b.region, project.Region), token)
	return profile, refused, err
}

// describeOldToken warns of a token that was selected for another database.
func describeOldToken(of config.Binding) string {
	return fmt.Sprintf("still using token %s, chosen for %s. To change it: --saved-token NAME", of.Token, of.DB.Name)
}

// bind settles everything that an export needs but the secret. Without a name
// it takes the database's first keyspace and region.
func bind(d devops.Database, keyspace, region, token string) (config.Binding, error) {
	bound := config.Binding{
		DB: config.DB{ID: d.ID, Name: d.Name}, Keyspace: cmp.Or(keyspace, d.Keyspace),
		Regions: d.Regions, Region: d.Region, Token: token, Endpoint: lookup.Endpoint(d),
	}
	if keyspace != "" && !slices.Contains(d.Keyspaces, keyspace) {
		return bound, exit.NotAmongf("keyspace", keyspace, d.Keyspaces)
	}
	return regionEndpoint(bound, region)
}
