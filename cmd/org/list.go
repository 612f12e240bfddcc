package org

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newList(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the organizations of the profiles",
		Long: `List the organizations that there is a profile for, and mark the one in use.

The service has no call that lists organizations, so this is what was logged in
to from here. The organization in use is asked for its name; the others are shown
as they were when they were last used.`,
		Example: "  astra --sandbox org list\n  astra --sandbox org list -o json",
		Args:    cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := known(cmd.Context(), app)
			if err != nil {
				return err
			}
			return cli.Print(app, columns(), all, "There is no profile yet. Log in with: astra auth login")
		},
	}
}

// known returns the organizations of the profiles, and the one in use, whose
// name is asked for.
func known(ctx context.Context, app *cli.App) ([]organization, error) {
	cfg, err := app.Config()
	if err != nil {
		return nil, err
	}
	var all []organization
	for _, p := range cfg.Profiles {
		if !app.Sandboxed() {
			all = append(all, organization{id: p.Org.ID, name: p.Org.Name, profile: p.Name})
		}
	}
	if len(all) == 0 && !app.HasCredential() {
		return nil, nil
	}
	here, err := current(ctx, app)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].profile == here.profile && all[i].id == here.id {
			all[i] = here
			return all, nil
		}
	}
	return append([]organization{here}, all...), nil
}

// current asks for the organization that the credential in use belongs to.
func current(ctx context.Context, app *cli.App) (organization, error) {
	session, err := app.Session(ctx)
	if err != nil {
		return organization{}, err
	}
	id, err := session.OrgID(ctx)
	if err != nil {
		return organization{}, err
	}
	name, err := session.OrgName(ctx)
	if err != nil {
		return organization{}, err
	}
	return organization{id: id, name: name, profile: session.Profile.Name, current: true}, nil
}
