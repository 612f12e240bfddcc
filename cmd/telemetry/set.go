package telemetry

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

// scope selects what is exported.
type scope struct {
	database string
	audits   bool
}

// target is a scope of an organization.
type target struct {
	session  *cli.Session
	id, name string // of the database, or of the organization
	audits   bool
}

func (s scope) open(ctx context.Context, app *cli.App) (target, error) {
	session, err := app.Session(ctx)
	if err != nil {
		return target{}, err
	}
	if s.audits {
		id, err := session.OrgID(ctx)
		return target{session, id, "", true}, err
	}
	d, err := session.TargetDatabase(ctx, s.database)
	return target{session, d.ID, d.Name, false}, err
}

// String describes what is exported.
func (t target) String() string {
	if t.audits {
		return "the audit log"
	}
	return "the metrics of " + t.name
}

func (t target) flag() string {
	if t.audits {
		return "--audit-logs"
	}
	return shellword.Line("--db", t.name)
}

// read returns the destinations.
func (t target) read(ctx context.Context) ([]sent, error) {
	if t.audits {
		return auditLogs(ctx, t.session, t.id)
	}
	return metricsOf(ctx, t.session, t.id, t.name)
}

type set struct {
	scope
	destination
}

func newSet(app *cli.App) *cobra.Command {
	var in set
	cmd := &cobra.Command{
		Use:        "set --destination KIND",
		Aliases:    []string{"create"},
		SuggestFor: []string{"add", "enable", "update", "export"},
		Short:      "Export metrics or the audit log",
		Long: `Export the metrics of a database, or with --audit-logs the audit log of the
organization, to a destination. The audit log can be exported to Pulsar only.

A destination replaces all others, with confirmation: the service keeps only the
last one that is set here. Each kind has its flags; all but these are optional:

    prometheus_remote  --endpoint, --auth-strategy basic (with --user) or bearer
    kafka              --bootstrap-servers, --topic, --sasl-mechanism,
                       --sasl-username
    cloudwatch         --access-key, --region
    splunk             --endpoint, --index
    pulsar             --endpoint, --topic, --auth-strategy token or oauth2
                       (with --oauth2-issuer-url)
    datadog            none

The password, key or token of the destination comes from --secret-file, from a
prompt that does not show it, or from standard input. For Pulsar with oauth2 it is
the URL of the credentials.`,
		Example: "  printf secret | astra telemetry set --db legacy --destination datadog --site datadoghq.eu --secret-file -\n" +
			"  printf secret | astra telemetry set --db demo --destination splunk --yes --secret-file - \\\n" +
			"    --endpoint https://splunk.example.com:8088 --index astra\n" +
			"  printf secret | astra telemetry set --audit-logs --destination pulsar --auth-strategy token --secret-file - \\\n" +
			"    --endpoint pulsar+ssl://pulsar.example.com:6651 --topic audit",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app, cmd) },
	}
	cmd.Flags().StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	cmd.Flags().BoolVar(&in.audits, "audit-logs", false, "export the audit log instead of metrics")
	in.add(cmd)
	completion.Flags(cmd.Flags(), completion.Databases, "db")
	cmd.MarkFlagsMutuallyExclusive("db", "audit-logs")
	return cmd
}

func (in set) run(ctx context.Context, app *cli.App, cmd *cobra.Command) error {
	settings, k, err := in.settings(cmd)
	if err != nil {
		return err
	}
	if in.audits && in.kind != "pulsar" {
		return exit.Usagef("the audit log can be exported to pulsar only")
	}
	if err := cli.CheckOne(app, getColumns()); err != nil {
		return err
	}
	t, err := in.open(ctx, app)
	if err != nil {
		return err
	}
	text, err := in.readSecret(ctx, app, k)
	if err != nil {
		return err
	}
	before, err := t.read(ctx) // after the prompt for the secret, during which others may change them
	if err != nil {
		return err
	}
	settings[k.hidden] = text
	if k.alias != "" {
		settings[k.alias] = text
	}
	export := devops.Export{Kind: in.kind, Settings: settings}
	if err := t.confirm(ctx, app, before, export, k.asked); err != nil {
		return err
	}
	if err := t.send(ctx, app, before, export); err != nil {
		return fmt.Errorf("export %s to %s: %w", t, in.kind, err)
	}
	return t.verify(ctx, app, export)
}

