// Package apply does the steps of a plan, one by one: it reads an object, compares it with
// the plan, changes it, and reads it again. A journal has each step before it is sent, so
// that a run can be undone, and one that was interrupted is known.
//
// To continue after a failure, a plan is made again from the state of the service: nothing
// is resumed, and nothing is done twice.
package apply

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Runner does the ordered steps of a plan.
type Runner struct {
	App     *cli.App
	Session *cli.Session
	Journal Journal
	Head    Head       // without the ID and the time
	State   plan.State // on which the steps are based
	Steps   []plan.Step

	created map[string]string // IDs of new roles, by what the steps call them
	recent  []Run             // whose changes lists may not show yet
	writer  *writer
}

// Rows returns a row for each step.
func (r *Runner) Rows() []bulk.Row {
	rows := make([]bulk.Row, len(r.Steps))
	for i, s := range r.Steps {
		rows[i].Result = bulk.Result{Row: i + 1, Input: Label(r.State, s), ID: s.ID, Action: string(s.Action), Past: participle(s.Action)}
		rows[i].Do = func(ctx context.Context) error { return r.change(s).send(ctx) }
	}
	return rows
}

func participle(a plan.Action) string {
	if a == plan.Add {
		return "added"
	}
	return strings.TrimSuffix(string(a), "e") + "ed"
}

// Label names the object of a step, such as "user ada@example.com".
func Label(state plan.State, s plan.Step) string {
	name := cmp.Or(s.Name, s.ID)
	switch {
	case s.Kind == plan.AccessListStep:
		list := "DevOps API"
		if id := s.ListID(); id != "" {
			list = id
			if i := slices.IndexFunc(state.Databases, func(d plan.StateDatabase) bool { return d.ID == id }); i >= 0 {
				list = state.Databases[i].Name
			}
		}
		return strings.TrimSuffix("access list "+list+" "+s.Address(), " ")
	case s.TokenBefore != nil:
		name = cmp.Or(s.TokenBefore.Description, s.TokenBefore.SavedName, s.ID)
	}
	return string(s.Kind) + " " + name
}

// Run does the steps in their order and returns a result for each. A step that fails does
// not end the run, except for a reason that every other step would fail for.
func (r *Runner) Run(ctx context.Context) ([]bulk.Result, error) {
	r.created = map[string]string{}
	r.Head.Steps, r.Head.Began, r.Head.Program = len(r.Steps), r.App.Now().UTC(), r.App.Version
	var err error
	if r.recent, err = r.recentRuns(); err != nil {
		return nil, journalError(err)
	}
	if r.writer, err = r.Journal.begin(r.App.Rand, r.App.Secrets.Redact, &r.Head); err != nil {
		return nil, journalError(err)
	}
	defer r.writer.close()
	progress := bulkcmd.StartProgress(r.App, "Applying", len(r.Steps))
	defer progress.End()
	rows := r.Rows()
	results := make([]bulk.Result, len(rows))
	var failed []int
	held := make([]bool, len(rows))
	var stopped error
	for i, row := range rows {
		switch {
		case ctx.Err() != nil:
			if stopped == nil {
				stopped = context.Cause(ctx)
			}
			results[i] = withOutcome(row.Result, bulk.NotStarted, stopped)
		case stopped != nil:
			results[i] = withOutcome(row.Result, bulk.NotStarted, stopped)
		case held[i]:
			results[i] = dependentResult(row.Result, results[r.findHolder(failed, i)], "held back, because an earlier step that gives access failed")
		case findMissingRole(r.Steps, failed, i) >= 0:
			create := findMissingRole(r.Steps, failed, i)
			results[i] = dependentResult(row.Result, results[create], "role "+r.Steps[create].RoleAfter.Name+" was not created")
		default:
			results[i] = r.do(ctx, i, row)
			stopped = explainStop(results[i])
		}
		if results[i].Exit != 0 {
			failed = append(failed, i)
			held = plan.HoldBack(r.State, r.Steps, failed)
		}
		if r.writer.add("result", result{i + 1, row.Input, results[i].ID, results[i].Outcome, results[i].Exit, results[i].Error}) != nil && stopped == nil {
			stopped = journalError(errors.New("it cannot be written"))
		}
		progress.Step()
	}
	return results, nil
}

