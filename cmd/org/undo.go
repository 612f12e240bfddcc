package org

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/apply"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/orgstate"
	"github.com/astra-admin/astra/pkg/plan"
)

type undo struct {
	application

	run   string
	out   string
	force bool
}

func newUndo(app *cli.App) *cobra.Command {
	var in undo
	cmd := &cobra.Command{
		Use:   "undo [RUN]",
		Short: "Undo an applied plan",
		Long: `Undo a run of "astra org apply", by default the latest of this organization that
was not undone. For each step whose object is still as the run left it, the inverse is
done, in a safe order and after the same checks as in "astra org apply"; what was
changed since is left as it is and named. What the access file of the run protects
stays protected.

Changes of roles, of the roles of users and of access lists are undone exactly. A
deleted role gets a new ID: its users get it back, its tokens cannot. A removed user is
invited again. A revoked token stays revoked.

--out writes the plan to a file, for "astra org apply", and changes nothing.

If the run changed users or roles, the command reads users (org-user-read) and roles
(org-role-read, org-db-view), for changed roles and tokens also tokens
(org-token-read), and for access lists these (accesslist-read, org-db-view).`,
		Example: "  astra org export --out astra-access.yaml\n  astra user update viewer@example.com --add-role 'RO User'\n" +
			"  astra org apply --yes\n  astra org undo --yes -o json",
		Args:        cli.Args("[RUN]"),
		Annotations: completion.Args(completion.Runs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				in.run = args[0]
			}
			return in.do(cmd, app)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.out, "out", "", "write the plan to this `file` instead of applying it")
	f.BoolVar(&in.force, "force", false, "replace an existing file")
	completion.Flags(f, completion.Files, "out")
	in.add(cmd)
	return cmd
}

func (in undo) do(cmd *cobra.Command, app *cli.App) error {
	ctx := cmd.Context()
	if err := in.check(app); err != nil {
		return err
	}
	if in.out == "" && in.force {
		return exit.Usagef("--force requires --out")
	}
	if in.out != "" && app.Globals.DryRun {
		return exit.Usagef("--out changes nothing at the service; leave out --dry-run")
	}
	if in.out != "" {
		if err := checkNewFile(in.out, in.force); err != nil {
			return err
		}
	}
	j, err := openJournal(app)
	if err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return err
	}
	unlock, err := lock(ctx, app, j, org)
	if err != nil {
		return err
	}
	defer unlock()
	run, err := findRun(app, j, in.run, org)
	if err != nil {
		return err
	}
	state, err := orgstate.Read(ctx, app, session, sectionsOf(run))
	if err != nil {
		return err
	}
	steps, left := run.Undo(state, app.Now())
	for _, l := range left {
		app.Warn("left as it is: %s", l)
	}
	switch {
	case len(run.Done)+len(run.Open) == 0:
		app.Say("Run %s changed nothing.", run.Run)
		return finish(app, nil)
	case len(steps)+len(left) == 0:
		app.Say("Run %s is undone already.", run.Run)
		return finish(app, nil)
	case len(steps) == 0:
		return exit.Failf(exit.Conflict, "nothing of run %s can be undone", run.Run).WithNext("astra org runs " + run.Run)
	}
	m := inverse(app, session, run, state, steps)
	m.Fuses = plan.Fuses(m.Limits.File(), state, m.Steps, ownAddress(ctx, app, session))
	m.Seal()
	if in.out != "" {
		return planning{out: in.out, force: in.force}.write(app, m.Document)
	}
	results, err := task{application: in.application, made: m, app: app, journal: j, undoes: run.Run}.run(cmd)
	if err != nil {
		return err
	}
	return finish(app, results)
}

// inverse returns the plan of steps that undo a run.
func inverse(app *cli.App, session *cli.Session, run apply.Run, state plan.State, steps []plan.Step) made {
	steps = plan.Order(state, steps)
	limits := run.Limits
	limits.Empty = nil // no file says what shall be
	return made{Document: plan.Document{
		Version: plan.DocumentVersion, Program: app.Version, Profile: session.Profile.Name, MadeAt: state.Now.UTC().Truncate(time.Second),
		Organization: run.Organization, Sections: sectionsOf(run).Names(), Limits: limits, Files: []plan.Source{}, Findings: []plan.Finding{},
		Basis: orEmpty(plan.Basis(state, steps)), Steps: steps, Effect: orEmpty(plan.Effects(state, steps)),
		Foreign: map[string]int{}, Summary: plan.Summary(steps, 0),
	}, state: state, session: session}
}

// sectionsOf returns the sections on which undoing a run depends.
func sectionsOf(run apply.Run) plan.Sections {
	changes := func(kind plan.StepKind) bool {
		return slices.ContainsFunc(slices.Concat(run.Done, run.Open), func(s plan.Step) bool { return s.Kind == kind })
	}
	people := changes(plan.RoleStep) || changes(plan.UserStep)
	return plan.Sections{
		Roles: people, Users: people, Tokens: changes(plan.RoleStep) || changes(plan.TokenStep), AccessLists: changes(plan.AccessListStep),
	}
}
