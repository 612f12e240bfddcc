package telemetry

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
)

type get struct {
	database string
	audits   bool
}

func newGet(app *cli.App) *cobra.Command {
	var in get
	cmd := &cobra.Command{
		Use:     "get",
		Aliases: []string{"show", "describe"},
		Short:   "Show a telemetry export",
		Long:    "Show the export of a database's metrics, or with --audit-logs of the audit log.",
		Example: "  astra telemetry get --db demo\n  astra telemetry get --audit-logs",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	cmd.Flags().StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	cmd.Flags().BoolVar(&in.audits, "audit-logs", false, "show the export of the audit log instead of metrics")
	completion.Flags(cmd.Flags(), completion.Databases, "db")
	cmd.MarkFlagsMutuallyExclusive("db", "audit-logs")
	return cmd
}

func (in get) run(ctx context.Context, app *cli.App) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if in.audits {
		logs, err := auditLogs(ctx, session)
		if err != nil {
			return err
		}
		if len(logs) == 0 {
			app.Say("The audit log is not exported.")
		}
		return cli.PrintOne(app, getColumns(), together(logs, sent{what: audits}))
	}
	d, err := session.TargetDatabase(ctx, in.database)
	if err != nil {
		return err
	}
	found, err := metricsOf(ctx, session, d.ID, d.Name)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		app.Say("The metrics of %s are not exported.", d.Name)
	}
	return cli.PrintOne(app, getColumns(), together(found, sent{what: metrics, database: d.Name}))
}
