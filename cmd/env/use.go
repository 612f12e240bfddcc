package env

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/output"
)

type use struct {
	database, keyspace, region, saved, role, expires string
}

func newUse(app *cli.App) *cobra.Command {
	var in use
	cmd := &cobra.Command{
		Use:        "use [DB]",
		SuggestFor: []string{"set", "bind"},
		Short:      "Bind a database, and the token for it, to the environment",
		Long: `Bind a database to the environment of the profile, so that "env export" can print
its variables without asking the service. Without DB it shows what is bound.

--role generates an application token with that role, saves it in the secret
store and binds it, all in one step; --expires limits it. --saved-token binds one
that is saved. With neither, the token that is bound stays.`,
		Example: "  astra --sandbox env use demo --role 'R/W User' --yes\n" +
			"  astra --sandbox env use demo --keyspace app\n" +
			"  astra --sandbox env use",
		Args: cli.Args("[DB]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return in.show(app)
			}
			in.database = args[0]
			return in.run(cmd.Context(), app)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.keyspace, "keyspace", "", "`name` of the keyspace (default the database's first one)")
	f.StringVar(&in.region, "region", "", "`name` of the region (default the database's first one)")
	f.StringVar(&in.saved, "saved-token", "", "`name` of the saved token for the environment")
	f.StringVar(&in.role, "role", "", "generate a token with this role, by `name` or id, for the environment")
	f.StringVar(&in.expires, "expires", "", "`when` the token of --role expires: "+cli.ExpiryForms+" (default never)")
	cmd.MarkFlagsMutuallyExclusive("saved-token", "role")
	return cli.Evaluated(cmd, false)
}

func (in use) run(ctx context.Context, app *cli.App) error {
	expires, err := in.end(app)
	if err != nil {
		return err
	}
	session, profile, err := app.ProfileSession(ctx)
	if err != nil {
		return err
	}
	if profile.Name == "" { // a binding needs one
		_, err := app.Profile()
		return err
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	d, err := session.Database(ctx, in.database)
	if err != nil {
		return err
	}
	before := profile.Env
	if profile.Env, err = bind(d, in.keyspace, in.region, cmp.Or(in.saved, before.Token)); err != nil {
		return err
	}
	profile.Env.DB.Name = cmp.Or(config.DisplayName(output.Sanitize(d.Name)), d.ID)
	if in.role == "" {
		if profile.Env.Expiry, err = in.lives(ctx, app, session, profile); err != nil {
			return err
		}
	}
	if profile.Org, err = in.org(ctx, session); err != nil {
		return err
	}
	if err := config.Check(profile); err != nil { // before there is a token for it
		return err
	}
	if in.role != "" {
		if profile.Env.Token, profile.Env.Expiry, err = in.generate(ctx, app, session, d, profile, expires); err != nil {
			return err
		}
	}
	return in.bind(ctx, app, profile, before)
}

// bind records the binding, and says what changes with it.
func (in use) bind(ctx context.Context, app *cli.App, profile config.Profile, before config.Env) error {
	bound, org := profile.Env, profile.Org
	if app.Rehearse("bind %s, keyspace %s, in %s", bound.DB.Name, cmp.Or(bound.Keyspace, "none"), bound.Region) {
		return nil
	}
	if err := app.UpdateProfile(ctx, profile.Name, func(p *config.Profile) error { p.Env, p.Org = bound, org; return nil }); err != nil {
		return err
	}
	switch {
	case before.Token != "" && bound.Token != before.Token:
		app.Say("The token %s is no longer bound, and valid as before; to revoke it: %s", before.Token, app.Command("astra token delete "+before.Token))
	case in.saved == "" && bound.Token != "" && before.DB.ID != "" && before.DB.ID != bound.DB.ID:
		app.Warn("the token %s, which was bound for %s, stays bound: make sure that it is meant for %s too", bound.Token, before.DB.Name, bound.DB.Name)
	}
	app.Say("Bound %s, keyspace %s, in %s.", bound.DB.Name, cmp.Or(bound.Keyspace, "none"), bound.Region)
	if bound.Token == "" {
		app.Warn("no application token is bound yet: add --role ROLE or --saved-token NAME")
	}
	return cli.PrintOne(app, columns(), bound)
}

// show prints what is bound.
func (in use) show(app *cli.App) error {
	if in != (use{}) {
		return cli.Usagef("DB is missing: a keyspace, region or token is bound together with a database").WithNext("astra env use DB")
	}
	profile, err := app.Profile()
	if err != nil {
		return err
	}
	if profile.Env.DB.ID == "" {
		return cli.Failf(cli.Config, "no database is bound").WithNext("astra env use DB")
	}
	return cli.PrintOne(app, columns(), profile.Env)
}

// org is what is exported as the organization. Its name is for people, and harmless
// for their terminals.
func (in use) org(ctx context.Context, session *cli.Session) (config.Org, error) {
	id, err := session.OrgID(ctx)
	if err != nil {
		return config.Org{}, err
	}
	name, err := session.OrgName(ctx)
	return config.Org{ID: id, Name: config.DisplayName(output.Sanitize(name))}, err
}

func columns() []output.Column[config.Env] {
	return []output.Column[config.Env]{
		{Key: "database", Value: func(e config.Env) any { return e.DB.Name }},
		{Key: "databaseId", Value: func(e config.Env) any { return e.DB.ID }, Name: true},
		{Key: "keyspace", Value: func(e config.Env) any { return output.OrNull(e.Keyspace) }},
		{Key: "region", Value: func(e config.Env) any { return e.Region }},
		{Key: "endpoint", Value: func(e config.Env) any { return output.OrNull(e.Endpoint) }},
		{Key: "savedToken", Value: func(e config.Env) any { return output.OrNull(e.Token) }},
	}
}
