package user

import (
	"context"
	"fmt"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// reconcile finds the outcome of a single invitation after a lost response, as
// bulk.Run does for rows: it reads the list after a delay, since the request
// may still be in progress, and sends an invitation without effect once more.
// It returns the remaining error.
func (g invitee) reconcile(ctx context.Context, app *cli.App, session *cli.Session, orgID string, err error) error {
	switch g.verdict(ctx, session) {
	case bulk.Happened:
		app.RecordChange()
		return nil
	case bulk.CannotTell:
		return err
	case bulk.DidNotHappen:
	}
	if ctx.Err() != nil { // the request may still be in progress
		return exit.Hint(err, "the invitation is not listed yet; check before you retry", "astra user list")
	}
	if err = session.Users.Invite(ctx, orgID, g.address, g.roles); !devops.MaybeApplied(err) {
		return err
	}
	switch g.verdict(ctx, session) {
	case bulk.Happened:
		app.RecordChange()
		return nil
	case bulk.DidNotHappen:
		return fmt.Errorf("%w: sent twice without effect; last error: %v", devops.ErrServer, err) //nolint:errorlint // its outcome is known now
	case bulk.CannotTell:
	}
	return err
}

// verdict determines whether an invitation took effect, also after an
// interrupt.
func (g invitee) verdict(ctx context.Context, session *cli.Session) bulk.Verdict {
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), verifyLimit)
	defer cancel()
	if cli.Pause(looking, bulk.ReconcileDelay) != nil {
		return bulk.CannotTell
	}
	verdicts, err := reconcile(session, []invitee{g})(looking, []int{0})
	if err != nil {
		return bulk.CannotTell
	}
	return verdicts[0]
}
