package org

import (
	"slices"

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

	run string
}

func newUndo(app *cli.App) *cobra.Command {
	var in undo
	cmd := &cobra.Command{
		Use:   "undo [RUN]",
		Short: "Undo an applied plan",
		Long: `Undo a run of "astra org apply", by default the latest of this organization that
was not undone. For each step whose object is still as the run left it, the inverse is
done, in a safe order and after the same checks as in "astra org apply"; what was
changed since is left as it is and named.

Changes of roles, of the roles of users and of access lists are undone exactly. A
deleted role gets a new ID: its users get it back, its tokens cannot. A removed user is
invited again. A revoked token stays revoked.

The command reads users (org-user-read), roles (org-role-read), and tokens
(org-token-read) if the run changed roles, and access lists (accesslist-read) if it
changed some.`,
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
	in.add(cmd)
	return cmd
}

func (in undo) do(cmd *cobra.Command, app *cli.App) error {
	ctx := cmd.Context()
	if err := in.check(app); err != nil {
		return err
	}
	j, err := journal(app)
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
	steps, left := run.Undo(state)
	for _, l := range left {
		app.Warn("left as it is: %s", l)
	}
	switch {
	case len(steps)+len(left) == 0:
		app.Say("Run %s is undone already.", run.Run)
		return finish(app, nil)
	case len(steps) == 0:
		return exit.Failf(exit.Conflict, "nothing of run %s can be undone", run.Run).WithNext("astra org runs " + run.Run)
	}
	steps = plan.Order(state, steps)
	results, err := task{application: in.application, made: made{plan.Document{
		Organization: plan.OrganizationNames{ID: org, Name: state.Organization.Name}, Profile: session.Profile.Name, MadeAt: state.Now.UTC(),
		Steps: steps, Effect: plan.Effects(state, steps), Summary: plan.Summary(steps, 0),
		Fuses: plan.Fuses(plan.File{}, state, steps, ownAddress(ctx, app, session)),
	}, plan.File{}, state, session, plan.Difference{}}, app: app, journal: j, undoes: run.Run}.run(cmd)
	if err != nil {
		return err
	}
	return finish(app, results)
}

// sectionsOf returns the sections on which undoing a run depends.
func sectionsOf(run apply.Run) plan.Sections {
	changes := func(kind plan.StepKind) bool {
		return slices.ContainsFunc(slices.Concat(run.Done, run.Open), func(s plan.Step) bool { return s.Kind == kind })
	}
	return plan.Sections{
		Roles: true, Users: true, Tokens: changes(plan.RoleStep) || changes(plan.TokenStep), AccessLists: changes(plan.AccessListStep),
	}
}