// send sends the request. After a lost response the destinations show the outcome, unless
// they matched before: a new secret does not show.
func (t target) send(ctx context.Context, app *cli.App, before []sent, export devops.Export) error {
	send := t.session.Telemetry.SetMetrics
	if t.audits {
		send = t.session.Telemetry.SetAuditLogs
	}
	err := send(ctx, t.id, export)
	if !devops.MaybeApplied(err) {
		return err
	}
	if !isOnly(before, export) {
		if now, lookErr := t.read(ctx); lookErr == nil && isOnly(now, export) {
			app.RecordChange()
			return nil
		}
	}
	return exit.Hint(err, "it is unknown whether the service received the request; sending it again does no harm", app.Repeat())
}

// isOnly reports whether a destination is the only one, apart from its secrets.
func isOnly(all []sent, export devops.Export) bool {
	return len(all) == 1 && all[0].Kind == export.Kind && firstDifference(export, all[0].Export) == ""
}

// confirm names what would be removed, and asks; of a destination of the same kind these
// are settings. Afterwards it verifies that the destinations are still the same. hidden
// names the secret of the new one.
func (t target) confirm(ctx context.Context, app *cli.App, before []sent, export devops.Export, hidden string) error {
	if len(before) == 0 {
		return nil
	}
	var question string
	if names := differences(before[0].Export, export); len(before) > 1 || before[0].Kind != export.Kind {
		question = t.replacement(app, before, export)
	} else if len(names) > 0 {
		for _, name := range names {
			sayNotEmpty(app, "- "+name+": ", before[0].Settings[name])
			sayNotEmpty(app, "+ "+name+": ", export.Settings[name])
		}
		question = fmt.Sprintf("Change the %s of the export of %s to %s?", strings.Join(names, ", "), t, export.Kind)
	} else {
		question = fmt.Sprintf("Replace the %s in the export of %s to %s?", hidden, t, export.Kind)
	}
	if err := app.Confirm(ctx, "%s", question); err != nil {
		return err
	}
	now, err := t.read(ctx)
	if err != nil {
		return err
	}
	if !equal(before, now) {
		return exit.Failf(exit.Conflict, "the export of %s was changed by another client; nothing was changed", t).
			WithNext("astra telemetry get " + t.flag())
	}
	return nil
}

// replacement shows the destinations and returns the question whether to replace them.
func (t target) replacement(app *cli.App, before []sent, export devops.Export) string {
	var names []string
	for _, old := range before {
		app.Say("- %s", old.line())
		names = append(names, old.Kind)
	}
	app.Say("+ %s", sent{Export: export}.line())
	return fmt.Sprintf("Replace %s with %s as the destination of %s?", strings.Join(names, " and "), export.Kind, t)
}

func sayNotEmpty(app *cli.App, label string, v any) {
	if text := word(v); text != "" {
		app.Say("%s%s", label, text)
	}
}

// line describes a destination in a line, without its secrets.
func (s sent) line() string { return strings.TrimSpace(s.Kind + " " + s.target()) }

func equal(a, b []sent) bool {
	return slices.EqualFunc(a, b, func(x, y sent) bool { return x.Kind == y.Kind && reflect.DeepEqual(x.Settings, y.Settings) })
}

// verify verifies that the service has the destination, and only this one, and prints it.
func (t target) verify(ctx context.Context, app *cli.App, export devops.Export) error {
	now, err := t.read(ctx)
	if err != nil {
		return exit.Hint(err, "the export was set, but could not be verified")
	}
	at := slices.IndexFunc(now, func(s sent) bool { return s.Kind == export.Kind })
	if at < 0 {
		return exit.Failf(exit.Server, "the API accepted the export of %s to %s, but does not list it", t, export.Kind).
			WithNext("astra telemetry get " + t.flag())
	}
	if name := firstDifference(export, now[at].Export); name != "" {
		return exit.Failf(exit.Server, "the API accepted the export of %s to %s, but lists another %s", t, export.Kind, name).
			WithNext("astra telemetry get " + t.flag())
	}
	app.Say("Set the destination of %s to %s.", t, export.Kind)
	return cli.PrintOne(app, getColumns(), together(now, sent{}))
}

func sortedKeys(settings map[string]any) []string { return slices.Sorted(maps.Keys(settings)) }
