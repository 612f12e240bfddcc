package env

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
)

type use struct {
	database, keyspace, region, saved, role, expires string
	forget                                           bool
}

func newUse(app *cli.App) *cobra.Command {
	var in use
	cmd := &cobra.Command{
		Use:        "use [DB]",
		SuggestFor: []string{"set", "bind", "select"},
		Short:      "Select a database and its token",
		Long: `Select a database and its token, so that "astra env export" can print the
variables without calling the service. Without DB it lists the databases
selected in this profile and marks the default.

Keyspace, region and token are stored for each database. The last selected
database is the default; --db and the .astra.yaml of a directory select another
one without changing the default:

    db: demo
    saved_token: report     must be the one selected for demo

--role generates an application token with that role, saves it in the secret
store and selects it; --expires limits it. --saved-token selects a saved token.
Without these flags, --keyspace and --region, a database keeps its earlier
selection; a new one uses the token of the default.

--forget removes the selection of DB. Its token stays saved and valid.`,
		Example: "  astra env use demo --role 'R/W User' --yes\n" +
			"  astra env use demo --keyspace app\n" +
			"  astra env use\n" +
			"  astra env use demo --forget",
		Args:        cli.Args("[DB]"),
		Annotations: completion.Args(completion.Databases),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return in.show(app)
			}
			in.database = args[0]
			if in.forget {
				return in.drop(cmd.Context(), app)
			}
			return in.run(cmd.Context(), app)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.keyspace, "keyspace", "", "`name` of the keyspace (default: as before, else the first one)")
	f.StringVar(&in.region, "region", "", "`name` of the region (default: as before, else the first one)")
	f.StringVar(&in.saved, "saved-token", "", "select the saved token of this `name`")
	f.StringVar(&in.role, "role", "", "generate a token with this role, by `name` or ID, and select it")
	f.StringVar(&in.expires, "expires", "", "`time` at which the token of --role expires: "+flags.ExpiryForms+" (default: the limit of the organization, if any)")
	f.BoolVar(&in.forget, "forget", false, "remove the selection of DB")
	completion.Flags(f, completion.Keyspaces, "keyspace")
	completion.Flags(f, completion.Regions, "region")
	completion.Flags(f, completion.SavedTokens, "saved-token")
	completion.Flags(f, completion.Roles, "role")
	cmd.MarkFlagsMutuallyExclusive("saved-token", "role")
	for _, selects := range []string{"keyspace", "region", "saved-token", "role", "expires"} {
		cmd.MarkFlagsMutuallyExclusive("forget", selects)
	}
	return cli.MarkEvaluated(cmd, false)
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
	session.Ahead(ctx, lookup.Databases("nonterminated"), lookup.Org(), lookup.Users())
	switch {
	case in.role == "" && (in.saved != "" || slices.ContainsFunc(profile.AllBindings(), func(b config.Binding) bool { return b.Token != "" })):
		session.Ahead(ctx, lookup.Tokens(), lookup.Roles())
	case in.role != "":
		session.Ahead(ctx, lookup.Roles())
		if (!app.Interactive() || app.Globals.Yes) && !app.Globals.DryRun {
			session.Ahead(ctx, lookup.Tokens()) // the list before the request; after a prompt it would be old
		}
	}
	d, err := session.Database(ctx, in.database)
	if err != nil {
		return err
	}
	last := profile.Selected
	before, _ := profile.Binding(d.ID)
	if profile.Selected, err = in.binding(app, d, before, last); err != nil {
		return err
	}
	profile.Selected.DB.Name = cmp.Or(config.DisplayName(output.Sanitize(d.Name)), d.ID)
	if in.role == "" {
		if profile.Selected.Expiry, err = in.checkExpiry(ctx, app, session, profile); err != nil {
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
		if profile.Selected.Token, profile.Selected.Expiry, err = in.generate(ctx, app, session, d, profile, expires); err != nil {
			return err
		}
	}
	dbchange.SayHibernated(app, d)
	return in.keep(ctx, app, profile, before, last)
}

// binding is what is selected for a database: what is named, else what was selected
// for it before as far as the database still has it.
func (in use) binding(app *cli.App, d devops.Database, before, last config.Binding) (config.Binding, error) {
	keyspace, region, token := in.keyspace, in.region, cmp.Or(in.saved, before.Token)
	if before.DB.ID == "" {
		token = cmp.Or(in.saved, last.Token)
	}
	for _, kept := range []struct {
		kind   string
		chosen *string
		before string
		all    []string
	}{{"keyspace", &keyspace, before.Keyspace, d.Keyspaces}, {"region", &region, before.Region, d.Regions}} {
		switch {
		case *kept.chosen != "" || kept.before == "":
		case slices.Contains(kept.all, kept.before):
			*kept.chosen = kept.before
		default:
			app.Warn("%s %s of %s no longer exists", kept.kind, kept.before, before.DB.Name)
		}
	}
	return bind(d, keyspace, region, token)
}

