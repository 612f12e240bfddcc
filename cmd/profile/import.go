package profile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/tokens"
)

type importer struct {
	file  string
	store string
}

func newImport(app *cli.App) *cobra.Command {
	var in importer
	cmd := &cobra.Command{
		Use:        "import [FILE]",
		SuggestFor: []string{"create", "add", "new"},
		Short:      "Import profiles of other Astra command-line tools",
		Long: `Import profiles of other Astra command-line tools: the official one (the file of
ASTRARC, $XDG_CONFIG_HOME/astra/.astrarc or ~/.astrarc, the first that applies)
and its archived predecessor (astra/prod_token in the configuration directory).
FILE is another file of either kind.

Each section becomes a profile of the same name. A section whose name is not a
valid profile name, such as "Acme Inc", becomes a similar one: Acme-Inc.

Each token is verified and put into the secret store. The original files are not
changed: they hold the tokens in plain text, so delete them afterwards. Existing
profiles are not changed.`,
		Example:     "  astra profile import ~/.astrarc\n  astra profile import ./astrarc --store file",
		Args:        cli.Args("[FILE]"),
		Annotations: completion.Args(completion.Files),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.file = append(args, "")[0]
			return in.run(cmd.Context(), app)
		},
	}
	flags.Enum(cmd.Flags(), &in.store, "store", "", []string{"keyring", "file"}, "`store` for the tokens (default keyring)")
	return cmd
}

func (in importer) run(ctx context.Context, app *cli.App) error {
	if err := refuseSandbox(app); err != nil {
		return err
	}
	kind, err := app.StoreKind(in.store)
	if err != nil {
		return err
	}
	if kind == string(credential.Env) {
		return exit.Usagef("--store env stores no tokens; use keyring or file")
	}
	url, err := in.url(app)
	if err != nil {
		return err
	}
	found, err := in.read(app)
	for _, f := range found {
		if len(f.Unknown) > 0 {
			app.Say("Section [%s]: ignored %s.", f.Name, strings.Join(f.Unknown, ", "))
		}
		if f.Problem != "" {
			app.Warn("skipping section [%s]: %s", f.Name, f.Problem)
		}
	}
	if err != nil {
		return err
	}
	var done []profileRow
	var failed []error
	for _, f := range withProfileNames(app, found) {
		if _, err := app.NamedProfile(f.Name); err == nil {
			app.Say("Skipping profile %s: it already exists.", f.Name)
			continue
		}
		if app.DryRunf("import profile %s", f.Name) {
			continue
		}
		p, err := in.importOne(ctx, app, kind, url, f)
		if err != nil {
			app.Warn("profile %s was not imported: %v", f.Name, err)
			failed = append(failed, fmt.Errorf("profile %s was not imported: %w", f.Name, err))
			continue
		}
		app.Say("Imported profile %s (%s).", p.Name, cmp.Or(p.Org.Name, p.Org.ID))
		done = append(done, profileRow{p, false})
	}
	if len(done) == 0 && len(failed) == 0 && !app.Globals.DryRun {
		app.Say("Nothing to import.")
	}
	if err := cli.Print(app, columns(), done, "No profiles were imported."); err != nil {
		return err
	}
	switch {
	case len(failed) == 0:
		return nil
	case len(done) == 0:
		return failed[0]
	}
	return exit.Partial(failed[0], "the others were imported")
}

// withProfileNames returns the valid profiles with valid, unique profile names. A
// section with a valid name keeps it.
func withProfileNames(app *cli.App, found []config.Imported) []config.Imported {
	found = slices.DeleteFunc(slices.Clone(found), func(f config.Imported) bool { return f.Problem != "" })
	used := map[string]bool{}
	for _, f := range found {
		used[f.Name] = true
	}
	for i, f := range found {
		name := config.ProfileName(f.Name)
		if name == f.Name {
			continue
		}
		unique := name
		for n := 2; used[unique]; n++ {
			const room = 58 // of the 63 characters of a name
			unique = fmt.Sprintf("%s-%d", name[:min(len(name), room)], n)
		}
		used[unique] = true
		app.Say("Section [%s] becomes profile %s.", f.Name, unique)
		found[i].Name = unique
	}
	return found
}

// url returns the service with which tokens are verified: the public one, or
// the selected one for a file argument.
func (in importer) url(app *cli.App) (string, error) {
	url, err := app.RequestedURL()
	if err == nil && url != devops.DefaultURL && in.file == "" {
		return "", exit.Refusef("tokens of other tools belong to the public service and are not sent to %s", url).
			WithHint("if the tokens of a file are for that service, name the file")
	}
	return url, err
}

// importOne verifies and stores one profile.
func (in importer) importOne(ctx context.Context, app *cli.App, kind, url string, f config.Imported) (config.Profile, error) {
	app.Secrets.Add(f.Token)
	token, err := secret.ParseToken(f.Token.Reveal())
	if err != nil {
		return config.Profile{}, exit.Failf(exit.Config, "%v", err)
	}
	keep := tokens.Login{Profile: f.Name, Kind: kind, URL: url, Verify: true}
	store, err := keep.Probe(ctx, app)
	if err != nil {
		return config.Profile{}, err
	}
	return keep.Keep(ctx, app, store, token)
}
