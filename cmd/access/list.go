package access

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
)

type list struct {
	question

	permissions bool
}

func newList(app *cli.App) *cobra.Command {
	var in list
	cmd := &cobra.Command{
		Use:     "list [WHO…]",
		Aliases: []string{"ls"},
		Short:   "List what a user, token or role can do",
		Long: `List what a user, token or role can do, and where; by default the token in use.
The list has capabilities, or with --permissions each permission. A place limits
it to the parts in that place.

Several WHO are compared: as a table, with a column for each of them.

With -o json: [{"capability", "answer", "places"}]; with --permissions
"permission" instead of "capability", and with several WHO also "principal".
What WHO cannot do is omitted.

Exits with status 11 if some of it is unknown, because a role may not be read.`,
		Example: "  astra access list\n  astra access list developer@example.com --db demo -o json\n" +
			"  astra access list role:'RO User' role:'R/W User' -o table\n  astra access list me --permissions",
		Args:        cli.Args("[WHO…]"),
		Annotations: completion.Args(completion.Repeat(completion.Principals)),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args) },
	}
	cmd.Flags().BoolVar(&in.permissions, "permissions", false, "list permissions instead of capabilities")
	in.addPlace(cmd)
	return cli.Listing(cmd, entryColumns("capability", true))
}

// entry is what one principal can do.
type entry struct {
	access.Entry

	principal access.Principal
}

func (in list) run(ctx context.Context, app *cli.App, refs []string) error {
	if err := in.place.Check(); err != nil {
		return err
	}
	if len(refs) == 0 {
		refs = []string{rights.Me}
	}
	key, whats := catalog(in.permissions)
	columns := entryColumns(key, len(refs) > 1)
	if !app.ForPeople() || len(refs) == 1 {
		if err := cli.CheckList(app, columns); err != nil {
			return err
		}
	}
	snapshot, place, found, err := in.read(ctx, app, refs...)
	if err != nil {
		return err
	}
	analyzer := snapshot.Analyzer()
	var rows []entry
	for _, p := range found {
		for _, e := range analyzer.List(p, place, whats) {
			rows = append(rows, entry{e, p})
		}
	}
	unknown := slices.ContainsFunc(rows, func(e entry) bool { return e.Answer == access.Unknown })
	const nothing = "The roles grant nothing there."
	if len(refs) > 1 && app.ForPeople() {
		err = cli.PrintRead(app, matrixColumns(key, found), matrix(whats, rows), nothing)
	} else {
		err = cli.PrintRead(app, columns, slices.DeleteFunc(rows, func(e entry) bool { return e.Answer == access.No }), nothing)
	}
	if err != nil {
		return err
	}
	if unknown {
		return exit.ErrUndecided
	}
	return nil
}

// catalog returns the permissions or the capabilities, and the key of their column.
func catalog(permissions bool) (key string, whats []access.What) {
	if permissions {
		return "permission", access.Permissions()
	}
	return "capability", access.Capabilities()
}

func entryColumns(key string, several bool) []output.Column[entry] {
	columns := []output.Column[entry]{
		{Key: key, Value: func(e entry) any { return e.What.Name }, Name: true},
		{Key: "answer", Value: func(e entry) any { return string(e.Answer) }, State: true},
		{Key: "places", Value: func(e entry) any { return e.Places }, Text: func(e entry) string { return rights.DescribePlaces(e.Places) }, Wrap: true},
	}
	if several {
		columns = append(columns, output.Column[entry]{
			Key: "principal", Value: func(e entry) any { return e.principal }, Text: func(e entry) string { return rights.Label(e.principal) },
		})
	}
	return columns
}

// row is what several principals can do of one capability or permission.
type row struct {
	what    access.What
	entries []entry
}

// matrix arranges entries by capability, without those that no principal has.
func matrix(whats []access.What, entries []entry) []row {
	var rows []row
	for _, w := range whats {
		r := row{what: w}
		for _, e := range entries {
			if e.What.Name == w.Name {
				r.entries = append(r.entries, e)
			}
		}
		if slices.ContainsFunc(r.entries, func(e entry) bool { return e.Answer != access.No }) {
			rows = append(rows, r)
		}
	}
	return rows
}

func matrixColumns(key string, principals []access.Principal) []output.Column[row] {
	columns := []output.Column[row]{{Key: key, Value: func(r row) any { return r.what.Name }, Name: true}}
	for i, p := range principals {
		columns = append(columns, output.Column[row]{
			Key: output.Sanitize(rights.Label(p)), Wrap: true,
			Value: func(r row) any { return rights.Cell(r.entries[i].Entry) },
		})
	}
	return columns
}
