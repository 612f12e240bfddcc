package token

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/tokens"
)

// defaultOverlap is how long the old token of a rotation stays valid, so that clients
// have time to switch.
const defaultOverlap = "24h"

type rotate struct {
	tokens.Delivery

	ref     string
	overlap string
	expires string

	resume, rollback, finish, due bool
}

func newRotate(app *cli.App) *cobra.Command {
	var in rotate
	cmd := &cobra.Command{
		Use:        "rotate TOKEN",
		SuggestFor: []string{"renew", "refresh", "regenerate"},
		Short:      "Replace a token with a new one with the same rights",
		Long: `Replace a token with a new one with the same roles, description and lifetime.
The token is identified by its client ID or saved name.

The new token is generated, stored beside the old one and tested. Then one
change of the configuration replaces the old token: its saved name, the
databases it is selected for, and the login of profiles. The old token stays
valid for --overlap so that running clients can switch. Nothing revokes it
automatically: run "astra token rotate --due" from cron, or --finish when all
clients have switched. If it is the stored login in use, it is revoked
immediately.

--due and --finish require the journal of the machine that rotated. Without it,
as on a CI runner, --due lists the rotations whose old token still works, found
by marks in the token list, with the "astra token delete" command that revokes
it. It revokes nothing itself then, and exits with status 10.

A token that already has a replacement is not rotated again: the command exits
with status 7 and names the replacement. First revoke the one not in use.

A token that is not stored on this machine is written to --save or --out, else
to standard output, and you must update the clients yourself. --copy also copies
the new token to the clipboard, as "astra token generate" does.

Each step is recorded before the next one. --resume resumes an interrupted
rotation, --rollback restores the old token if it is not revoked yet, and
--finish revokes the old token now.`,
		Example: "  astra token generate --role 'RO User' --save orders\n" +
			"  astra token rotate orders --overlap 1h --yes\n" +
			"  astra token rotate orders --finish --yes\n" +
			"  astra token rotate --due --yes",
		Args:        cli.Args("[TOKEN]"),
		Annotations: completion.Args(completion.Tokens),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.ref = strings.Join(args, "")
			return in.run(cmd.Context(), app)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.overlap, "overlap", "", "`duration` until the old token is due for revocation, such as 24h, or 0 (default "+defaultOverlap+"; 0 for the stored login in use)")
	f.StringVar(&in.expires, "expires", "", "`time` at which the new token expires: "+flags.ExpiryForms+" (default: same lifetime as the old one)")
	f.StringVar(&in.Save, "save", "", "save a token that is not stored yet under this `name`")
	f.StringVar(&in.Out, "out", "", "write the token to this new `file`, readable only by you")
	f.BoolVar(&in.Copy, "copy", false, "also copy the new token to the clipboard")
	flags.Enum(f, &in.Format, "format", "", []string{"json", "csv", "env", "text"}, "`format` of the file (default by its suffix, else json)")
	completion.Flags(f, completion.Files, "out")
	f.BoolVar(&in.resume, "resume", false, "resume an interrupted rotation")
	f.BoolVar(&in.rollback, "rollback", false, "roll back: restore the old token and revoke the new one")
	f.BoolVar(&in.finish, "finish", false, "revoke the old token now and end the rotation")
	f.BoolVar(&in.due, "due", false, "revoke the old tokens of all rotations whose overlap has ended")
	for _, other := range []string{"resume", "rollback", "finish", "due"} {
		for _, begins := range []string{"overlap", "expires", "save", "out", "format", "copy"} {
			cmd.MarkFlagsMutuallyExclusive(other, begins)
		}
	}
	cmd.MarkFlagsMutuallyExclusive("resume", "rollback", "finish", "due")
	return cmd
}

