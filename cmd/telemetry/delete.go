package telemetry

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/usage"
)

type remove struct{ audits, ifExists bool }

func newDelete(app *cli.App) *cobra.Command {
	var in remove
	cmd := &cobra.Command{
		Use:        "delete --audit-logs",
		Aliases:    []string{"remove", "rm"},
		SuggestFor: []string{"disable", "unset", "stop"},
		Short:      "End the export of the audit log",
		Long: `End the export of the organization's audit log. The API cannot end the export of
a database's metrics; "astra telemetry set" replaces its destination.`,
		Example: "  astra telemetry delete --audit-logs --if-exists --yes -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	cmd.Flags().BoolVar(&in.audits, "audit-logs", false, "end the export of the audit log (required)")
	cmd.Flags().BoolVar(&in.ifExists, "if-exists", false, "succeed if the audit log is not exported")
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if strings.Contains(err.Error(), "unknown flag: --db") {
			return errMetrics()
		}
		return usage.FlagError(cmd, err)
	})
	return cmd
}

// errMetrics explains that the API cannot end an export of metrics.
func errMetrics() error {
	return exit.Usagef("the API cannot end the export of metrics, only that of the audit log (--audit-logs)").
		WithHint("replace the destination, or end the export in the Portal").WithNext("astra telemetry set --help")
}

func (in remove) run(ctx context.Context, app *cli.App) error {
	if !in.audits {
		return errMetrics()
	}
	if err := cli.CheckOne(app, getColumns()); err != nil {
		return err
	}
	t, err := scope{audits: true}.open(ctx, app)
	if err != nil {
		return err
	}
	before, err := t.read(ctx)
	if err != nil {
		return err
	}
	if len(before) == 0 {
		if in.ifExists {
			app.Say("The audit log is not exported.")
			return cli.PrintOne(app, getColumns(), sent{what: audits})
		}
		return exit.Failf(exit.NotFound, "the audit log is not exported")
	}
	var names []string
	for _, old := range before {
		names = append(names, old.line())
	}
	if err := app.Confirm(ctx, "End the export of the audit log to %s?", strings.Join(names, " and ")); err != nil {
		return err
	}
	lost := t.session.Telemetry.DeleteAuditLogs(ctx, t.id)
	if lost != nil && !devops.MaybeApplied(lost) {
		return fmt.Errorf("end the export of the audit log: %w", lost)
	}
	now, err := t.read(ctx)
	switch {
	case lost != nil && (err != nil || len(now) > 0): // the list does not show that the request arrived
		return exit.Hint(fmt.Errorf("end the export of the audit log: %w", lost), "it is unknown whether the service received the request; run the command again, which checks first", app.Repeat(in.again()...))
	case lost != nil:
		app.RecordChange()
	case err != nil:
		return exit.Hint(err, "the export was ended, but this could not be verified")
	case len(now) > 0:
		return cli.StillListedError("the export of the audit log")
	}
	app.Say("Ended the export of the audit log.")
	return cli.PrintOne(app, getColumns(), together(before, sent{}))
}

// again returns the flag with which the command succeeds if the export has ended.
func (in remove) again() []string {
	if in.ifExists {
		return nil
	}
	return []string{"--if-exists"}
}
