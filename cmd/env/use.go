package env

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/output"
)

type use struct {
	database, keyspace, region, saved, role string
}

func newUse(app *cli.App) *cobra.Command {
	var in use
	cmd := &cobra.Command{
		Use:   "use DB",
		Short: "Bind a database, and the token for it, to the environment",
		Long: `Bind a database to the environment of the profile, so that "env export" can print
its variables without asking the service.

--role generates an application token with that role, saves it in the secret
store and binds it, all in one step. --saved-token binds one that is saved. With
neither, the token that is bound stays.`,
		Example: "  astra --sandbox env use demo --role 'R/W User' --yes\n" +
			"  astra --sandbox env use demo --keyspace app",
		Args: cli.Args("DB"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.database = args[0]
			return in.run(cmd.Context(), app)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.keyspace, "keyspace", "", "`name` of the keyspace (default the database's first one)")
	f.StringVar(&in.region, "region", "", "`name` of the region (default the database's first one)")
	f.StringVar(&in.saved, "saved-token", "", "`name` of the saved token for the environment")
	f.StringVar(&in.role, "role", "", "generate a token with this role, by `name` or id, for the environment")
	cmd.MarkFlagsMutuallyExclusive("saved-token", "role")
	return cli.Evaluated(cmd, "")
}

func (in use) run(ctx context.Context, app *cli.App) error {
	session, profile, err := sessionOf(ctx, app)
	if err != nil {
		return err
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	d, err := session.Database(ctx, in.database)
	if err != nil {
		return err
	}
	bound, err := bind(d, in.keyspace, in.region, cmp.Or(in.saved, profile.Env.Token))
	if err != nil {
		return err
	}
	if in.saved != "" {
		if _, found := profile.Token(in.saved); !found {
			return cli.NotFoundf("saved token", in.saved, names(profile.Tokens)).WithNext("astra token generate --role ROLE --save " + in.saved)
		}
	}
	org, err := in.org(ctx, session)
	if err != nil {
		return err
	}
	if in.role != "" {
		if bound.Token, err = in.generate(ctx, app, session, d, profile); err != nil {
			return err
		}
	}
	if app.Rehearse("bind %s, keyspace %s, in %s", d.Name, cmp.Or(bound.Keyspace, "none"), bound.Region) {
		return nil
	}
	if err := app.UpdateProfile(ctx, profile.Name, func(p *config.Profile) error { p.Env, p.Org = bound, org; return nil }); err != nil {
		return err
	}
	if in.saved == "" && in.role == "" && bound.Token != "" && profile.Env.DB.ID != "" && profile.Env.DB.ID != d.ID {
		app.Warn("the token %s, which was bound for %s, stays bound: make sure that it is meant for %s too", bound.Token, profile.Env.DB.Name, d.Name)
	}
	app.Say("Bound %s, keyspace %s, in %s.", d.Name, cmp.Or(bound.Keyspace, "none"), bound.Region)
	if bound.Token == "" {
		app.Warn("no application token is bound yet: add --role ROLE or --saved-token NAME")
	}
	return cli.PrintOne(app, columns(), bound)
}

// generate makes a token for the environment and saves it under a name that is
// free.
func (in use) generate(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database, p config.Profile) (string, error) {
	role, err := session.Role(ctx, in.role)
	if err != nil {
		return "", err
	}
	name := d.Name
	if config.CheckName(name) != nil {
		name = d.ID
	}
	base := name
	for i := 2; slices.Contains(names(p.Tokens), name); i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	saved, err := app.Saved(session, name)
	if err != nil {
		return "", err
	}
	if app.Interactive() {
		if err := app.Confirm(ctx, "Generate a token with role %s for %s?", role.Name, d.Name); err != nil {
			return "", err
		}
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return "", err
	}
	order := onetime.Order{Roles: []string{role.ID}, OrgID: org, Description: "environment of " + d.Name}
	if app.Globals.DryRun {
		_, err := session.Tokens.Create(ctx, devops.NewToken(order))
		return "", err
	}
	maker, err := app.Maker(ctx, session)
	if err != nil {
		return "", err
	}
	made, _, err := maker.Make(ctx, order, []onetime.Destination{saved})
	app.Secrets.Add(made.Token)
	app.Secrets.Add(made.Secret)
	if err != nil {
		return "", err
	}
	app.Say("Generated %s with role %s; its secret is in %s.", made.ClientID, role.Name, saved)
	return name, nil
}

// org is what is exported as the organization.
func (in use) org(ctx context.Context, session *cli.Session) (config.Org, error) {
	id, err := session.OrgID(ctx)
	if err != nil {
		return config.Org{}, err
	}
	name, err := session.OrgName(ctx)
	return config.Org{ID: id, Name: name}, err
}

func names(tokens []config.SavedToken) []string {
	var all []string
	for _, t := range tokens {
		all = append(all, t.Name)
	}
	return all
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