func (in rotate) run(ctx context.Context, app *cli.App) error {
	switch {
	case in.due && in.ref != "":
		return exit.Usagef("--due takes no token; to finish one rotation use --finish")
	case in.due:
		return finishDue(ctx, app)
	case in.ref == "":
		return exit.Usagef("TOKEN is required").WithNext("astra token list")
	case in.Format != "" && in.Out == "":
		return exit.Usagef("--format requires --out; for standard output use -o")
	}
	if err := cli.CheckOne(app, tokens.RotatedColumns(false)); err != nil {
		return err
	}
	options, err := in.options(app)
	if err != nil {
		return err
	}
	session, err := app.Session(ctx)
	switch {
	case err != nil:
		return err
	case in.rollback:
		return in.rollBack(ctx, app, session)
	case in.resume || in.finish:
		return in.continueRotation(ctx, app, session)
	}
	plan, err := tokens.PlanRotation(ctx, app, session, in.ref, options)
	if err != nil {
		return err
	}
	if err := app.Confirm(ctx, "%s", plan.Question()); err != nil {
		return err
	}
	if app.Globals.DryRun {
		return plan.DryRun(ctx)
	}
	if plan.Shown {
		warnOfLog(app)
	}
	r, err := plan.Start(ctx)
	defer r.Leave()
	if err != nil {
		return err
	}
	return advance(ctx, app, r, false)
}

// options reads the flags of a new rotation.
func (in rotate) options(app *cli.App) (tokens.RotationOptions, error) {
	o := tokens.RotationOptions{Delivery: in.Delivery, OverlapText: cmp.Or(in.overlap, defaultOverlap), DefaultOverlap: in.overlap == ""}
	now, err := app.ServiceNow()
	if err != nil {
		return o, err
	}
	if o.ExpiresAt, err = flags.ParseExpiry("--expires", in.expires, now); err != nil {
		return o, err
	}
	if in.overlap != "0" && in.overlap != "0s" {
		o.Overlap, err = flags.ParseDuration("--overlap", o.OverlapText)
	}
	return o, err
}

// continueRotation takes a pending rotation as far as it goes, with --finish to its end.
func (in rotate) continueRotation(ctx context.Context, app *cli.App, session *cli.Session) error {
	r, err := tokens.TakeRotation(ctx, app, session, in.ref, in.finish)
	if err != nil {
		return err
	}
	defer r.Leave()
	finish := in.finish || r.Entry.Step == onetime.Retired
	question := "Resume the rotation of " + r.Entry.Old + "?"
	if finish {
		question = "Revoke the old token " + r.Entry.Old + " now?"
	}
	if err := app.Confirm(ctx, "%s", question); err != nil {
		return err
	}
	if app.DryRunf("resume the rotation of %s (%s)", r.Entry.Old, string(r.Entry.Step)) {
		return nil
	}
	return advance(ctx, app, r, finish)
}

// advance takes a rotation as far as it goes, and reports how far that was.
func advance(ctx context.Context, app *cli.App, r *tokens.RotationRun, finish bool) error {
	err := r.Advance(ctx, finish)
	if mark := r.AbandonedMark(); mark != "" {
		app.Warn("an earlier attempt may have generated a token, with mark %s. To finish: %s", mark, app.Command("astra token recover"))
	}
	if err != nil && !errors.Is(err, onetime.ErrPartial) {
		return err
	}
	made, taken := r.Made()
	e := r.Entry
	switch {
	case r.Shown && made.ClientID != "":
		app.Say("Save the secret and token now; they cannot be shown again.")
	case r.StoredAs != "":
		app.Say("The token %s is now %s.", e.Made, r.StoredAs)
	case len(taken) > 0:
		app.Say("The secret of %s is in %s.", e.Made, taken[0])
	}
	if len(taken) > 1 {
		app.Say("The token is also in %s.", strings.Join(taken[1:], " and in "))
	}
	if e.Step == onetime.Switched {
		sayDue(app, e.Record)
	} else {
		app.Say("Revoked the old token %s.", e.Old)
	}
	if err != nil || r.Shown {
		return err
	}
	return cli.PrintOne(app, tokens.RotatedColumns(false), r.Result())
}

