package billing

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
)

type show struct{ per string }

func newShow(app *cli.App) *cobra.Command {
	var in show
	cmd := &cobra.Command{
		Use:     "show",
		Aliases: []string{"list", "ls", "get"},
		Short:   "Show the cost of each database",
		Long: `Show the cost of each database in US dollars, computed from the rates of the
API: active, parked, and for each additional region. A serverless database is
charged by use and has rates for reads, writes and data transfer (-o wide). The
API does not report the usage of a single organization.

Classic databases are priced by the hour and billed by the minute: see --per.`,
		Example: "  astra billing show\n  astra billing show --per hour -o csv",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	flags.Enum(cmd.Flags(), &in.per, "per", "month", []string{"minute", "hour", "day", "month"}, "`period` of the cost")
	return cmd
}

// forDatabase is what a price is for the time that was asked for, in dollars.
func (in show) forDatabase(p devops.Price) float64 {
	cents := map[string]float64{"minute": p.Minute, "hour": p.Hour, "day": p.Day, "month": p.Month}
	return cents[in.per] / 100
}

// now is what a database costs as it is.
func (in show) now(c devops.Cost) float64 {
	if strings.EqualFold(c.Status, "parked") {
		return in.forDatabase(c.Parked)
	}
	return in.forDatabase(c.Running)
}

func (in show) columns() []output.Column[devops.Cost] {
	price := func(key string, wide bool, value func(devops.Cost) float64) output.Column[devops.Cost] {
		return output.Column[devops.Cost]{
			Key: key, Value: func(c devops.Cost) any { return value(c) },
			Text: func(c devops.Cost) string { return money(value(c)) }, Wide: wide,
		}
	}
	return []output.Column[devops.Cost]{
		{Key: "id", Value: func(c devops.Cost) any { return c.ID }, Name: true, Wide: true},
		{Key: "name", Value: func(c devops.Cost) any { return c.Name }, Sorted: true},
		{Key: "type", Value: func(c devops.Cost) any { return strings.ToLower(c.Type) }},
		{Key: "status", Value: func(c devops.Cost) any { return strings.ToLower(c.Status) }, State: true},
		{Key: "per", Value: func(devops.Cost) any { return in.per }},
		price("cost", false, in.now),
		price("parkedCost", false, func(c devops.Cost) float64 { return in.forDatabase(c.Parked) }),
		price("regionCost", true, func(c devops.Cost) float64 { return in.forDatabase(c.Rates.Region) }),
		price("readGbCost", true, func(c devops.Cost) float64 { return c.ReadGB / 100 }),
		price("writtenGbCost", true, func(c devops.Cost) float64 { return c.WrittenGB / 100 }),
		price("networkGbCost", true, func(c devops.Cost) float64 { return c.NetworkGB / 100 }),
		{Key: "currency", Value: func(devops.Cost) any { return "USD" }, Wide: true},
	}
}

func (in show) run(ctx context.Context, app *cli.App) error {
	switch in.per {
	case "minute", "hour", "day", "month":
	default:
		return exit.Usagef("--per must be minute, hour, day or month, not %q", in.per)
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	costs, err := session.Billing.Costs(ctx)
	if err != nil {
		return err
	}
	if err := cli.PrintRead(app, in.columns(), costs, "No databases."); err != nil {
		return err
	}
	total, byUse := 0.0, 0
	for _, c := range costs {
		total += in.now(c)
		if c.Running == (devops.Price{}) {
			byUse++
		}
	}
	excluded := ""
	if byUse > 0 {
		excluded = ", not counting " + spelling.Count(byUse, "pay-as-you-go database")
	}
	app.Say("Total: $%s a %s%s.", money(total), in.per, excluded)
	return nil
}
