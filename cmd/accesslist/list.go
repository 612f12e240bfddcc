package accesslist

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the access lists of all databases",
		Long: `List the access lists of all databases, also those that have none: they can be
reached from everywhere. A credential that may not see databases gets the lists
that there are, with the ids of their databases.`,
		Example: "  astra --sandbox access-list list\n  astra --sandbox access-list list --filter enabled=false -o csv",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app) },
	}, columns())
}

func list(ctx context.Context, app *cli.App) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	lists, err := session.AccessLists.All(ctx)
	if err != nil {
		return err
	}
	databases, err := session.SomeDatabases(ctx, "")
	if err != nil && !errors.Is(err, devops.ErrForbidden) {
		return err
	}
	var all []listed
	for _, d := range databases {
		found := devops.AccessList{DatabaseID: d.ID}
		if i := slices.IndexFunc(lists, func(l devops.AccessList) bool { return l.DatabaseID == d.ID }); i >= 0 {
			found = lists[i]
			lists = slices.Delete(lists, i, i+1)
		}
		all = append(all, listed{found, d.Name})
	}
	for _, l := range lists {
		all = append(all, listed{l, l.DatabaseID})
	}
	return cli.Print(app, columns(), all, "No databases.")
}
