package telemetry

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/spelling"
)

func newList(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List telemetry exports",
		Long: `List the exports of each database's metrics and of the organization's audit log.
Databases without an export are omitted. Each database takes one request.`,
		Example: "  astra telemetry list\n  astra telemetry list -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app) },
	}, columns())
}

func list(ctx context.Context, app *cli.App) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	databases, err := session.SomeDatabases(ctx, "")
	if err != nil {
		return err
	}
	var all []sent
	hidden := 0
	for _, d := range databases {
		found, err := metricsOf(ctx, session, d.ID, d.Name)
		switch {
		case errors.Is(err, devops.ErrForbidden) && hidden < len(databases)-1:
			hidden++
		case err != nil:
			return err
		}
		all = append(all, found...)
	}
	if hidden > 0 {
		app.Warn("metrics destinations of %s not listed: permission db-manage-thirdpartymetrics is required", spelling.Count(hidden, "database"))
	}
	logs, err := auditLogs(ctx, session)
	switch {
	case errors.Is(err, devops.ErrForbidden):
		app.Warn("audit log destination not listed: permission org-audits-read is required")
	case err != nil:
		return err
	}
	all = append(all, logs...)
	return cli.Print(app, columns(), all, "No telemetry destinations.")
}

func metricsOf(ctx context.Context, session *cli.Session, id, name string) ([]sent, error) {
	found, err := session.Telemetry.Metrics(ctx, id)
	var all []sent
	for _, export := range found {
		all = append(all, sent{Export: export, what: metrics, database: name})
	}
	return all, err
}

func auditLogs(ctx context.Context, session *cli.Session) ([]sent, error) {
	org, err := session.OrgID(ctx)
	if err != nil {
		return nil, err
	}
	found, err := session.Telemetry.AuditLogs(ctx, org)
	var all []sent
	for _, export := range found {
		all = append(all, sent{Export: export, what: audits})
	}
	return all, err
}
