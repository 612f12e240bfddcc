package org

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/apply"
	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/orgstate"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

type applyCmd struct {
	application

	plan     string
	files    []string
	sections []string
	maxAge   time.Duration
	failFast bool
}

func newApply(app *cli.App) *cobra.Command {
	in := applyCmd{maxAge: 24 * time.Hour}
	cmd := &cobra.Command{
		Use:   "apply [PLAN]",
		Short: "Apply access files or a plan",
		Long: `Change the organization so that it matches access files. The plan is shown as by
"astra org plan", and applied after a confirmation; --yes confirms. With a plan that
"astra org plan --out" wrote, exactly that plan is applied: if it was edited, or
anything on which it depends was changed since, nothing is sent.

Each step is one request. Its object is read before, compared with the plan, and read
again after it; an object that another client has changed is left as it is. If a step
that gives access fails, later steps that take access from the same people are held
back. To continue after a failure, run the command again. The outcome of a step that
the service accepted and does not show yet is unknown.

Several organizations are changed one after the other, each by one file and after its
own confirmation. One that fails does not stop the next, except with --fail-fast.

A plan that is dangerous is refused, with a word: --allow WORD allows it for this run.
Many removals and empty sections also require the name of the organization, typed or
given by --confirm.

The steps of each run are recorded on this machine, without secrets: "astra org runs"
lists the runs, "astra org undo" undoes one. Each step of the output is a row:
{row,input,id,action,outcome,exit,error}.`,
		Example: "  astra org export --out astra-access.yaml\n  astra user update viewer@example.com --add-role 'RO User'\n" +
			"  astra org apply -f astra-access.yaml --yes -o json\n" +
			"  astra org plan --out plan.json\n  astra org apply plan.json --yes",
		Args:        cli.Args("[PLAN]"),
		Annotations: completion.Args(completion.Files),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				in.plan = args[0]
			}
			return in.run(cmd, app)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&in.files, "file", "f", nil, "access `file` or directory; repeatable")
	addSections(cmd, &in.sections)
	completion.Flags(f, completion.Files, "file")
	flags.Duration(f, &in.maxAge, "max-age", "maximum age of a plan, a `duration` such as 2h")
	f.BoolVar(&in.failFast, "fail-fast", false, "of several organizations, stop after one that fails")
	in.add(cmd)
	return cmd
}

func (in applyCmd) run(cmd *cobra.Command, app *cli.App) error {
	if err := in.check(app); err != nil {
		return err
	}
	if in.plan != "" && len(in.files)+len(in.sections) > 0 {
		return exit.Usagef("a plan has its files and sections; leave out -f and --sections")
	}
	j, err := openJournal(app)
	if err != nil {
		return err
	}
	if in.plan != "" {
		documents, err := in.readPlan()
		if err != nil {
			return err
		}
		return in.each(app, len(documents), func(i int) ([]bulk.Result, error) { return in.applyDocument(cmd, app, j, documents[i]) })
	}
	sections, err := parseSections(in.sections)
	if err != nil {
		return err
	}
	names, err := namedFiles(in.files)
	if err != nil {
		return err
	}
	files, problems, err := loadFiles(cmd.Context(), app, names)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return problemsError(app, exit.Usage, "error", problems)
	}
	return in.each(app, len(files), func(i int) ([]bulk.Result, error) { return in.applyFile(cmd, app, j, files[i], sections) })
}

// each applies a plan to each of several organizations. One that fails does not stop the
// next.
func (in applyCmd) each(app *cli.App, count int, run func(int) ([]bulk.Result, error)) error {
	if count == 1 {
		results, err := run(0)
		if err != nil {
			return err
		}
		return finish(app, results)
	}
	var all []bulk.Result
	failed := 0
	for i := range count {
		results, err := run(i)
		all = append(all, results...)
		if err != nil && !errors.Is(err, exit.ErrDone) {
			failed++
			app.Warn("%v", err)
		} else if bulkcmd.Summarize(app, results, false) != nil {
			failed++
		}
		if failed > 0 && in.failFast {
			break
		}
	}
	var err error
	if !app.Globals.DryRun {
		err = finish(app, all)
	}
	switch {
	case failed > 0:
		return exit.Failf(exit.SomeFailed, "%d of %s failed", failed, spelling.Count(count, "access file"))
	case app.Globals.DryRun:
		return exit.ErrDone
	}
	return err
}

// applyFile makes the plan of a file, shows it and applies it.
func (in applyCmd) applyFile(cmd *cobra.Command, app *cli.App, j apply.Journal, file plan.File, sections plan.Sections) ([]bulk.Result, error) {
	ctx := cmd.Context()
	unlock, err := lock(ctx, app, j, file.Organization.ID)
	if err != nil {
		return nil, err
	}
	defer unlock()
	m, err := makePlan(ctx, app, file, sections)
	if err != nil {
		return nil, err
	}
	return task{application: in.application, made: m, app: app, journal: j}.run(cmd)
}

