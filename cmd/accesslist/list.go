package accesslist

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the access lists of all databases",
		Long: `List the access lists of all databases. A database without an access list can be
reached from everywhere. If the credential cannot list databases, the existing
access lists are shown with the IDs of their databases.`,
		Example: "  astra access-list list\n  astra access-list list --filter enabled=false -o csv",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app) },
	}, columns())
}

func list(ctx context.Context, app *cli.App) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	session.Ahead(ctx, lookup.Databases("nonterminated"))
	lists, err := session.AccessLists.All(ctx)
	if err != nil {
		return err
	}
	databases, err := session.SomeDatabases(ctx, "")
	if err != nil && !errors.Is(err, devops.ErrForbidden) {
		return err
	}
	found := make(map[string]int, len(lists))
	for i, l := range lists {
		if _, twice := found[l.DatabaseID]; !twice {
			found[l.DatabaseID] = i
		}
	}
	all := make([]listRow, 0, len(databases))
	for _, d := range databases {
		list := devops.AccessList{DatabaseID: d.ID}
		if i, ok := found[d.ID]; ok {
			list, lists[i].DatabaseID = lists[i], "" // replaced by the database's name
		}
		all = append(all, listRow{list, d.Name})
	}
	for _, l := range lists {
		if l.DatabaseID != "" {
			all = append(all, listRow{l, l.DatabaseID})
		}
	}
	return cli.Print(app, columns(), all, "No databases.")
}
