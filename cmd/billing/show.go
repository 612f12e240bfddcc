package billing

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

type show struct{ per string }

func newShow(app *cli.App) *cobra.Command {
	var in show
	cmd := &cobra.Command{
		Use:     "show",
		Aliases: []string{"list", "ls", "get"},
		Short:   "Show what each database costs",
		Long: `Show what each database costs, in US dollars, from the rates that the API has for
it: as it is now, while it is parked, and for each further region. A serverless
database is paid for by use, and has rates for what is read, written and sent
(-o wide); how much that was, the API does not tell an organization.

Classic databases are priced by the hour and billed by the minute: --per has both.`,
		Example: "  astra --sandbox billing show\n  astra --sandbox billing show --per hour -o csv",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	cmd.Flags().StringVar(&in.per, "per", "month", "`time` that the cost is for: minute, hour, day or month")
	return cmd
}

// of is what a price is for the time that was asked for, in dollars.
func (in show) of(p devops.Price) float64 {
	cents := map[string]float64{"minute": p.Minute, "hour": p.Hour, "day": p.Day, "month": p.Month}
	return cents[in.per] / 100
}

// now is what a database costs as it is.
func (in show) now(c devops.Cost) float64 {
	if strings.EqualFold(c.Status, "parked") {
		return in.of(c.Parked)
	}
	return in.of(c.Running)
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
		price("parkedCost", false, func(c devops.Cost) float64 { return in.of(c.Parked) }),
		price("regionCost", true, func(c devops.Cost) float64 { return in.of(c.Rates.Region) }),
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
		return cli.Usagef("--per is minute, hour, day or month, not %q", in.per)
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	costs, err := session.Billing.Costs(ctx)
	if err != nil {
		return err
	}
	if err := cli.Print(app, in.columns(), costs, "No databases."); err != nil {
		return err
	}
	total, byUse := 0.0, 0
	for _, c := range costs {
		total += in.now(c)
		if c.Running == (devops.Price{}) {
			byUse++
		}
	}
	app.Say("Together $%s a %s.", money(total), in.per)
	if byUse > 0 {
		app.Say("Of the databases, %d are paid for by use, which is not in that sum.", byUse)
	}
	return nil
}
