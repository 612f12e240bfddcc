package billing

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
)

type usage struct {
	from, to        string
	orgs, databases []string
}

func newUsage(app *cli.App) *cobra.Command {
	var in usage
	cmd := &cobra.Command{
		Use:   "usage",
		Short: "Show the usage of an enterprise",
		Long: `Show the usage of the organizations of the enterprise, in US dollars for each
database and region. The period is at most 31 days; without --from it is the
current month. This requires a credential with enterprise rights.`,
		Example: "  astra billing usage\n  astra billing usage --from 2026-01-01 --to 2026-02-01 -o csv",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	f.StringVar(&in.from, "from", "", "first `day`, or RFC 3339 time (default: the first of the month of --to)")
	f.StringVar(&in.to, "to", "", "end `day`, exclusive, or RFC 3339 time (default: now)")
	f.StringArrayVar(&in.orgs, "org", nil, "`ID` of an organization; repeatable (default: all)")
	f.StringArrayVar(&in.databases, "db", nil, "`name` or ID of a database, ID only if in another organization; repeatable (default: all)")
	completion.Flags(f, completion.OrganizationIDs, "org")
	completion.Flags(f, completion.Databases, "db")
	return cmd
}

func (in usage) period(now time.Time) (devops.Period, error) {
	p := devops.Period{To: now.UTC(), OrgIDs: in.orgs, Databases: in.databases}
	var err error
	if in.to != "" {
		if p.To, err = day("--to", in.to); err != nil {
			return p, err
		}
	}
	last := p.To.Add(-time.Nanosecond)
	p.From = time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, time.UTC)
	if in.from != "" {
		if p.From, err = day("--from", in.from); err != nil {
			return p, err
		}
	}
	switch length := p.To.Sub(p.From); {
	case length <= 0:
		return p, exit.Usagef("the period ends before it starts: from %s to %s", p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
	case length > 31*24*time.Hour:
		return p, exit.Usagef("the period is longer than 31 days, from %s to %s", p.From.Format(time.RFC3339), p.To.Format(time.RFC3339)).
			WithHint("use a separate command for each month")
	}
	return p, nil
}

func day(flag, text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, exit.Usagef("%s %q is neither a day such as 2026-01-31 nor an RFC 3339 time", flag, text)
}

// resolve turns the names of databases into ids. What looks like an id may be of
// another organization of the enterprise.
func (in *usage) resolve(ctx context.Context, session *cli.Session) error {
	for i, ref := range in.databases {
		if devops.LooksLikeID(ref) {
			continue
		}
		d, err := session.Database(ctx, ref)
		if err != nil {
			return err
		}
		in.databases[i] = d.ID
	}
	return nil
}

func (in usage) run(ctx context.Context, app *cli.App) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if err := in.resolve(ctx, session); err != nil {
		return err
	}
	now, err := app.ServiceNow()
	if err != nil {
		return err
	}
	p, err := in.period(now)
	if err != nil {
		return err
	}
	used, err := session.Billing.Usage(ctx, p)
	if err != nil {
		return enterpriseOnly(err)
	}
	if err := cli.PrintRead(app, usageColumns(), used.Costs, "No usage in this period."); err != nil {
		return err
	}
	app.Say("Total: $%s from %s to %s.", money(used.Total), p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
	return nil
}

func usageColumns() []output.Column[devops.Usage] {
	return []output.Column[devops.Usage]{
		{Key: "organizationId", Value: func(u devops.Usage) any { return u.OrgID }, Spare: 1},
		{Key: "databaseId", Value: func(u devops.Usage) any { return u.DatabaseID }, Name: true, Sorted: true},
		{Key: "region", Value: func(u devops.Usage) any { return u.Region }, Sorted: true},
		{Key: "cost", Value: func(u devops.Usage) any { return u.Cost }, Text: func(u devops.Usage) string { return money(u.Cost) }},
		{Key: "currency", Value: func(devops.Usage) any { return "USD" }, Wide: true},
	}
}
