package org

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/orgstate"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/plan"
)

type comparison struct{ sections []string }

func newDiff(app *cli.App) *cobra.Command {
	var in comparison
	cmd := &cobra.Command{
		Use:        "diff A [B]",
		SuggestFor: []string{"compare"},
		Short:      "Compare two organizations or access files",
		Long: `List what differs between two organizations: custom roles, users with their roles,
and access lists. A and B are access files (*.yaml, *.yml, a path with /, or - for
standard input) or profiles; without B, A is compared with the organization in use.
Roles, databases and users are the same if their names and addresses are. Tokens are
not compared: each organization has its own.

Only sections that both have are compared, and --sections limits them further.

Exits with status 0 if nothing differs, and 10 otherwise. The organizations are only
read, with the permissions of "astra org export".

With -o json: [{"kind", "name", "in", "difference", "a", "b"}]: in is a, b or both,
and a and b are the two sides, with names in place of IDs, or null.`,
		Example: "  astra org export > staging.yaml\n  astra org diff staging.yaml\n" +
			"  astra org diff staging.yaml production --sections roles -o json",
		Args:        cli.Args("A", "[B]"),
		Annotations: completion.Args(completion.Files, completion.Files),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args) },
	}
	names := slices.DeleteFunc(plan.SectionNames(), func(name string) bool { return name == "tokens" })
	flags.EnumList(cmd.Flags(), &in.sections, "sections", names, "only these sections, a comma-separated `list`; repeatable")
	return cli.Listing(cmd, contrastColumns())
}

// contrast is a difference between two organizations.
type contrast struct {
	plan.Step

	difference string
	a, b       any
}

func (in comparison) run(ctx context.Context, app *cli.App, refs []string) error {
	sections, err := parseSections(in.sections)
	if err != nil {
		return err
	}
	if err := cli.CheckList(app, contrastColumns()); err != nil {
		return err
	}
	sections.Tokens = false
	sides, sections, err := openSides(ctx, app, refs, sections)
	if err != nil {
		return err
	}
	if sections == (plan.Sections{}) {
		return exit.Usagef("nothing to compare: no section is in both")
	}
	var states []plan.State
	for _, s := range sides {
		state, err := s.read(ctx, app, sections)
		if err != nil {
			return err
		}
		states = append(states, state)
	}
	steps, describer, err := plan.Contrast(states[0], states[1])
	if err != nil {
		return refuseExport(err)
	}
	rows := []contrast{}
	for _, s := range steps {
		row := contrast{Step: s, difference: describer.Describe(s)}
		if row.a, row.b, err = bothSides(s); err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if err := cli.PrintRead(app, contrastColumns(), rows, ""); err != nil {
		return err
	}
	if len(rows) > 0 {
		return exit.ErrNegative
	}
	app.Say("Nothing differs.")
	return nil
}

// side is one of two things to compare: a file, or an organization with a login.
type side struct {
	file    *plan.File
	session *cli.Session
}

// openSides finds the files and logins of a comparison, and the sections that all have.
func openSides(ctx context.Context, app *cli.App, refs []string, sections plan.Sections) ([]side, plan.Sections, error) {
	var sides []side
	for _, ref := range refs {
		if !isFile(ref) {
			if app.UsesSandbox() {
				return nil, sections, exit.Usagef("%s is not a file, and the sandbox has only one organization", ref)
			}
			session, err := app.LoginSession(ctx, ref)
			if err != nil {
				return nil, sections, err
			}
			sides = append(sides, side{session: session})
			continue
		}
		files, problems, err := loadFiles(ctx, app, []string{ref})
		switch {
		case err != nil:
			return nil, sections, err
		case len(problems) > 0:
			return nil, sections, problemsError(app, exit.Usage, "error", problems)
		case len(files) != 1:
			return nil, sections, exit.Usagef("%s has %d access files; name one", ref, len(files))
		}
		sections = sections.And(files[0].Sections())
		sides = append(sides, side{file: &files[0]})
	}
	if len(sides) == 1 {
		session, err := app.Session(ctx)
		if err != nil {
			return nil, sections, err
		}
		sides = append(sides, side{session: session})
	}
	return sides, sections, nil
}

// isFile reports whether an argument names a file, and not a profile: no matter what exists,
// so that a command line always means the same.
func isFile(ref string) bool {
	ext := filepath.Ext(ref)
	return ref == input || ext == ".yaml" || ext == ".yml" || strings.ContainsAny(ref, `/\`)
}

func (s side) read(ctx context.Context, app *cli.App, sections plan.Sections) (plan.State, error) {
	if s.session != nil {
		return orgstate.Read(ctx, app, s.session, sections)
	}
	state, err := plan.StateOf(*s.file)
	if err != nil {
		return state, unsoundError(app, err)
	}
	return state.Only(sections), nil
}

// bothSides returns what a step changes, before and after.
func bothSides(s plan.Step) (a, b any, err error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, nil, err
	}
	var sides struct{ Before, After any }
	err = json.Unmarshal(text, &sides)
	return sides.Before, sides.After, err
}

func contrastColumns() []output.Column[contrast] {
	return []output.Column[contrast]{
		{Key: "kind", Value: func(c contrast) any { return string(c.Kind) }},
		{Key: "name", Value: func(c contrast) any { return c.Name }, Name: true},
		{Key: "in", Value: func(c contrast) any { return map[string]string{"+": "b", "-": "a", "~": "both"}[c.Sign()] }},
		{Key: "difference", Value: func(c contrast) any { return c.difference }, Wrap: true},
		{Key: "a", Value: func(c contrast) any { return c.a }, Wide: true, Text: func(c contrast) string { return asText(c.a) }},
		{Key: "b", Value: func(c contrast) any { return c.b }, Wide: true, Text: func(c contrast) string { return asText(c.b) }},
	}
}

// asText returns a value as JSON.
func asText(value any) string {
	text, err := json.Marshal(value)
	if err != nil || value == nil {
		return ""
	}
	return string(text)
}
