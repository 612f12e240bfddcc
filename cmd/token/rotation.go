package token

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
)

// A rotation is one with what it takes to report on it.
type rotation struct {
	onetime.Rotation

	roles  []lookup.RoleRef
	shown  bool // standard output is the destination
	saved  string
	places string // where the token is kept here, "" = nowhere

	listsLate string // until when a list may not show what is done now
}

// rotation prepares the rotation of a token that is listed.
func (in rotate) rotation(ctx context.Context, app *cli.App, session *cli.Session, old tokenRow, held *cli.StoredCopies) (*rotation, error) {
	if seeded, err := app.IsAdministrator(ctx, old.ClientID); err != nil {
		return nil, err
	} else if held == nil && seeded {
		return nil, exit.Refusef("the sandbox's admin token cannot be rotated").
			WithHint("rotate another token, or the login of a profile of a served sandbox")
	}
	if held != nil && in.save != "" {
		return nil, exit.Usagef("--save is not allowed: the token is already stored as %v, where the new one replaces it", held)
	}
	record := onetime.Record{Kind: onetime.Rotating, Out: in.out, Format: in.format, Old: old.ClientID}
	record.Shown = held == nil && in.save == "" && in.out == ""
	record.Order.Roles = old.Roles
	if held != nil {
		held.Note(&record)
	}
	if in.save != "" {
		saved, err := app.Saved(session, in.save)
		if err != nil {
			return nil, err
		}
		saved.Note(&record)
	}
	r, err := rebuild(ctx, app, session, record)
	if err == nil && in.copy {
		r.Destinations = append(r.Destinations, app.Clipboard()) // the last one: what is on it cannot be taken back
	}
	return r, err
}

// rebuild makes the rotation that a record of the journal describes, with its
// destinations. A record of another kind has only those.
func rebuild(ctx context.Context, app *cli.App, session *cli.Session, record onetime.Record) (*rotation, error) {
	maker, err := app.Maker(ctx, session)
	if err != nil {
		return nil, err
	}
	r := &rotation{shown: record.Shown, listsLate: app.ListsLate()}
	r.Rotation = onetime.Rotation{Maker: maker}
	if r.roles, err = session.RoleRefs(ctx, record.Order.Roles); err != nil {
		return nil, err
	}
	switch {
	case record.Held:
		held := app.HeldIn(session.APIURL, record.Places)
		r.Held, r.saved, r.places = held, held.Name(), held.String()
		r.Destinations = append(r.Destinations, held)
	case len(record.Places) > 0:
		saved, err := app.SavedIn(session.APIURL, record.Places[0])
		if err != nil {
			return nil, err
		}
		r.saved = record.Places[0].Saved
		r.Destinations = append(r.Destinations, saved)
	}
	columns := generatedColumns(true)
	if record.Kind != onetime.Generating {
		columns = rotatedColumns(true)
	}
	if record.Out != "" {
		render, err := toFile(app, record.Out, record.Format, columns, func(made devops.Credential) issuedView { return r.show(made, record.Old) })
		if err != nil {
			return nil, err
		}
		r.Destinations = append(r.Destinations, &onetime.File{Path: record.Out, Format: record.Format, Render: render})
	}
	if record.Shown {
		render := toStdout(app, columns, func(made devops.Credential) issuedView { return r.show(made, record.Old) })
		r.Destinations = append(r.Destinations, &onetime.Stdout{File: app.Stdout(), To: app.Unfiltered(), Alone: true, Render: render})
	}
	return r, nil
}

// show is the new credential as it is shown.
func (r *rotation) show(made devops.Credential, old string) issuedView {
	return issuedView{Credential: made, roles: r.roles, saved: r.saved, previous: old}
}

