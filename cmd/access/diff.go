package access

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
)

type diff struct {
	question

	permissions bool
}

func newDiff(app *cli.App) *cobra.Command {
	var in diff
	cmd := &cobra.Command{
		Use:        "diff A B",
		SuggestFor: []string{"compare"},
		Short:      "Compare what two principals can do",
		Long: `List what one of two users, tokens or roles can do and the other cannot, in both
directions. A place limits the comparison to it.

Exits with status 0 if they can do the same, 10 if they differ, and 11 if that is
unknown because a role may not be read.

With -o json: [{"capability", "a", "b", "onlyA", "onlyB"}]: both answers, and the
places of each that the other lacks. With --permissions "permission" instead of
"capability".`,
		Example:     "  astra access diff role:'RO User' role:'R/W User' || test $? = 10\n  astra access diff developer@example.com viewer@example.com --db demo -o json || test $? = 10",
		Args:        cli.Args("A", "B"),
		Annotations: completion.Args(completion.Principals, completion.Principals),
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.run(cmd.Context(), app, args)
		},
	}
	cmd.Flags().BoolVar(&in.permissions, "permissions", false, "compare permissions instead of capabilities")
	in.addPlace(cmd)
	return cli.Listing(cmd, diffColumns("capability"))
}

func (in diff) run(ctx context.Context, app *cli.App, refs []string) error {
	if err := in.place.Check(); err != nil {
		return err
	}
	key, whats := catalog(in.permissions)
	if err := cli.CheckList(app, diffColumns(key)); err != nil {
		return err
	}
	snapshot, place, found, err := in.read(ctx, app, refs...)
	if err != nil {
		return err
	}
	differences := snapshot.Analyzer().Diff(found[0], found[1], place, whats)
	if err := cli.PrintRead(app, diffColumns(key), differences, ""); err != nil {
		return err
	}
	if len(differences) == 0 {
		app.Say("%s and %s can do the same.", rights.Name(found[0]), rights.Name(found[1]))
		return nil
	}
	if !slices.ContainsFunc(differences, func(d access.Difference) bool { return d.Certain }) {
		return rights.ListStatus(access.Unknown)
	}
	return rights.ListStatus(access.No)
}

func diffColumns(key string) []output.Column[access.Difference] {
	places := func(key string, of func(access.Difference) []access.Place) output.Column[access.Difference] {
		return output.Column[access.Difference]{
			Key: key, Value: func(d access.Difference) any { return of(d) }, Wrap: true,
			Text: func(d access.Difference) string { return rights.DescribePlaces(of(d)) },
		}
	}
	return []output.Column[access.Difference]{
		{Key: key, Value: func(d access.Difference) any { return d.What.Name }, Name: true},
		{Key: "a", Value: func(d access.Difference) any { return string(d.A) }, State: true},
		{Key: "b", Value: func(d access.Difference) any { return string(d.B) }, State: true},
		places("onlyA", func(d access.Difference) []access.Place { return d.OnlyA }),
		places("onlyB", func(d access.Difference) []access.Place { return d.OnlyB }),
	}
}
