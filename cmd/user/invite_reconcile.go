package user

import (
	"context"
	"fmt"
	"time"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// reconcile settles one invitation whose answer was lost as bulk.Run does those of
// several rows: the list tells, after a moment in which the request may still be
// on its way, and what did not happen is sent once more. It returns what remains
// of err.
func (g invitee) reconcile(ctx context.Context, app *cli.App, session *cli.Session, orgID string, err error) error {
	switch g.verdict(ctx, session) {
	case bulk.Happened:
		app.Changed()
		return nil
	case bulk.CannotTell:
		return err
	case bulk.DidNotHappen:
	}
	if ctx.Err() != nil { // who hung up cannot know what is still on its way
		return exit.Hint(err, "the list does not show the invitation yet: look before you run this again", "astra user list")
	}
	if err = session.Users.Invite(ctx, orgID, g.address, g.roles); !devops.MaybeApplied(err) {
		return err
	}
	switch g.verdict(ctx, session) {
	case bulk.Happened:
		app.Changed()
		return nil
	case bulk.DidNotHappen:
		return fmt.Errorf("%w: it did not happen, though it was sent twice; the last time: %v", devops.ErrServer, err) //nolint:errorlint // its outcome is known now
	case bulk.CannotTell:
	}
	return err
}

// verdict looks whether an invitation took place, also after an interruption.
func (g invitee) verdict(ctx context.Context, session *cli.Session) bulk.Verdict {
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	if cli.Pause(looking, time.Second) != nil {
		return bulk.CannotTell
	}
	verdicts, err := settle(session, []invitee{g})(looking, []int{0})
	if err != nil {
		return bulk.CannotTell
	}
	return verdicts[0]
}