// findHolder returns the failed step that holds back a step.
func (r *Runner) findHolder(failed []int, i int) int {
	return failed[slices.IndexFunc(failed, func(f int) bool { return plan.HoldBack(r.State, r.Steps, []int{f})[i] })]
}

// findMissingRole returns the failed step that should have created a role of a step, or -1.
func findMissingRole(steps []plan.Step, failed []int, i int) int {
	for _, f := range failed {
		s := steps[f]
		if s.Kind == plan.RoleStep && s.Action == plan.Create && steps[i].UserAfter != nil && slices.Contains(steps[i].UserAfter.Roles, plan.CreatedID(s.RoleAfter.Name)) {
			return f
		}
	}
	return -1
}

// dependentResult returns the result of a step that depends on one that failed. It ends alike.
func dependentResult(r, cause bulk.Result, why string) bulk.Result {
	r.Outcome, r.Exit, r.Error = bulk.NotStarted, cause.Exit, why
	return r
}

// explainStop returns why no other step can succeed, or nil.
func explainStop(r bulk.Result) error {
	switch code := exit.Code(r.Exit); code {
	case exit.NoCredential, exit.Network, exit.RateLimited, exit.Config, exit.Interrupted, exit.Terminated, exit.HungUp:
		return exit.Failf(code, "%s", r.Error)
	default:
		return nil
	}
}

func withOutcome(r bulk.Result, outcome bulk.Outcome, why error) bulk.Result {
	r.Outcome = outcome
	r.Exit, r.Error = exit.Explain(why)
	return r
}

// do does one step.
func (r *Runner) do(ctx context.Context, i int, row bulk.Row) bulk.Result {
	step, err := r.resolve(r.Steps[i])
	if err != nil {
		return withOutcome(row.Result, bulk.Failed, err)
	}
	c := r.change(step)
	now, err := c.read(ctx)
	if err != nil {
		outcome := bulk.Failed
		if ctx.Err() != nil {
			outcome = bulk.NotStarted
		}
		return withOutcome(row.Result, outcome, err)
	}
	switch plan.Compare(now, step) {
	case plan.Done:
		row.ID, row.Outcome = c.id(now), bulk.Unchanged
		r.note(i, row.ID)
		return row.Result
	case plan.Changed:
		return withOutcome(row.Result, bulk.Failed, exit.Failf(exit.Conflict, "changed by another client since the plan; nothing was sent"))
	case plan.Pending:
		if run, ended := r.findInvitation(step); run != "" {
			switch now, done, err := c.await(ctx, absence.Pauses()); {
			case done:
				row.ID, row.Outcome = c.id(now), bulk.Unchanged
				return row.Result
			case err != nil:
				return withOutcome(row.Result, bulk.Failed, err)
			case ctx.Err() != nil:
				return withOutcome(row.Result, bulk.NotStarted, context.Cause(ctx))
			case ended:
				return withOutcome(row.Result, bulk.Failed, exit.Failf(exit.Unknown, "run %s has invited this address, and the service does not show it yet; nothing was sent", run))
			}
		}
	}
	if err := r.writer.add("sent", sent{row.Input, step}); err != nil {
		return withOutcome(row.Result, bulk.NotStarted, journalError(err))
	}
	row.Do = c.send
	rows := []bulk.Row{row}
	results := bulk.Run(ctx, rows, bulk.Options{Explain: exit.Explain, Now: r.App.Now, Limit: 1, Reconcile: c.reconcile})
	results[0] = c.verify(ctx, now, rows, results)
	if results[0].Outcome == bulk.OK {
		r.App.RecordChange()
		r.note(i, results[0].ID)
	}
	return results[0]
}

// lagLimit is the time after which the service shows every change that it accepted.
const lagLimit = 10 * time.Minute

// recentRuns returns earlier runs of the organization, latest first, if the steps invite
// people. One that cannot be read is left out.
func (r *Runner) recentRuns() ([]Run, error) {
	if !slices.ContainsFunc(r.Steps, func(s plan.Step) bool { return s.Action == plan.Invite }) {
		return nil, nil
	}
	runs, damaged := r.Journal.List()
	if damaged != nil && runs == nil {
		return nil, damaged
	}
	return slices.DeleteFunc(runs, func(run Run) bool {
		return run.Organization.ID != r.State.Organization.ID || r.App.Now().Sub(run.Began) > lagLimit
	}), nil
}

