package region

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/lookup"
)

type list struct{ kind, cloud, database string }

func newList(app *cli.App) *cobra.Command {
	var in list
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the regions for databases",
		Long: `List the regions for vector and serverless databases, or with --type those for
one type. ENABLED says whether your organization may have databases there. A
reserved region is for some customers only; on one that is not enabled, "db create"
and "region add" fail before they send a request.

With --db it lists the regions of a database, the first region first.`,
		Example: "  astra region list --type vector --cloud gcp\n" +
			"  astra region list --filter classification=standard --filter enabled=true\n" +
			"  astra region list --db demo",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	flags.Enum(f, &in.kind, "type", "", []string{"serverless", "vector", "classic"}, "`type` of the databases (default serverless and vector)")
	lookup.AddCloud(f, &in.cloud)
	f.StringVar(&in.database, "db", "", "list only the regions of this database, by `name` or ID")
	completion.Flags(f, completion.Databases, "db")
	return cli.Listing(cmd, columns())
}

func (in list) run(ctx context.Context, app *cli.App) error {
	if err := lookup.CheckCloud(&in.cloud); err != nil {
		return err
	}
	in.kind = strings.ToLower(in.kind)
	switch {
	case in.kind != "" && !slices.Contains([]string{"serverless", "vector", "classic"}, in.kind):
		return exit.Usagef("--type is serverless, vector or classic, not %q", in.kind)
	case in.database != "" && in.kind+in.cloud != "":
		return exit.Usagef("--db cannot be combined with --type or --cloud")
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if in.database != "" {
		d, err := session.Database(ctx, in.database)
		if err != nil {
			return err
		}
		regions, err := of(ctx, session, d)
		if err != nil {
			return err
		}
		inOrder := columns() // of the service, which begins with the first one
		for i := range inOrder {
			inOrder[i].Sorted = false
		}
		return cli.Print(app, inOrder, regions, "No regions of "+d.Name+".")
	}
	regions, err := session.RegionsFor(ctx, in.kind)
	if err != nil {
		return err
	}
	regions = slices.DeleteFunc(regions, func(r devops.Region) bool {
		return in.kind != "" && r.Type != in.kind || in.cloud != "" && !strings.EqualFold(r.Cloud, in.cloud)
	})
	return cli.Print(app, columns(), regions, "No regions match.")
}

// of returns the regions of a database, with what is known about them.
func of(ctx context.Context, session *cli.Session, d devops.Database) ([]devops.Region, error) {
	all, err := session.RegionsFor(ctx, d.Type)
	if err != nil {
		return nil, err
	}
	regions := []devops.Region{}
	for _, name := range d.Regions {
		r := devops.Region{Name: name, Cloud: d.Cloud, Type: d.Type, Enabled: true}
		same := func(r devops.Region) bool {
			return r.Name == name && r.Type == d.Type && strings.EqualFold(r.Cloud, d.Cloud)
		}
		if i := slices.IndexFunc(all, same); i >= 0 {
			r = all[i]
		}
		regions = append(regions, r)
	}
	return regions, nil
}
