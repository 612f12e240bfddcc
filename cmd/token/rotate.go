package token

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/onetime"
)

// defaultOverlap is how long the old token of a rotation stays valid, so that
// whatever uses it has time to change over.
const defaultOverlap = "24h"

type rotate struct {
	ref     string
	overlap string
	expires string
	save    string
	out     string
	format  string
	copy    bool

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
it. It revokes nothing itself then.

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
	f.StringVar(&in.save, "save", "", "save a token that is not stored yet under this `name`")
	f.StringVar(&in.out, "out", "", "write the token to this new `file`, readable only by you")
	f.BoolVar(&in.copy, "copy", false, "also copy the new token to the clipboard")
	flags.Enum(f, &in.format, "format", "", []string{"json", "csv", "env", "text"}, "`format` of the file (default by its suffix, else json)")
	f.BoolVar(&in.resume, "resume", false, "resume an interrupted rotation")
	f.BoolVar(&in.rollback, "rollback", false, "roll back: restore the old token and revoke the new one")
	f.BoolVar(&in.finish, "finish", false, "revoke the old token now and end the rotation")
	f.BoolVar(&in.due, "due", false, "revoke the old tokens of all rotations whose overlap has ended")
	completion.Flags(f, completion.Files, "out")
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
	case in.format != "" && in.out == "":
		return exit.Usagef("--format requires --out; for standard output use -o")
	}
	if err := cli.CheckOne(app, rotatedColumns(false)); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if in.resume || in.rollback || in.finish {
		return in.resumeRotation(ctx, app, session)
	}
	return in.begin(ctx, app, session)
}

// begin rotates a token.
func (in rotate) begin(ctx context.Context, app *cli.App, session *cli.Session) error {
	if err := in.checkNotRotating(app, session); err != nil {
		return err
	}
	all, err := rows(ctx, app, session)
	if err != nil {
		return err
	}
	old, err := find(all, in.ref)
	if err != nil {
		return savedButUnlisted(app, session, in.ref, err)
	}
	if err := unreplaced(old); err != nil {
		return err
	}
	held, err := app.StoredCopies(session.APIURL, old.ClientID)
	if err != nil {
		return err
	}
	order, err := in.order(ctx, app, session, old)
	if err != nil {
		return err
	}
	overlap, err := in.overlapOf(old, held)
	if err != nil {
		return err
	}
	if !order.ExpiresAt.IsZero() && !order.ExpiresAt.After(old.now.Add(overlap)) {
		return exit.Usagef("the new token would expire before the overlap of %s ends", overlap).WithHint("use a later --expires or a shorter --overlap")
	}
	r, err := in.rotation(ctx, app, session, old, held)
	if err != nil {
		return err
	}
	if err := app.Confirm(ctx, "%s", in.question(old, held, overlap)); err != nil {
		return err
	}
	if app.Globals.DryRun {
		if overlap == 0 {
			app.Say("Would generate a new token and immediately revoke %s.", old.ClientID)
		} else {
			app.Say("Would generate a new token. %s would still work and not be revoked automatically; it would be due after %s.", old.ClientID, in.overlapWords())
		}
		_, err := session.Tokens.Create(ctx, devops.NewToken(order))
		return err
	}
	if r.shown && !in.copy {
		warnOfLog(app)
	}
	entry, err := r.Begin(ctx, old.ClientID, order, overlap)
	if err != nil {
		return errRotationPending(err, old.ClientID)
	}
	defer entry.Leave()
	return r.advance(ctx, app, entry, false)
}

// order is what the new token is to be: what the old one is.
func (in rotate) order(ctx context.Context, app *cli.App, session *cli.Session, old tokenRow) (onetime.Order, error) {
	order := onetime.Order{Roles: old.Roles, Description: app.Secrets.Redact(old.description)} // it may contain a token
	if len(old.Roles) == 0 {
		return order, exit.Failf(exit.Conflict, "%s has no roles, and a token without roles cannot be generated", old.ClientID).
			WithHint("generate a token with the roles you need, and revoke this one")
	}
	var err error
	if order.OrgID, err = session.OrgID(ctx); err != nil {
		return order, err
	}
	switch {
	case in.expires != "":
		order.ExpiresAt, err = flags.ParseExpiry("--expires", in.expires, old.now)
	case old.lacksTimestamps():
		app.Warn("the list shows neither description nor expiry of %s; the new token has none, except an expiry given by --expires", old.ClientID)
	case !old.ExpiresAt.IsZero():
		life := old.ExpiresAt.Sub(old.GeneratedOn)
		if life > time.Hour {
			life = life.Round(time.Minute) // else it loses a second each time
		}
		order.ExpiresAt = old.now.Add(life).UTC().Truncate(time.Second)
	}
	return order, err
}

// overlapOf is how long the old token stays valid.
func (in rotate) overlapOf(old tokenRow, held *cli.StoredCopies) (time.Duration, error) {
	if in.overlap == "0" || in.overlap == "0s" || in.overlap == "" && old.current && held != nil && held.Login() {
		return 0, nil
	}
	return flags.ParseDuration("--overlap", in.overlapWords())
}

// overlapWords is the overlap as it was given.
func (in rotate) overlapWords() string { return cmp.Or(in.overlap, defaultOverlap) }

func (in rotate) question(old tokenRow, held *cli.StoredCopies, overlap time.Duration) string {
	question := "Rotate " + old.ClientID + " (" + old.words() + ")?"
	if held != nil {
		question += " The new token becomes " + held.String() + "."
	}
	if overlap == 0 {
		return question + " The old token is revoked immediately."
	}
	return question + " The old token works until you revoke it; it is due after " + in.overlapWords() + "."
}

// checkNotRotating refuses a token of a rotation that has not ended, be it the old one or
// the new one.
func (in rotate) checkNotRotating(app *cli.App, session *cli.Session) error {
	_, open, err := app.Operations()
	if err != nil {
		return err
	}
	if o, found := in.matchRotation(app, session, open); found {
		return errRotationPending(onetime.ErrRotating, o.ID)
	}
	return nil
}
