package tokens

import (
	"context"
	"errors"
	"slices"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
)

// A RotationRun is an operation of the journal with its destinations on this machine. For
// an issue, which cannot be resumed, only the destinations are set.
type RotationRun struct {
	onetime.Rotation
	*issuance

	Entry *onetime.Entry // nil before it begins

	app       *cli.App
	listsLate string // until when a list may not show a change of now
}

// newRotation returns the rotation that a journal record describes.
func newRotation(ctx context.Context, app *cli.App, session *cli.Session, record onetime.Record, toClipboard bool) (*RotationRun, error) {
	issuer, err := newIssuer(ctx, app, session)
	if err != nil {
		return nil, err
	}
	roles, err := session.RoleRefs(ctx, record.Request.Roles)
	if err != nil {
		return nil, err
	}
	n, err := newIssuance(app, session.APIURL, record, roles, toClipboard)
	if err != nil {
		return nil, err
	}
	issuer.RoleNames = roleNames(roles)
	r := &RotationRun{issuance: n, app: app, listsLate: app.ListsLate()}
	r.Rotation = onetime.Rotation{Issuer: issuer, Destinations: n.destinations}
	if n.stored != nil {
		r.Storage = n.stored
	}
	return r, nil
}

// Advance takes the rotation as far as it goes now, or with finish to its end. An error
// that wraps onetime.ErrPartial leaves nothing to resume; any other error says what state
// the tokens are in.
func (r *RotationRun) Advance(ctx context.Context, finish bool) error {
	err := r.Rotation.Advance(ctx, r.Entry, finish)
	if err != nil && !errors.Is(err, onetime.ErrPartial) {
		return r.explainFailure(r.Entry.Record, err)
	}
	if r.Entry.Step != onetime.Switched {
		r.recordEnd()
	}
	return err
}

// recordEnd records the end of the rotation. The record only improves a later message.
func (r *RotationRun) recordEnd() {
	if err := r.Journal.NoteFinished(r.Entry.Old, r.Entry.Made, r.app.Now()); err != nil {
		r.app.Verbosef("cannot record the end of the rotation: %v", err)
	}
}

// Leave releases the operation to other processes.
func (r *RotationRun) Leave() {
	if r.Entry != nil {
		r.Entry.Leave()
	}
}

// Result returns the new token as it is shown, without secrets if an earlier command
// issued it.
func (r *RotationRun) Result() IssuedToken {
	made, _ := r.Made()
	if made.ClientID == "" {
		e := r.Entry
		made = devops.Credential{
			ClientID: e.Made, OrgID: e.Request.OrgID, Description: e.Request.Description,
			GeneratedOn: e.MadeOn, ExpiresAt: e.Request.ExpiresAt,
		}
	}
	return r.View(made)
}

// explainFailure explains an error of a rotation by the state of its tokens.
func (r *RotationRun) explainFailure(at onetime.Record, err error) error {
	if at.Step == onetime.Done || errors.Is(err, onetime.ErrNothingKept) || errors.Is(err, onetime.ErrDestination) {
		return err
	}
	if errors.Is(err, onetime.ErrPending) {
		return err
	}
	if errors.Is(err, onetime.ErrRollingBack) {
		return exit.Hint(err, "resume the rollback", "astra token rotate "+at.Old+" --rollback")
	}
	words := map[onetime.Step]string{
		onetime.Planned:    "nothing was changed on this machine",
		onetime.Created:    "nothing was changed on this machine",
		onetime.Delivering: "nothing was changed on this machine",
		onetime.Stored:     "the new token is stored, the old one is still in use",
		onetime.Verified:   "the new token is stored, the old one is still in use",
		onetime.Switched:   "the new token is in use, the old one is not revoked yet",
		onetime.Retired:    "the new token is in use, the old one is revoked",
	}[at.Step]
	if at.Accepted == at.Old && at.Step == onetime.Switched {
		words = "the new token is in use; the revocation of the old one was sent but could not be verified; the list may be late, try again after " + r.listsLate
	}
	return exit.PartlyDone(err, "the rotation is incomplete: "+words, nextCommands(at, err)...)
}

// nextCommands returns the commands after a failure, the most likely one first.
func nextCommands(at onetime.Record, err error) []string {
	next := []string{"astra token rotate " + at.Old + " --resume"}
	if list, ok := errors.AsType[*absence.IncompleteListError](err); ok && len(list.Missing) == 1 { // perhaps another administrator deleted it
		next = append([]string{"astra token recover --deleted " + list.Missing[0]}, next...)
	}
	if at.Step == onetime.Retired && errors.Is(err, absence.ErrUnproven) { // a person may know better
		next = append(next, "astra token recover --keep "+at.Old)
	}
	if !at.Step.Reached(onetime.Retired) && at.Accepted != at.Old {
		next = append(next, "astra token rotate "+at.Old+" --rollback")
	}
	return next
}

// matchRotation returns the pending rotation whose old or new token has a client ID, nil
// if there is none.
func matchRotation(pending []onetime.PendingOperation, clientID string) *onetime.PendingOperation {
	at := slices.IndexFunc(pending, func(o onetime.PendingOperation) bool {
		return o.Record.Kind == onetime.Rotating && (o.Record.Old == clientID || o.Record.Made == clientID) || o.ID == clientID
	})
	if at < 0 {
		return nil
	}
	return &pending[at]
}

// clientIDOf returns the client ID of a token that is named by it, or by its saved name.
func clientIDOf(app *cli.App, session *cli.Session, ref string) string {
	if profile, err := sessionProfile(app, session); err == nil {
		if saved, found := profile.Token(ref); found {
			return saved.ClientID
		}
	}
	return ref
}
