package pcu

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
)

type types struct{ cloud, region string }

func newTypes(app *cli.App) *cobra.Command {
	var in types
	cmd := &cobra.Command{
		Use:   "types --cloud CLOUD --region REGION",
		Short: "List the types of capacity units in a region",
		Long: `List the types of capacity units in a region. "astra pcu create" also accepts
standard, its default, and storageOptimized: older names, which are not listed.`,
		Example: "  astra pcu types --cloud gcp --region us-east1 -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	lookup.AddCloud(f, &in.cloud)
	f.StringVar(&in.region, "region", "", "`name` of the region")
	completion.Flags(f, completion.CloudRegions, "region")
	return cli.Listing(cmd, typeColumns())
}

func typeColumns() []output.Column[devops.PCUType] {
	return []output.Column[devops.PCUType]{
		{Key: "type", Value: func(t devops.PCUType) any { return t.Name }, Name: true, Sorted: true},
		{Key: "cpus", Value: func(t devops.PCUType) any { return t.CPUs }},
		{Key: "memory", Value: func(t devops.PCUType) any { return t.Memory }},
		{Key: "diskCache", Value: func(t devops.PCUType) any { return t.DiskCache }},
		{Key: "enabled", Value: func(t devops.PCUType) any { return t.Enabled }, Spare: 1},
		{Key: "cloud", Value: func(t devops.PCUType) any { return strings.ToLower(t.Cloud) }, Wide: true},
		{Key: "region", Value: func(t devops.PCUType) any { return t.Region }, Wide: true},
	}
}

func (in types) run(ctx context.Context, app *cli.App) error {
	if err := lookup.CheckCloud(&in.cloud); err != nil {
		return err
	}
	if in.cloud == "" || in.region == "" {
		return exit.Usagef("--cloud and --region are required").WithNext("astra region list")
	}
	if err := cli.CheckList(app, typeColumns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if _, err := session.Region(ctx, "", in.cloud, in.region, "--cloud is"); err != nil && !errors.Is(err, devops.ErrForbidden) {
		return err // the service has an answer for any region
	}
	all, err := session.PCUs.Types(ctx, in.cloud, in.region)
	if err != nil {
		return err
	}
	return cli.Print(app, typeColumns(), all, "No types of capacity units in this region.")
}
