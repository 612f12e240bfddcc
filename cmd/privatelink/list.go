package privatelink

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the private endpoints of all databases",
		Long:    "List the private endpoints of all databases, one row per region.",
		Example: "  astra private-link list\n  astra private-link list --jq '.[]|select(.endpoints!=[]).database'",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app) },
	}, columns())
}

func list(ctx context.Context, app *cli.App) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	readNames := async.Go(ctx, session.Calls, func(ctx context.Context) (map[string]string, error) {
		names := map[string]string{} // the databases themselves would need much memory
		for d, err := range session.Databases.All(ctx, "nonterminated") {
			if err != nil {
				return names, err
			}
			names[d.ID] = d.Name
		}
		return names, nil
	})
	found, err := session.PrivateLinks.List(ctx)
	if err != nil {
		return err
	}
	names, err := readNames()
	if err != nil && !errors.Is(err, devops.ErrForbidden) {
		return err
	}
	all := make([]link, 0, len(found))
	for _, l := range found {
		name, known := names[l.DatabaseID]
		if !known {
			name = l.DatabaseID
		}
		all = append(all, link{l, name})
	}
	return cli.Print(app, columns(), all, "No private links.")
}
