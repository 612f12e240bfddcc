package access

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/audit"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/tokens"
)

// sarifFile is the file in which code scanning shows findings without --ignore.
const sarifFile = "access.yaml"

type auditOptions struct {
	rules  []string
	ignore string
	failOn string
}

func newAudit(app *cli.App) *cobra.Command {
	var in auditOptions
	cmd := &cobra.Command{
		Use:        "audit",
		SuggestFor: []string{"lint"},
		Short:      "Audit users, tokens, roles and access lists",
		Long: `Audit users, tokens, roles, access lists and databases by the rules below. Each
finding has a severity, the evidence, and the command that fixes it or shows what
to decide. Nothing is changed.

Exits with status 0 if there is no finding of the severity --fail-on or higher, 10
if there is one, and 11 if a rule was not run because something may not be read.

--ignore reads a YAML list that accepts findings until the end of a day:

    - {rule: TOK002, subject: app, reason: agreed, until: 2027-01-31}

The subject is a name or ID, and "by" may say who decided. Ignores that have
expired or match nothing are findings.

With -o json: {"organization", "asOf", "read", "rules", "findings", "summary"}.
Other formats: -o csv, -o sarif for code scanning, and -o markdown. Tables and
-o name leave out ignored findings. The fingerprint of a finding is the same in
every run until what decides it changes.

Rules:

` + ruleList(),
		Example: "  astra access audit || test $? = 10\n  astra access audit --rule TOK001 --rule TOK002 -o json || test $? = 10\n" +
			"  astra access audit --fail-on error -o sarif > audit.sarif || test $? = 10",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	var ids []string
	for _, r := range audit.Rules() {
		ids = append(ids, r.ID)
	}
	flags.EnumList(f, &in.rules, "rule", ids, "run only this `rule`; repeatable")
	f.StringVar(&in.ignore, "ignore", "", "ignore the findings that a YAML `file` lists; - reads standard input")
	completion.Flags(f, completion.Files, "ignore")
	flags.Enum(f, &in.failOn, "fail-on", string(audit.Warning), severities(), "lowest `severity` that ends with status 10")
	return cli.Listing(cli.OwnFormats(cmd, "sarif", "markdown"), findingColumns())
}

func severities() []string {
	var all []string
	for _, s := range audit.Severities() {
		all = append(all, string(s))
	}
	return all
}

func ruleList() string {
	var lines []string
	for _, r := range audit.Rules() {
		lines = append(lines, fmt.Sprintf("    %-6s  %-7s  %s", r.ID, r.Severity, r.Title))
	}
	return strings.Join(lines, "\n")
}

func (in auditOptions) run(ctx context.Context, app *cli.App) error {
	rules, err := in.chosenRules()
	if err != nil {
		return err
	}
	if !slices.Contains(severities(), in.failOn) {
		return exit.Usagef("--fail-on must be one of %s, not %q", strings.Join(severities(), ", "), in.failOn)
	}
	ignores, err := in.ignores(ctx, app)
	if err != nil {
		return err
	}
	if cli.WantsDocument(app) {
		err = cli.CheckOne(app, reportColumns())
	} else {
		err = cli.CheckList(app, findingColumns())
	}
	if err != nil {
		return err
	}
	state, err := readAuditState(ctx, app)
	if err != nil {
		return err
	}
	report := audit.Check(state, rules, ignores)
	for i, f := range report.Findings {
		if f.Fix != nil {
			fix := app.Command(*f.Fix)
			report.Findings[i].Fix = &fix
		}
	}
	if err := in.print(app, report); err != nil {
		return err
	}
	warnNotRun(app, report)
	switch {
	case len(report.NotRun()) > 0:
		return exit.ErrUndecided
	case report.Fails(audit.Severity(in.failOn)):
		return exit.ErrNegative
	}
	return nil
}

// chosenRules returns the rules that --rule names, or all, in the order of the catalog.
func (in auditOptions) chosenRules() ([]audit.Rule, error) {
	for _, id := range in.rules {
		if _, found := audit.FindRule(id); !found {
			return nil, exit.Usagef("unknown rule %q", id).WithNext("astra access audit --help")
		}
	}
	return slices.DeleteFunc(audit.Rules(), func(r audit.Rule) bool { return len(in.rules) > 0 && !slices.Contains(in.rules, r.ID) }), nil
}

func (in auditOptions) ignores(ctx context.Context, app *cli.App) ([]audit.Ignore, error) {
	if in.ignore == "" {
		return nil, nil
	}
	text, err := app.ReadText(ctx, "--ignore", in.ignore)
	if err != nil {
		return nil, err
	}
	ignores, err := audit.ParseIgnores(text)
	if err != nil {
		return nil, exit.Usagef("--ignore %s: %v", in.ignore, err)
	}
	return ignores, nil
}

// readAuditState reads what the rules decide about.
func readAuditState(ctx context.Context, app *cli.App) (audit.State, error) {
	session, err := app.Session(ctx)
	if err != nil {
		return audit.State{}, err
	}
	around := rights.AheadOfAudit(ctx, session.Client, session.Calls)
	snapshot, err := rights.Read(ctx, app, session)
	if err != nil {
		return audit.State{}, err
	}
	state, err := snapshot.Audit(ctx, around)
	if err != nil {
		return state, err
	}
	pending, why := pendingOperations(app)
	state.Pending = pending
	if why != "" {
		state.Unread[audit.Operations] = why
	}
	return state, nil
}

// pendingOperations returns the IDs of the pending operations of this machine that need
// attention, or why they are unknown.
func pendingOperations(app *cli.App) (ids []string, why string) {
	paths, err := app.Paths()
	if paths.State == "" {
		if err != nil {
			return nil, "the state directory is unknown"
		}
		return nil, ""
	}
	all, err := onetime.Journal{Dir: filepath.Join(paths.State, tokens.JournalDir)}.List()
	if err != nil {
		return nil, "the journal cannot be read"
	}
	for _, o := range all {
		if o.NeedsWarning(app.Now()) {
			ids = append(ids, o.ID)
		}
	}
	return ids, ""
}

// print writes the report in the format of -o.
func (in auditOptions) print(app *cli.App, report audit.Report) error {
	switch app.OwnFormat() {
	case "sarif":
		file := in.ignore
		if file == "" || file == "-" {
			file = sarifFile
		}
		return output.Document(app.Out, output.Options{Format: output.JSON}, report.SARIF(app.Version, filepath.ToSlash(file)))
	case "markdown":
		_, err := app.Out.Write(report.Markdown())
		return err
	}
	if cli.WantsDocument(app) {
		return cli.PrintOne(app, reportColumns(), report)
	}
	rows := report.Open()
	if app.Globals.Output == string(output.CSV) {
		rows = report.Findings
	}
	if err := cli.PrintRead(app, findingColumns(), rows, "No findings."); err != nil {
		return err
	}
	app.Say("Total: %s.", report.Summary)
	return nil
}

// warnNotRun says which rules were not run, by what is missing.
func warnNotRun(app *cli.App, report audit.Report) {
	reasons := map[string][]string{}
	var order []string
	for _, run := range report.NotRun() {
		if reasons[*run.Why] == nil {
			order = append(order, *run.Why)
		}
		reasons[*run.Why] = append(reasons[*run.Why], run.Rule)
	}
	for _, why := range order {
		app.Warn("%s not run (%s): %s", spelling.Count(len(reasons[why]), "rule"), why, strings.Join(reasons[why], ", "))
	}
}

func findingColumns() []output.Column[audit.Finding] {
	return []output.Column[audit.Finding]{
		{Key: "severity", Value: func(f audit.Finding) any { return string(f.Severity) }, State: true},
		{Key: "rule", Value: func(f audit.Finding) any { return f.Rule }},
		{Key: "subject", Value: func(f audit.Finding) any { return f.Subject }, Text: func(f audit.Finding) string { return f.Subject.Kind + " " + cmp.Or(f.Subject.Name, f.Subject.ID) }, Spare: 1},
		{Key: "message", Value: func(f audit.Finding) any { return f.Message }, Wrap: true},
		{Key: "fix", Value: func(f audit.Finding) any { return f.Fix }, Wrap: true},
		{Key: "evidence", Value: func(f audit.Finding) any { return f.Evidence }, Text: evidenceText, Wide: true},
		{Key: "fingerprint", Value: func(f audit.Finding) any { return f.Fingerprint }, Name: true, Wide: true},
		{Key: "ignored", Value: func(f audit.Finding) any { return f.Ignored }, Text: ignoredText, Wide: true},
	}
}

func evidenceText(f audit.Finding) string {
	text, _ := json.Marshal(f.Evidence) // texts, numbers and times
	return string(text)
}

func ignoredText(f audit.Finding) string {
	if f.Ignored == nil {
		return ""
	}
	return f.Ignored.Reason + " (until " + f.Ignored.Until + ")"
}

func reportColumns() []output.Column[audit.Report] {
	return []output.Column[audit.Report]{
		{Key: "organization", Value: func(r audit.Report) any { return r.Organization }},
		{Key: "asOf", Value: func(r audit.Report) any { return r.AsOf }},
		{Key: "read", Value: func(r audit.Report) any { return r.Read }},
		{Key: "rules", Value: func(r audit.Report) any { return r.Rules }},
		{Key: "findings", Value: func(r audit.Report) any { return r.Findings }},
		{Key: "summary", Value: func(r audit.Report) any { return r.Summary }},
	}
}