// sayDue says how to revoke the old token of a rotation, now and when it is due.
func sayDue(app *cli.App, r onetime.Record) {
	next := "astra token rotate --due --yes"
	if app.Terminal.CI { // a later job has another home directory, without the journal
		next = "astra token delete " + r.Old + " --yes"
	}
	app.Say("The old token %s still works and is not revoked automatically. Revoke it after %s with: %s", r.Old, tokens.FormatTime(r.Retire), app.Command(next))
	if app.Terminal.CI {
		app.Say("That command is for a later CI job. To revoke it in this job: %s", app.Command("astra token rotate "+r.Old+" --finish --yes"))
	} else {
		app.Say("To revoke it now: %s", app.Command("astra token rotate "+r.Old+" --finish"))
	}
}

// rollBack restores the old token of a pending rotation.
func (in rotate) rollBack(ctx context.Context, app *cli.App, session *cli.Session) error {
	r, err := tokens.TakeRotation(ctx, app, session, in.ref, false)
	if err != nil {
		return err
	}
	defer r.Leave()
	old, made := r.Entry.Old, r.Entry.Made
	if err := app.Confirm(ctx, "Roll back the rotation of %s and revoke the new token?", old); err != nil {
		return err
	}
	if app.DryRunf("roll back the rotation of %s (%s)", old, string(r.Entry.Step)) {
		return nil
	}
	ended, err := r.RollBack(ctx)
	if ended {
		app.Say("Rolled back the rotation of %s.", old)
	}
	if err == nil && made != "" {
		app.Say("Revoked the new token %s.", made)
	}
	return err
}

// finishDue revokes the old tokens of all rotations whose overlap has ended.
func finishDue(ctx context.Context, app *cli.App) error {
	if err := cli.CheckList(app, dueColumns()); err != nil {
		return err
	}
	due, rotating, err := tokens.DueRotations(app)
	if err != nil {
		return err
	}
	if !rotating {
		if org, replaced, err := tokens.FindReplaced(ctx, app); err != nil {
			return err
		} else if len(replaced) > 0 {
			return printReplaced(app, org, replaced)
		}
	}
	if len(due) > 0 {
		if err := app.Confirm(ctx, "Revoke %s (overlap ended)?", strings.Join(due, ", ")); err != nil {
			return err
		}
	}
	var (
		done    []tokens.IssuedToken
		failure error
		failed  bool // an old token is not revoked
	)
	for _, id := range due {
		result, finished, err := tokens.FinishDue(ctx, app, id)
		failure, failed = errors.Join(failure, err), failed || err != nil && !finished
		if finished {
			app.Say("Revoked the old token %s.", id)
			done = append(done, result)
		}
	}
	if failed && len(done) > 0 {
		failure = exit.Partial(failure, "the others were revoked")
	}
	return errors.Join(failure, cli.Print(app, dueColumns(), done, "No rotations of this machine are due."))
}

// printReplaced prints the rotations of other machines. Their overlaps are not in the list,
// so none of their old tokens is revoked, and the answer is negative.
func printReplaced(app *cli.App, org string, replaced []tokens.Token) error {
	app.Say("No rotations in the journal of this machine. The token list shows these of other machines; nothing was revoked.")
	if err := sayReplaced(app, replaced); err != nil {
		return err
	}
	var found []tokens.IssuedToken
	for _, old := range replaced {
		for _, s := range old.Successors {
			made := devops.Credential{ClientID: s.ClientID, OrgID: org, Description: s.Text, GeneratedOn: s.GeneratedOn, ExpiresAt: s.ExpiresAt}
			found = append(found, tokens.IssuedToken{Credential: made, Roles: s.RoleRefs, Saved: s.Saved, Previous: old.ClientID, Action: "not revoked: no journal here"})
		}
	}
	if err := cli.Print(app, dueColumns(), found, ""); err != nil {
		return err
	}
	return exit.ErrNegative
}
