package telemetry

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
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
	session.Ahead(ctx, lookup.Org())
	databases, err := session.SomeDatabases(ctx, "")
	if err != nil {
		return err
	}
	exports := async.Each(ctx, session.Calls, databases, func(ctx context.Context, d devops.Database) (devops.Export, error) {
		return session.Telemetry.Metrics(ctx, d.ID)
	})
	org, orgErr := session.OrgID(ctx) // reported after what was found about databases
	readLog := async.Go(ctx, session.Calls, func(ctx context.Context) (sent, error) {
		if orgErr != nil {
			return sent{}, orgErr
		}
		return auditLog(ctx, session, org)
	})
	var all []sent
	hidden := 0
	for i, d := range databases {
		found, err := exports[i]()
		switch {
		case errors.Is(err, devops.ErrForbidden) && hidden < len(databases)-1:
			hidden++
		case err != nil:
			return err
		case found.Kind != "":
			all = append(all, sent{found, metrics, d.Name})
		}
	}
	if hidden > 0 {
		app.Warn("metrics destinations of %s not listed: permission db-manage-thirdpartymetrics is required", spelling.Count(hidden, "database"))
	}
	log, err := readLog()
	switch {
	case errors.Is(err, devops.ErrForbidden):
		app.Warn("audit log destination not listed: permission org-audits-read is required")
	case err != nil:
		return err
	case log.Kind != "":
		all = append(all, log)
	}
	return cli.Print(app, columns(), all, "No telemetry destinations.")
}

func auditLog(ctx context.Context, session *cli.Session, org string) (sent, error) {
	found, err := session.Telemetry.AuditLogs(ctx, org)
	return sent{found, audits, ""}, err
}