// keep records the binding, and says what changes with it.
func (in use) keep(ctx context.Context, app *cli.App, profile config.Profile, before, last config.Binding) error {
	bound, org := profile.Selected, profile.Org
	if app.DryRunf("select %s, keyspace %s, in %s", bound.DB.Name, cmp.Or(bound.Keyspace, "none"), bound.Region) {
		return nil
	}
	err := app.UpdateProfile(ctx, profile.Name, func(p *config.Profile) error {
		if spelling.SameName(in.database, bound.DB.Name) { // the only one of this name: a database that it takes the place of was deleted
			for _, other := range p.AllBindings() {
				if other.DB.Name == bound.DB.Name && other.DB.ID != bound.DB.ID {
					p.Deselect(other.DB.ID)
				}
			}
		}
		p.Select(bound)
		p.Org = org
		profile = *p
		return nil
	})
	if err != nil {
		return err
	}
	switch {
	case before.Token != "" && bound.Token != before.Token && len(profile.DatabasesWith(before.Token)) == 0:
		app.Say("Token %s is no longer used here but still valid. To revoke it: %s", before.Token, app.Command("astra token delete "+before.Token))
	case before.DB.ID == "" && in.saved == "" && in.role == "" && bound.Token != "":
		app.Warn("%s", describeOldToken(last))
	}
	app.Say("Selected %s, keyspace %s, in %s.", bound.DB.Name, cmp.Or(bound.Keyspace, "none"), bound.Region)
	if bound.Token == "" {
		app.Warn("no application token selected yet: add --role ROLE or --saved-token NAME")
	}
	if here, err := app.Select(profile, ""); err == nil && here.Binding.DB.ID != bound.DB.ID {
		app.Warn("in this directory %s selects %s", here.Project.Path, here.Ref)
	}
	return cli.PrintOne(app, columns(), entry{bound, true})
}

// drop removes what was selected for a database, which need not exist any more. Nothing
// is asked of the service.
func (in use) drop(ctx context.Context, app *cli.App) error {
	profile, err := app.Profile()
	if err != nil {
		return err
	}
	selected, err := app.Select(profile, in.database)
	if err != nil {
		return err
	}
	if !selected.Set() {
		var names []string
		for _, b := range profile.AllBindings() {
			names = append(names, b.DB.Name)
		}
		return exit.NotFoundf("selected database", in.database, names).WithNext("astra env use")
	}
	name := selected.Binding.DB.Name
	if app.DryRunf("remove the selection of %s", name) {
		return nil
	}
	if err := app.Forget(ctx, profile, selected.Binding.DB.ID); err != nil {
		return err
	}
	app.Say("Removed the selection of %s.", name)
	return nil
}

// show lists the databases that were selected.
func (in use) show(app *cli.App) error {
	if in != (use{}) {
		e := exit.Usagef("DB is required to select a keyspace, region or token").WithNext("astra env use DB")
		if in.forget {
			e = exit.Usagef("DB is required with --forget").WithNext("astra env use")
		}
		return e
	}
	profile, err := app.Profile()
	if err != nil {
		return err
	}
	all := profile.AllBindings()
	if len(all) == 0 {
		return exit.Failf(exit.Config, "no database selected").WithNext("astra env use DB")
	}
	entries := make([]entry, len(all))
	for i, b := range all {
		entries[i] = entry{b, b.DB.ID == profile.Selected.DB.ID}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.DB.Name, b.DB.Name) })
	if here, err := app.Select(profile, ""); err != nil {
		app.Warn("%v", err)
	} else if here.Ref != "" {
		app.Say("In this directory %s selects %s.", here.Project.Path, here.Ref)
	}
	return cli.PrintRead(app, columns(), entries, "")
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

// entry is a binding as it is shown.
type entry struct {
	config.Binding
	isDefault bool
}

func columns() []output.Column[entry] {
	return []output.Column[entry]{
		{Key: "database", Value: func(e entry) any { return e.DB.Name }},
		{Key: "databaseId", Value: func(e entry) any { return e.DB.ID }, Name: true, Spare: 1},
		{Key: "keyspace", Value: func(e entry) any { return output.OrNull(e.Keyspace) }},
		{Key: "region", Value: func(e entry) any { return e.Region }},
		{Key: "endpoint", Value: func(e entry) any { return output.OrNull(e.Endpoint) }, Spare: 2},
		{Key: "savedToken", Value: func(e entry) any { return output.OrNull(e.Token) }},
		{Key: "default", Value: func(e entry) any { return e.isDefault }, Mark: true},
	}
}