// advance takes the rotation as far as it goes, and reports how far that was.
func (r *rotation) advance(ctx context.Context, app *cli.App, e *onetime.Entry, finish bool) error {
	err := r.Advance(ctx, e, finish)
	if mark := r.Left(); mark != "" {
		app.Warn("an earlier attempt may have generated a token, with mark %s. To finish: %s", mark, app.Command("astra token recover"))
	}
	made, taken := r.Made()
	if err != nil && !errors.Is(err, onetime.ErrPartial) {
		return r.explainFailure(e, err)
	}
	switch {
	case r.shown && made.ClientID != "":
		app.Say("Save the secret and token now; they cannot be shown again.")
	case r.places != "":
		app.Say("The token %s is now %s.", e.Made, r.places)
	case len(taken) > 0:
		app.Say("The secret of %s is in %s.", e.Made, taken[0])
	}
	if len(taken) > 1 {
		app.Say("The token is also in %s.", strings.Join(taken[1:], " and in "))
	}
	if e.Step == onetime.Switched {
		next := "astra token rotate --due --yes"
		if app.Terminal.CI { // a later job has another home directory, without the journal
			next = "astra token delete " + e.Old + " --yes"
		}
		app.Say("The old token %s still works and is not revoked automatically. Revoke it after %s with: %s", e.Old, formatExpiry(e.Retire), app.Command(next))
		if app.Terminal.CI {
			app.Say("That command is for a later CI job. To revoke it in this job: %s", app.Command("astra token rotate "+e.Old+" --finish --yes"))
		} else {
			app.Say("To revoke it now: %s", app.Command("astra token rotate "+e.Old+" --finish"))
		}
	} else {
		noteFinished(app, e)
		app.Say("Revoked the old token %s.", e.Old)
	}
	if err != nil || r.shown {
		return err
	}
	if made.ClientID == "" { // by an earlier run
		made = credentialOf(e.Record)
	}
	return cli.PrintOne(app, rotatedColumns(false), r.show(made, e.Old))
}

// credentialOf is what the journal knows of a credential that an earlier run made.
func credentialOf(r onetime.Record) devops.Credential {
	return devops.Credential{
		ClientID: r.Made, OrgID: r.Order.OrgID, Description: r.Order.Description,
		GeneratedOn: r.MadeOn, ExpiresAt: r.Order.ExpiresAt,
	}
}

// explainFailure explains an error of a rotation by what state things are in.
func (r *rotation) explainFailure(e *onetime.Entry, err error) error {
	if e.Step == onetime.Done || errors.Is(err, onetime.ErrNothingKept) || errors.Is(err, onetime.ErrDestination) {
		return err
	}
	if errors.Is(err, onetime.ErrPending) {
		return err
	}
	if errors.Is(err, onetime.ErrUndoing) {
		return exit.Hint(err, "resume the rollback", "astra token rotate "+e.Old+" --rollback")
	}
	words := map[onetime.Step]string{
		onetime.Planned:    "nothing was changed on this machine",
		onetime.Created:    "nothing was changed on this machine",
		onetime.Delivering: "nothing was changed on this machine",
		onetime.Stored:     "the new token is stored, the old one is still in use",
		onetime.Verified:   "the new token is stored, the old one is still in use",
		onetime.Switched:   "the new token is in use, the old one is not revoked yet",
		onetime.Retired:    "the new token is in use, the old one is revoked",
	}[e.Step]
	if e.Accepted == e.Old && e.Step == onetime.Switched {
		words = "the new token is in use; the revocation of the old one was sent but could not be verified; the list may be late, try again after " + r.listsLate
	}
	next := []string{"astra token rotate " + e.Old + " --resume"}
	if list, ok := errors.AsType[*absence.IncompleteListError](err); ok && len(list.Missing) == 1 { // perhaps another administrator deleted it
		next = append([]string{"astra token recover --deleted " + list.Missing[0]}, next...)
	}
	if e.Step == onetime.Retired && errors.Is(err, absence.ErrUnproven) { // a person may know better
		next = append(next, "astra token recover --keep "+e.Old)
	}
	if !e.Step.Reached(onetime.Retired) && e.Accepted != e.Old {
		next = append(next, "astra token rotate "+e.Old+" --rollback")
	}
	return exit.Resumable(err, "the rotation is incomplete: "+words, next...)
}

func errRotationPending(err error, old string) error {
	if !errors.Is(err, onetime.ErrRotating) {
		return err
	}
	return exit.Failf(exit.Conflict, "a rotation of %s is already in progress", old).
		WithHint("resume it, finish it or roll it back").
		WithNext("astra token rotate "+old+" --resume", "astra token rotate "+old+" --finish", "astra token rotate "+old+" --rollback")
}

// matchRotation finds the open rotation that a name or a client id, the old one's or the
// new one's, means.
func (in rotate) matchRotation(app *cli.App, session *cli.Session, open []onetime.Open) (onetime.Open, bool) {
	id := in.clientID(app, session)
	at := slices.IndexFunc(open, func(o onetime.Open) bool {
		return o.Record.Kind == onetime.Rotating && (o.Record.Old == id || o.Record.Made == id) || o.ID == id
	})
	if at < 0 {
		return onetime.Open{}, false
	}
	return open[at], true
}

// clientID is the token that is named: by its client id, or its saved name.
func (in rotate) clientID(app *cli.App, session *cli.Session) string {
	if profile, err := sessionProfile(app, session); err == nil {
		if saved, found := profile.Token(in.ref); found {
			return saved.ClientID
		}
	}
	return in.ref
}
