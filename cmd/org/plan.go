package org

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

type planning struct {
	files    []string
	out      string
	force    bool
	sections []string
	show     string
	failOn   string
}

func newPlan(app *cli.App) *cobra.Command {
	var in planning
	cmd := &cobra.Command{
		Use:        "plan",
		SuggestFor: []string{"preview", "drift"},
		Short:      "Show what differs from an access file",
		Long: `Show the steps that make the organization as an access file describes it, in the
order in which they are safe, who gains and loses access by them, and what only
people can decide. Nothing is changed. "astra help access-files" describes the file.

-f takes files, directories and - for standard input; without it the file is
astra-access.yaml, in the working directory or in the root of its repository. Only
sections that the file manages are read, with these permissions: roles
(org-role-read, org-db-view), users (org-user-read, org-role-read), tokens
(org-token-read, org-role-read) and access-lists (accesslist-read, org-db-view). If
a role changes, its holders are read too, as far as that is permitted.

Exits with status 0 if there are no steps, 10 if there are, and 19 if a limit would
refuse them, which the plan names; with --fail-on warning also with 10 for a finding.
A file with errors exits with 2, a user who is not the one of the file with 7, and a
login of another organization with 3.

-o markdown is for a comment on a pull request. With -o json: {"version",
"organization", "profile", "madeAt", "program", "files", "sections", "limits",
"basis", "steps", "effect", "findings", "fuses", "foreign", "summary", "digest"}; a
list of these for several files. --out writes the same object to a file.`,
		Example: "  astra org export --out astra-access.yaml\n  astra org plan\n" +
			"  astra org plan -f astra-access.yaml --out plan.json\n  astra org plan -f astra-access.yaml -o json",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	f.StringArrayVarP(&in.files, "file", "f", nil, "access `file` or directory; repeatable")
	f.StringVar(&in.out, "out", "", "also write the plan to this `file`")
	f.BoolVar(&in.force, "force", false, "replace an existing file")
	addSections(cmd, &in.sections)
	flags.Enum(f, &in.show, "show", "", []string{"foreign"}, "also list this `part`: foreign users, roles and tokens, which are not in the file")
	flags.Enum(f, &in.failOn, "fail-on", "", []string{"warning"}, "exit with status 10 also for findings of this `severity`")
	completion.Flags(f, completion.Files, "file", "out")
	return cli.OwnFormats(cmd, "markdown")
}

func (in planning) run(ctx context.Context, app *cli.App) error {
	if err := in.checkFlags(app); err != nil {
		return err
	}
	sections, err := parseSections(in.sections)
	if err != nil {
		return err
	}
	names, err := namedFiles(in.files)
	if err != nil {
		return err
	}
	files, problems, err := loadFiles(ctx, app, names)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return problemsError(app, exit.Usage, "error", problems)
	}
	if in.out != "" && len(files) > 1 {
		return exit.Usagef("--out takes the plan of one file, and %d are given", len(files))
	}
	var plans []made
	for _, file := range files {
		p, err := makePlan(ctx, app, file, sections)
		if err != nil {
			return err
		}
		plans = append(plans, p)
	}
	if in.out != "" {
		if err := in.write(app, plans[0].Document); err != nil {
			return err
		}
	}
	if err := in.print(app, plans); err != nil {
		return err
	}
	return in.end(plans)
}

func (in planning) checkFlags(app *cli.App) error {
	if in.out == "" && in.force {
		return exit.Usagef("--force requires --out")
	}
	if in.out != "" {
		if err := checkNewFile(in.out, in.force); err != nil {
			return err
		}
	}
	if in.isText(app) || app.OwnFormat() != "" {
		return nil
	}
	return cli.CheckOne(app, planColumns(false))
}

func (in planning) write(app *cli.App, d plan.Document) error {
	text, err := d.Encode()
	if err != nil {
		return err
	}
	if secret.LooksLikeToken(string(text)) {
		return exit.Refusef("a name or description of the plan contains what looks like an application token; %s was not written", in.out).
			WithHint("revoke the token, then remove it there").WithNext("astra token panic")
	}
	if err := atomicfile.WriteFile(in.out, text, atomicfile.Options{New: !in.force}); err != nil {
		return outError(in.out, err)
	}
	app.Say("Wrote %s.", in.out)
	return nil
}

// isText reports whether the plan is printed as text for people.
func (planning) isText(app *cli.App) bool {
	format := app.Globals.Output
	table := format == string(output.Table) || format == string(output.Wide)
	return app.OwnFormat() == "" && (format == "" && app.OutputFlag() == "" || table && len(app.Globals.Columns) == 0 && app.Globals.JQ == "" && app.Globals.Template == "")
}

func (in planning) print(app *cli.App, plans []made) error {
	foreign := in.show == "foreign"
	switch {
	case app.OwnFormat() == "markdown":
		for _, p := range plans {
			if _, err := app.Out.Write([]byte(p.markdown(foreign))); err != nil {
				return err
			}
		}
		return nil
	case in.isText(app):
		for i, p := range plans {
			text := p.text(foreign)
			if i > 0 {
				text = "\n" + text
			}
			if _, err := app.Out.Write([]byte(text)); err != nil {
				return err
			}
		}
		return nil
	case len(plans) == 1:
		return cli.PrintOne(app, planColumns(foreign), plans[0])
	}
	return cli.PrintRead(app, planColumns(foreign), plans, "")
}

