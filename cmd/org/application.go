package org

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/apply"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/spelling"
)

// application is what allows and confirms a plan.
type application struct {
	allow   []string
	confirm string
}

func (a *application) add(cmd *cobra.Command) {
	f := cmd.Flags()
	flags.EnumList(f, &a.allow, "allow", plan.AllowableFuses(), "`word` of a refusal to allow for this run; repeatable")
	f.StringVar(&a.confirm, "confirm", "", "`name` of the organization, instead of typing it, for many removals or an empty section")
}

// check checks the flags, and that the rows can be printed afterwards.
func (a *application) check(app *cli.App) error {
	for _, word := range a.allow {
		if !slices.Contains(plan.AllowableFuses(), word) {
			return exit.Usagef("--allow cannot be %q", word).WithHint("use %s", strings.Join(plan.AllowableFuses(), ", "))
		}
	}
	return cli.CheckList(app, bulkcmd.Columns())
}

// lock keeps other processes from applying a plan to the organization. A dry run changes
// nothing and takes no lock.
func lock(ctx context.Context, app *cli.App, j apply.Journal, org string) (unlock func(), err error) {
	if app.Globals.DryRun {
		return func() {}, nil
	}
	return j.Lock(ctx, org)
}

// findRun returns a run of the organization.
func findRun(app *cli.App, j apply.Journal, ref, org string) (apply.Run, error) {
	runs, damaged := j.List()
	if damaged != nil && ref == "" {
		return apply.Run{}, exit.Failf(exit.Config, "the latest run may be one that cannot be read: %v", damaged).
			WithHint("name the run to undo").WithNext("astra org runs")
	}
	if damaged != nil {
		app.Warn("unreadable runs are left out: %v", damaged)
	}
	run, err := apply.Find(runs, ref, org)
	if err == nil && run.Organization.ID != org {
		err = exit.Failf(exit.Config, "run %s changed organization %s, and the token in use belongs to another one", run.Run, run.Organization.Name).
			WithHint("use the profile of that organization with --profile")
	}
	return run, err
}

// task is a plan that is about to be applied.
type task struct {
	application
	made

	app     *cli.App
	journal apply.Journal
	undoes  string // the run that it undoes
}

// openJournal returns the journal of runs.
func openJournal(app *cli.App) (apply.Journal, error) {
	paths, err := app.Paths()
	if paths.State == "" {
		return apply.Journal{}, err
	}
	return apply.Journal{Dir: filepath.Join(paths.State, "runs")}, nil
}

// runner returns what does the steps.
func (t task) runner() *apply.Runner {
	return &apply.Runner{
		App: t.app, Session: t.session, Journal: t.journal, State: t.state, Steps: t.Steps,
		Head: apply.Head{
			Organization: plan.OrganizationNames{ID: t.state.Organization.ID, Name: t.organization()},
			Profile:      t.session.Profile.Name, APIURL: t.session.APIURL, Undoes: t.undoes, Limits: t.Limits,
		},
	}
}

// run shows the plan, asks for its confirmation and applies it.
func (t task) run(cmd *cobra.Command) ([]bulk.Result, error) {
	t.allowed = t.allow
	if !t.app.Globals.Quiet {
		fmt.Fprint(t.app.Err, t.text(false))
	}
	if len(t.Steps) == 0 {
		return nil, nil
	}
	if err := refuse(t.app, plan.Refusals(t.Fuses, t.allow)); err != nil {
		return nil, err
	}
	runner := t.runner()
	if t.app.Globals.DryRun {
		return nil, bulkcmd.DryRun(cmd.Context(), t.app, runner.Rows())
	}
	if err := t.ask(cmd.Context()); err != nil {
		return nil, err
	}
	ctx, cancel := t.app.ExtendTimeout(cmd, time.Duration(len(t.Steps))*2*time.Second)
	defer cancel()
	results, err := runner.Run(ctx)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("Run %s: %s done in %s.", runner.Head.Run, spelling.Count(bulk.Done(results), "step"), t.organization())
	if bulk.Done(results) > 0 && t.undoes == "" {
		text += " To undo it: " + t.app.Command("astra org undo "+runner.Head.Run)
	}
	t.app.Say("%s", text)
	return results, nil
}

// organization returns the name of the organization, or its ID.
func (t task) organization() string {
	return cmp.Or(t.state.Organization.Name, t.state.Organization.ID)
}

// ask asks for the confirmation: with the name of the organization, if a fuse for removals
// was allowed.
func (t task) ask(ctx context.Context) error {
	question := fmt.Sprintf("Apply %s to %s?", spelling.Count(len(t.Steps), "step"), t.organization())
	if plan.NeedsName(t.Fuses) {
		return t.app.ConfirmName(ctx, t.confirm, t.organization(), "%s", question)
	}
	return t.app.Confirm(ctx, "%s", question)
}

// finish prints a row for each step and returns the error of the command.
func finish(app *cli.App, results []bulk.Result) error {
	for i := range results {
		results[i].Row = i + 1 // also of several organizations
	}
	if err := cli.Print(app, bulkcmd.Columns(), results, ""); err != nil {
		return err
	}
	return bulkcmd.Summarize(app, results, false)
}

// refuse returns the error of fuses that refuse a plan.
func refuse(app *cli.App, fuses []plan.Fuse) error {
	if len(fuses) == 0 {
		return nil
	}
	var words []string
	for _, f := range fuses {
		if f.Word != plan.FuseProtected {
			words = append(words, f.Word)
		}
	}
	e := exit.Refusef("the plan is refused: %s", fuses[0].Why[0])
	if len(words) < len(fuses) {
		return e.WithHint("protect in the access file forbids this; change the file")
	}
	flag := " --allow " + strings.Join(words, " --allow ")
	return e.WithHint("nothing was sent; if this is meant, add%s", flag).WithNext(app.WithFlag(strings.TrimSpace(flag)))
}

// ownAddress returns the address from which the service sees this machine, or the zero Addr
// if that is unknown.
func ownAddress(ctx context.Context, app *cli.App, session *cli.Session) netip.Addr {
	if app.UsesSandbox() {
		return netip.Addr{}
	}
	own, _ := devops.LocalAddress(ctx, session.APIURL)
	return own
}