// findInvitation returns the recent run that sent the invitation of a step with an unknown
// outcome, and whether it went on after that; or an empty ID.
func (r *Runner) findInvitation(s plan.Step) (run string, ended bool) {
	if s.Action != plan.Invite {
		return "", false
	}
	for _, run := range r.recent {
		for _, l := range slices.Backward(run.Lines) {
			if l.Kind == plan.UserStep && (l.Outcome == bulk.OK || l.Outcome == bulk.Unknown) && spelling.SameAddress(l.Name, s.UserAfter.Email) {
				if l.Action != plan.Invite || l.Outcome == bulk.OK {
					return "", false
				}
				return run.Run, l.Error != ""
			}
		}
	}
	return "", false
}

// note remembers the ID of a new role for the steps that give it.
func (r *Runner) note(i int, id string) {
	if s := r.Steps[i]; s.Kind == plan.RoleStep && s.Action == plan.Create {
		r.created[plan.CreatedID(s.RoleAfter.Name)] = id
	}
}

// resolve returns a step with the IDs of new roles.
func (r *Runner) resolve(s plan.Step) (plan.Step, error) {
	if s.UserAfter == nil {
		return s, nil
	}
	after := *s.UserAfter
	after.Roles = slices.Clone(after.Roles)
	for i, id := range after.Roles {
		name, isNew := plan.CreatedName(id)
		if !isNew {
			continue
		}
		if r.created[id] == "" {
			return s, exit.Failf(exit.NotFound, "no step creates role %s", name)
		}
		after.Roles[i] = r.created[id]
	}
	if len(after.Roles) == 0 {
		return s, exit.Failf(exit.Usage, "%s would have no roles; every user needs at least one", after.Email)
	}
	s.UserAfter = &after
	return s, nil
}

// Undo returns the steps that undo a run, unordered, and what is left as it is. A step
// with an unknown outcome counts if the service shows that it was done; soon after the run,
// it may not show that yet.
func (run Run) Undo(state plan.State, now time.Time) ([]plan.Step, []plan.Left) {
	done := slices.Clone(run.Done)
	var unseen []plan.Left
	for _, s := range run.Open {
		switch {
		case plan.Compare(state, s) == plan.Done:
			done = append(done, s)
		case now.Sub(run.Began) <= lagLimit:
			unseen = append(unseen, plan.Left{Kind: s.Kind, Name: cmp.Or(s.Name, s.ID), Why: "its outcome is unknown, and the service does not show the change yet"})
		}
	}
	slices.SortStableFunc(done, func(a, b plan.Step) int { return cmp.Compare(a.Number, b.Number) })
	steps, left := plan.Undo(state, done)
	return steps, append(left, unseen...)
}

// Find returns the run with an ID or the beginning of one, or the latest run of the
// organization that changed something and was not undone.
func Find(runs []Run, ref, orgID string) (Run, error) {
	if ref == "" {
		for _, run := range runs {
			if run.Organization.ID == orgID && len(run.Done)+len(run.Open) > 0 && run.UndoneBy == "" && run.Undoes == "" {
				return run, nil
			}
		}
		return Run{}, exit.Failf(exit.NotFound, "no run to undo: none of this organization is recorded on this machine").WithNext("astra org runs")
	}
	var found []Run
	for _, run := range runs {
		if run.Run == ref || len(ref) >= 4 && strings.HasPrefix(run.Run, ref) {
			found = append(found, run)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Run{}, exit.Failf(exit.NotFound, "run %q is not recorded on this machine", ref).WithNext("astra org runs")
	}
	return Run{}, exit.Failf(exit.Conflict, "%d runs begin with %s", len(found), ref).WithNext("astra org runs")
}

// unverifiedError is the error of a change that was accepted and could not be read.
func unverifiedError(err error) error {
	return exit.Failf(exit.Unknown, "the API accepted the change, but it could not be verified: %v", err)
}