// end returns how the command ends: the plan of any file decides.
func (in planning) end(plans []made) error {
	var words []string
	differs := false
	for _, p := range plans {
		if refused := plan.Refusals(p.Fuses, nil); len(p.Steps) > 0 {
			for _, f := range refused {
				words = append(words, f.Word)
			}
			differs = true
		}
		warned := slices.ContainsFunc(p.Findings, func(f plan.Finding) bool { return f.Severity == plan.Warning })
		differs = differs || in.failOn == "warning" && warned
	}
	slices.Sort(words)
	switch words = slices.Compact(words); {
	case len(words) > 0:
		return exit.Refusef("these steps would be refused: %s", strings.Join(words, ", "))
	case differs:
		return exit.ErrNegative
	}
	return nil
}

func planColumns(foreign bool) []output.Column[made] {
	column := func(key string, value func(made) any) output.Column[made] {
		return output.Column[made]{Key: key, Value: value, Text: func(p made) string {
			text, err := json.Marshal(value(p))
			if err != nil {
				return fmt.Sprint(value(p))
			}
			return string(text)
		}}
	}
	columns := []output.Column[made]{
		column("version", func(p made) any { return p.Version }),
		column("organization", func(p made) any { return p.Organization }),
		column("profile", func(p made) any { return p.Profile }),
		column("madeAt", func(p made) any { return p.MadeAt }),
		column("program", func(p made) any { return p.Program }),
		column("files", func(p made) any { return p.Files }),
		column("sections", func(p made) any { return p.Sections }),
		column("limits", func(p made) any { return p.Limits }),
		column("basis", func(p made) any { return p.Basis }),
		column("steps", func(p made) any { return p.Steps }),
		column("effect", func(p made) any { return p.Effect }),
		column("findings", func(p made) any { return p.Findings }),
		column("fuses", func(p made) any { return p.Fuses }),
		column("foreign", func(p made) any { return p.Foreign }),
		column("summary", func(p made) any { return p.Summary }),
		column("digest", func(p made) any { return p.Digest }),
	}
	if foreign {
		columns = append(columns, column("unlisted", func(p made) any { return p.unlisted() }))
	}
	columns[1].Name, columns[1].Text = true, func(p made) string { return p.Organization.ID }
	return columns
}

// unlisted returns what is not in the file.
func (p made) unlisted() []plan.Subject {
	all := []plan.Subject{}
	for _, r := range p.difference.Foreign.Roles {
		all = append(all, plan.Subject{Kind: "role", ID: r.ID, Name: r.Name})
	}
	for _, u := range p.difference.Foreign.Users {
		all = append(all, plan.Subject{Kind: "user", ID: u.ID, Name: u.Email})
	}
	for _, t := range p.difference.Foreign.Tokens {
		all = append(all, plan.Subject{Kind: "token", ID: t.ClientID, Name: t.Description})
	}
	return all
}

// foreignText counts what is not in the file; it is empty if nothing is.
func (p made) foreignText() string {
	var parts []string
	for _, kind := range []string{"role", "user", "token"} {
		if n := p.Foreign[kind+"s"]; n > 0 {
			parts = append(parts, spelling.Count(n, kind))
		}
	}
	return strings.Join(parts, ", ")
}

// summaryText is one line: "1 to add, 2 to change, 1 to remove; 12 the same".
func (p made) summaryText() string {
	text := "No changes"
	if len(p.Steps) > 0 {
		var parts []string
		for _, part := range []struct{ key, verb string }{{"create", "add"}, {"update", "change"}, {"delete", "remove"}} {
			if n := p.Summary[part.key]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d to %s", n, part.verb))
			}
		}
		text = strings.Join(parts, ", ")
	}
	text += fmt.Sprintf("; %d the same.", p.Summary["same"])
	if foreign := p.foreignText(); foreign != "" {
		text += " Not in the file: " + foreign + "."
	}
	for _, f := range p.Fuses {
		if f.Word == plan.FuseRemovals && f.Count > 0 {
			text += " " + removalsText(f)
		}
	}
	return text
}

func removalsText(f plan.Fuse) string {
	what := f.Section
	if what == "principals" {
		what = "users and tokens that lose access"
	}
	text := fmt.Sprintf("Removals: %d of %d %s", f.Count, f.Of, what)
	if f.Limit < 1 {
		return fmt.Sprintf("%s (%.0f%%, limit %.0f%%).", text, 100*f.Value, 100*f.Limit)
	}
	return fmt.Sprintf("%s (limit %.0f).", text, f.Limit)
}

// title names the organization of a plan, its profile and what was read.
func (p made) title() string {
	text := p.Organization.Name
	if text == "" {
		text = p.Organization.ID
	}
	if p.Profile != "" {
		text += " (" + p.Profile + ")"
	}
	if len(p.Files) > 0 { // org undo has none
		text += ", " + spelling.Count(len(p.Files), "file")
	}
	return fmt.Sprintf("%s, read %s UTC", text, p.MadeAt.Format("2006-01-02 15:04:05"))
}

// refusals returns a line for each reason for which the steps would be refused, except
// those of allowed words.
func (p made) refusals(allowed []string) []string {
	var lines []string
	if len(p.Steps) == 0 {
		return nil
	}
	for _, f := range plan.Refusals(p.Fuses, allowed) {
		for _, why := range f.Why {
			lines = append(lines, f.Word+": "+why)
		}
	}
	return lines
}
