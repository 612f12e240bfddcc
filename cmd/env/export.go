package env

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/shellword"
)

type export struct {
	target

	keys                    []string
	keyspace, region, saved string
	reveal                  bool
}

func newExport(app *cli.App) *cobra.Command {
	var in export
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print the variables of the bound database, for a shell to evaluate",
		Long: `Print the variables of the bound database, for a shell to evaluate:

    eval "$(astra env export)"

Nothing is asked of the service; "env use" found everything out before. When it
fails it prints a failing statement, so that the eval fails too. Values are
written so that also the form without quotes, eval $(astra env export), is right
as long as IFS holds only white space; the quoted form is right always.

On a terminal the token is masked.`,
		Example: "  astra --sandbox env use demo --role 'RO User' --yes\n" +
			"  eval \"$(astra --sandbox env export)\"\n" +
			"  astra --sandbox env export --format json --keys ASTRA_DB_ID,ASTRA_DB_APPLICATION_TOKEN=TOKEN",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	in.add(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&in.keys, "keys", nil, "export these variables, a `list` with commas of KEY or KEY=NAME, or all; may be repeated")
	f.StringVar(&in.keyspace, "keyspace", "", "`name` of another keyspace than the bound one")
	f.StringVar(&in.region, "region", "", "`name` of another region than the bound one")
	f.StringVar(&in.saved, "saved-token", "", "`name` of another saved token than the bound one")
	f.BoolVar(&in.reveal, "reveal", false, "show secrets also on a terminal")
	return cmd
}

func (in export) run(ctx context.Context, app *cli.App) error {
	d, err := in.dialect(app)
	if err != nil {
		return err
	}
	keys, err := parseKeys(in.keys)
	if err != nil {
		return err
	}
	profile, err := app.Profile()
	if err != nil {
		return err
	}
	bound, err := in.bound(app, profile.Env)
	if err != nil {
		return err
	}
	vars, err := in.values(ctx, app, profile, bound, keys)
	if err != nil {
		return err
	}
	text, err := envfile.Export(d, vars)
	if err != nil {
		return err
	}
	_, err = app.Out.Write(text)
	return err
}

// bound is what is exported: what "env use" bound, what the project file of the
// repository chooses instead, and what the flags choose instead of both.
func (in export) bound(app *cli.App, bound config.Env) (config.Env, error) {
	if bound.DB.ID == "" {
		return bound, cli.Failf(cli.Config, "no database is bound").WithNext("astra env use DB")
	}
	project, err := app.Project()
	if err != nil {
		return bound, err
	}
	if project.DB != "" && project.DB != bound.DB.Name && project.DB != bound.DB.ID {
		return bound, cli.Failf(cli.Config, "%s is for database %s, and %s is bound", project.Path, project.DB, bound.DB.Name).
			WithNext("astra env use " + shellword.Quote(project.DB))
	}
	bound.Keyspace = cmp.Or(in.keyspace, project.Keyspace, bound.Keyspace)
	bound.Token = cmp.Or(in.saved, bound.Token)
	if region := cmp.Or(in.region, project.Region, bound.Region); region != bound.Region {
		bound.Endpoint, err = regional(bound.Endpoint, bound.DB.ID, bound.Region, region)
		bound.Region = region
	}
	return bound, err
}

// values returns the variables with their values. The secret store is asked
// only if a variable needs it.
func (in export) values(ctx context.Context, app *cli.App, p config.Profile, bound config.Env, keys []key) ([]envfile.Var, error) {
	var item credential.Item
	masked := false
	vars := make([]envfile.Var, 0, len(keys))
	for _, k := range keys {
		if fromStore(k.source) && item.ClientID == "" {
			var err error
			if item, err = stored(ctx, app, p, bound.Token); err != nil {
				return nil, err
			}
		}
		value := ""
		switch k.source {
		case "ASTRA_DB_ID":
			value = bound.DB.ID
		case "ASTRA_DB_NAME":
			value = bound.DB.Name
		case "ASTRA_DB_REGION":
			value = bound.Region
		case "ASTRA_DB_KEYSPACE":
			value = bound.Keyspace
		case "ASTRA_DB_API_ENDPOINT":
			value = bound.Endpoint
		case "ASTRA_DB_APPLICATION_TOKEN":
			value = item.Token.Reveal()
		case "ASTRA_DB_CLIENT_ID":
			value = item.ClientID
		case "ASTRA_DB_CLIENT_SECRET":
			value = item.Secret.Reveal()
		case "ASTRA_ORG_ID":
			value = p.Org.ID
		case "ASTRA_ORG_NAME":
			value = p.Org.Name
		}
		if app.Terminal.Out && !in.reveal && fromStore(k.source) && k.source != "ASTRA_DB_CLIENT_ID" {
			value, masked = mask(value), true
		}
		vars = append(vars, envfile.Var{Name: k.name, Value: value})
	}
	if masked {
		app.Say("Secrets are masked on a terminal. Use: eval \"$(%s)\", or --reveal.", app.Command("astra env export"))
	}
	return vars, nil
}

// fromStore reports whether a variable comes from the secret store.
func fromStore(source string) bool {
	switch source {
	case "ASTRA_DB_APPLICATION_TOKEN", "ASTRA_DB_CLIENT_ID", "ASTRA_DB_CLIENT_SECRET":
		return true
	}
	return false
}

// stored reads the saved token that the environment is bound to.
func stored(ctx context.Context, app *cli.App, p config.Profile, name string) (credential.Item, error) {
	if name == "" {
		return credential.Item{}, cli.Failf(cli.Config, "no saved token is bound to the environment").
			WithHint("generate one for it, or bind one that is saved").
			WithNext("astra env use DB --role ROLE", "astra env use DB --saved-token NAME")
	}
	saved, found := p.Token(name)
	if !found {
		var known []string
		for _, t := range p.Tokens {
			known = append(known, t.Name)
		}
		return credential.Item{}, cli.NotFoundf("saved token", name, known)
	}
	item, err := app.Stored(ctx, saved.Store, cli.SavedKey(p.Name, saved))
	if errors.Is(err, credential.ErrNotFound) {
		return item, cli.Hint(err, "the saved token "+name+" is no longer in the "+saved.Store+": generate another one", "astra env use DB --role ROLE")
	}
	return item, err
}

// mask shows of a token what is no secret, its kind and the begin of its client
// id, and of other secrets nothing.
func mask(s string) string {
	const shown = len("AstraCS:") + 4
	if !strings.HasPrefix(s, "AstraCS:") || len(s) <= shown {
		return "..."
	}
	return s[:shown] + "..."
}
