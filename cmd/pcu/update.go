package pcu

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/spelling"
)

// update has the new settings; changed reports whether a flag is specified.
type update struct {
	devops.PCUGroup

	changed func(flag string) bool
}

func newUpdate(app *cli.App) *cobra.Command {
	var in update
	cmd := &cobra.Command{
		Use:     "update GROUP",
		Aliases: []string{"edit"},
		Short:   "Change a PCU group",
		Long: `Change the title, description or capacity of a group. Everything else is kept.
A new capacity is confirmed, because it changes the costs.

Reserved units can only be added, and only to a group that has some. Cloud,
region, type and provision type cannot be changed: create another group and move
the databases with "astra pcu add". A parked group must be unparked first.`,
		Example: "  astra pcu update example --max 5 --yes -o json\n" +
			"  astra pcu update example --title 'nightly reports' --description ''",
		Args:        cli.Args("GROUP"),
		Annotations: completion.Args(completion.PCUGroups),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.changed = cmd.Flags().Changed
			return in.run(cmd.Context(), app, args[0])
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.Title, "title", "", "new `title`")
	f.StringVar(&in.Description, "description", "", "new description, a `text`")
	addCapacity(f, &in.PCUGroup)
	f.VisitAll(func(flag *pflag.Flag) { flag.DefValue = "" }) // omitted ones are kept
	return cmd
}

func (in update) run(ctx context.Context, app *cli.App, ref string) error {
	if !in.changed("title") && !in.changed("description") && !in.changesCapacity() {
		return exit.Usagef("nothing to update; specify at least one of --title, --description, --min, --max, --reserved")
	}
	if in.changed("title") {
		var err error
		if in.Title, err = app.CheckName("a PCU group", in.Title); err != nil {
			return err
		}
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	all, err := session.PCUs.List(ctx)
	if err != nil {
		return err
	}
	before, err := lookup.PCUGroup(ref, all)
	if err != nil {
		return err
	}
	after := in.apply(before)
	if sameSettings(before, after) {
		app.Say("PCU group %s already matches; nothing to update.", before.Title)
		return show(ctx, app, session, before.ID)
	}
	if err := in.check(before, after, all); err != nil {
		return err
	}
	if in.changesCapacity() {
		if err := app.Confirm(ctx, "Change PCU group %s from %s to %s? %s", before.Title, capacity(before), capacity(after), costs(after)); err != nil {
			return err
		}
		if err := in.requireUnchanged(ctx, app, session, before); err != nil {
			return err
		}
	}
	c := change{
		doing: "updating PCU group " + before.Title, done: "Changed PCU group " + after.Title,
		send: func(ctx context.Context) error { return session.PCUs.Update(ctx, after) },
		look: func(ctx context.Context) (state, error) {
			now, err := session.PCUs.Get(ctx, before.ID)
			same := sameSettings(now, after)
			return state{begun: same, complete: same}, err
		},
	}
	if err := c.run(ctx, app); err != nil {
		return err
	}
	return show(ctx, app, session, before.ID)
}

func (in update) changesCapacity() bool {
	return in.changed("min") || in.changed("max") || in.changed("reserved")
}

// apply returns the group with the new settings.
func (in update) apply(g devops.PCUGroup) devops.PCUGroup {
	for flag, set := range map[string]func(){
		"title": func() { g.Title = in.Title }, "description": func() { g.Description = in.Description },
		"min": func() { g.Min = in.Min }, "max": func() { g.Max = in.Max }, "reserved": func() { g.Reserved = in.Reserved },
	} {
		if in.changed(flag) {
			set()
		}
	}
	return g
}

// sameSettings reports whether two groups have the same settings of an update.
func sameSettings(a, b devops.PCUGroup) bool {
	return a.Title == b.Title && a.Description == b.Description && a.Min == b.Min && a.Max == b.Max && a.Reserved == b.Reserved
}

// check refuses what the service does not change, and a title that another group
// has.
func (in update) check(before, after devops.PCUGroup, all []devops.PCUGroup) error {
	if err := lookup.CheckPCUGroupChange(before); err != nil {
		return err
	}
	for _, g := range all {
		if in.changed("title") && g.ID != before.ID && spelling.SameName(g.Title, after.Title) {
			return exit.Failf(exit.Conflict, "PCU group %s already exists: %s", after.Title, g.ID)
		}
	}
	switch {
	case after.Reserved < before.Reserved:
		return exit.Usagef("%s has %s; reserved units cannot be removed before the subscription is renewed", before.Title, spelling.Count(before.Reserved, "reserved unit"))
	case before.Reserved == 0 && after.Reserved > 0:
		return exit.Usagef("%s is a flexible group, to which reserved units cannot be added", before.Title).
			WithHint("create another group with --reserved and move the databases").WithNext("astra pcu create --help")
	}
	return checkCapacity(after)
}

// requireUnchanged refuses to overwrite what another client changed during the
// prompt: an update replaces all settings.
func (in update) requireUnchanged(ctx context.Context, app *cli.App, session *cli.Session, before devops.PCUGroup) error {
	if app.Globals.Yes || app.Globals.DryRun {
		return nil
	}
	now, err := session.PCUs.Get(ctx, before.ID)
	if err == nil && !sameSettings(before, now) {
		err = exit.Failf(exit.Conflict, "another client changed PCU group %s; nothing was sent", before.Title)
	}
	return err
}

// capacity returns the capacity of a group in words.
func capacity(g devops.PCUGroup) string {
	text := spelling.Count(g.Max, "unit")
	if g.Min != g.Max {
		text = fmt.Sprintf("%d-%d units", g.Min, g.Max)
	}
	if g.Reserved > 0 {
		text += " (" + spelling.Count(g.Reserved, "reserved unit") + ")"
	}
	return text
}