// maxPlan exceeds the size of any plan.
const maxPlan = 256 << 20

// readPlan reads a plan, or several of them in an array.
func (in applyCmd) readPlan() ([]plan.Document, error) {
	data, err := atomicfile.ReadFile(in.plan, maxPlan)
	if err != nil {
		return nil, exit.Usagef("%s: not readable: %v", shellword.Quote(in.plan), atomicfile.Cause(err))
	}
	texts := []json.RawMessage{data}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		if err := json.Unmarshal(data, &texts); err != nil {
			return nil, exit.Usagef("%s is not a plan: %v", shellword.Quote(in.plan), err)
		}
	}
	var documents []plan.Document
	for _, text := range texts {
		d, err := plan.DecodeDocument(text)
		if err != nil {
			return nil, exit.Usagef("%s is %v", shellword.Quote(in.plan), err)
		}
		if err := d.CheckDigest(); err != nil {
			return nil, exit.Usagef("%s: %v", shellword.Quote(in.plan), err).WithHint("make a new plan").WithNext("astra org plan")
		}
		if slices.ContainsFunc(documents, func(o plan.Document) bool { return o.Organization.ID == d.Organization.ID }) {
			return nil, exit.Usagef("%s has two plans for organization %s", shellword.Quote(in.plan), d.Organization.ID)
		}
		documents = append(documents, d)
	}
	return documents, nil
}

// applyDocument applies a plan, if everything on which it depends is as it was.
func (in applyCmd) applyDocument(cmd *cobra.Command, app *cli.App, j apply.Journal, d plan.Document) ([]bulk.Result, error) {
	ctx := cmd.Context()
	now, err := app.ServiceNow()
	if err != nil {
		return nil, err
	}
	age := now.Sub(d.MadeAt)
	if age < -time.Minute {
		return nil, exit.Failf(exit.Conflict, "the plan was made in the future, at %s", d.MadeAt.Format(time.RFC3339)).
			WithHint("make a new plan").WithNext("astra org plan")
	}
	if age > in.maxAge {
		return nil, exit.Failf(exit.Conflict, "the plan is %s old, and the maximum is %s", age.Round(time.Minute), in.maxAge).
			WithHint("make a new plan, or raise --max-age").WithNext("astra org plan")
	}
	unlock, err := lock(ctx, app, j, d.Organization.ID)
	if err != nil {
		return nil, err
	}
	defer unlock()
	source := plan.File{
		Organization: plan.Organization{ID: d.Organization.ID, Name: d.Organization.Name, Profile: d.Profile},
		Sources:      []plan.Source{{Path: in.plan}},
	}
	session, err := openSession(ctx, app, source)
	if err != nil {
		return nil, err
	}
	sections := plan.NewSections(d.Sections).Or(plan.SectionsOf(d.Steps))
	orgstate.Ahead(ctx, session, sections)
	if err := checkOrganization(ctx, session, source, sections); err != nil {
		return nil, err
	}
	state, err := orgstate.Read(ctx, app, session, sections)
	if err != nil {
		return nil, err
	}
	if err := checkBasis(app, d, state); err != nil {
		return nil, err
	}
	d.Renew(state, ownAddress(ctx, app, session))
	return task{application: in.application, made: made{Document: d, state: state, session: session}, app: app, journal: j}.run(cmd)
}

// checkBasis returns an error if something on which a plan depends is different now.
func checkBasis(app *cli.App, d plan.Document, state plan.State) error {
	differs := plan.Differs(d.Basis, state, d.Steps)
	if len(differs) == 0 {
		return nil
	}
	for _, e := range differs {
		app.Warn("%s has changed since the plan", describeEntry(e, d, state))
	}
	return exit.Failf(exit.Conflict, "%s changed since the plan; nothing was sent", spelling.Count(len(differs), "object")).
		WithHint("make a new plan").WithNext("astra org plan")
}

// describeEntry names an object of a basis.
func describeEntry(e plan.BasisEntry, d plan.Document, state plan.State) string {
	for _, s := range d.Steps {
		if s.Kind == e.Kind && (s.ID == e.ID || s.Kind == plan.AccessListStep && s.ListID() == e.ID) {
			return apply.Label(state, s)
		}
	}
	for _, u := range state.Users {
		if e.Kind == plan.UserStep && u.ID == e.ID {
			return "user " + u.Email
		}
	}
	for _, p := range d.Effect {
		if string(p.Principal.Kind) == string(e.Kind) && p.Principal.ID == e.ID {
			return fmt.Sprintf("%s %s", e.Kind, p.Principal.Name)
		}
	}
	return fmt.Sprintf("%s %s", e.Kind, e.ID)
}
