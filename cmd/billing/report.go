package billing

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
)

type report struct{ month, id string }

func newReport(app *cli.App) *cobra.Command {
	var in report
	cmd := &cobra.Command{
		Use:   "report [MONTH]",
		Short: "Generate an enterprise billing report",
		Long: `Generate an enterprise billing report for a month and print its ID. The service
needs some time for it: --id shows the progress, and the URL of the finished CSV
file, which is valid for a limited time. Everyone with that URL can read the
file. This requires a credential with enterprise rights.`,
		Example: "  id=$(astra billing report 2026-01 --jq .id)\n  astra billing report --id \"$id\"",
		Args:    cli.Args("[MONTH]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.month = strings.Join(args, "")
			return in.run(cmd.Context(), app)
		},
	}
	cmd.Flags().StringVar(&in.id, "id", "", "`ID` of a report to check")
	return cmd
}

func (in report) run(ctx context.Context, app *cli.App) error {
	month, err := time.Parse("2006-01", in.month)
	switch {
	case (in.id == "") == (in.month == ""):
		return exit.Usagef("specify either MONTH or --id")
	case in.id == "" && err != nil:
		return exit.Usagef("MONTH must be a month such as 2026-01, not %q", in.month)
	}
	if err := cli.CheckOne(app, reportColumns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if in.id != "" {
		found, err := session.Billing.Report(ctx, in.id)
		if err != nil {
			return enterpriseOnly(err)
		}
		return cli.PrintOne(app, reportColumns(), found)
	}
	now, err := app.ServiceNow()
	if err != nil {
		return err
	}
	if month.After(now) {
		return exit.Usagef("%s is in the future", in.month)
	}
	begun, err := session.Billing.StartReport(ctx, month)
	if errors.Is(err, devops.ErrOutcomeUnknown) {
		return exit.Hint(err, "a report may have been started, and its ID is lost; it is safe to run this again")
	}
	if err != nil {
		return enterpriseOnly(err)
	}
	app.Say("Started the report. To check it: %s", app.Command("astra billing report --id "+begun.ID))
	return cli.PrintOne(app, reportColumns(), begun)
}

func reportColumns() []output.Column[devops.Report] {
	return []output.Column[devops.Report]{
		{Key: "id", Value: func(r devops.Report) any { return r.ID }, Name: true},
		{Key: "status", Value: func(r devops.Report) any { return strings.ToLower(r.Status) }, State: true},
		{Key: "month", Value: func(r devops.Report) any { return r.Year + "-" + r.Month }},
		{Key: "url", Value: func(r devops.Report) any { return output.OrNull(r.URL) }},
		{Key: "generatedAt", Value: func(r devops.Report) any { return r.GeneratedAt }},
		{Key: "expiresAt", Value: func(r devops.Report) any { return r.ExpiresAt }},
		{Key: "stale", Value: func(r devops.Report) any { return r.Stale }},
	}
}
