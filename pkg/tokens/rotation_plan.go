package tokens

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
)

// RotationOptions says how a token is rotated.
type RotationOptions struct {
	Delivery

	Overlap        time.Duration
	OverlapText    string    // as the user gave it
	DefaultOverlap bool      // not given by the user
	ExpiresAt      time.Time // of the new token; zero = the lifetime of the old one
}

// overlap returns how long both tokens work. The login in use needs no overlap: this
// machine uses the new one at once.
func (o RotationOptions) overlap(isStoredLogin bool) time.Duration {
	if o.DefaultOverlap && isStoredLogin {
		return 0
	}
	return o.Overlap
}

// A RotationPlan is a rotation that was checked and has not begun.
type RotationPlan struct {
	*RotationRun

	app     *cli.App
	session *cli.Session
	old     Token
	request onetime.Request
	overlap time.Duration
	options RotationOptions
}

// PlanRotation checks whether the token that ref names can be rotated, and plans that.
func PlanRotation(ctx context.Context, app *cli.App, session *cli.Session, ref string, o RotationOptions) (*RotationPlan, error) {
	_, pending, err := pendingOperations(app)
	if err != nil {
		return nil, err
	}
	if found := matchRotation(pending, clientIDOf(app, session, ref)); found != nil {
		return nil, explainPending(onetime.ErrRotating, found.ID)
	}
	session.Ahead(ctx, lookup.Org())
	if err := checkSavedOrg(ctx, app, session, ref); err != nil {
		return nil, err
	}
	all, err := List(ctx, app, session)
	if err != nil {
		return nil, err
	}
	old, err := Find(all, ref)
	if err != nil {
		return nil, ExplainUnlisted(app, session, ref, err)
	}
	if err := checkNotReplaced(old); err != nil {
		return nil, err
	}
	stored, err := findStoredCopies(app, session.APIURL, old.ClientID)
	if err != nil {
		return nil, err
	}
	p := &RotationPlan{app: app, session: session, old: old, options: o}
	p.overlap = o.overlap(old.Current && stored != nil && stored.Login())
	if p.request, err = replacementOf(ctx, app, session, old, o.ExpiresAt); err != nil {
		return nil, err
	}
	if !p.request.ExpiresAt.IsZero() && !p.request.ExpiresAt.After(old.Now.Add(p.overlap)) {
		return nil, exit.Usagef("the new token would expire before the overlap of %s ends", p.overlap).WithHint("use a later --expires or a shorter --overlap")
	}
	if err := checkDestination(ctx, app, old.ClientID, stored, o.Save); err != nil {
		return nil, err
	}
	record, err := o.record(app, session, stored)
	if err != nil {
		return nil, err
	}
	record.Kind, record.Old, record.Request.Roles = onetime.Rotating, old.ClientID, old.Roles
	p.RotationRun, err = newRotation(ctx, app, session, record, o.Copy)
	return p, err
}

// checkSavedOrg refuses to rotate a saved token of another organization than that of the
// login: the new token would belong to that of the login, also where a token of the
// enterprise lists both.
func checkSavedOrg(ctx context.Context, app *cli.App, session *cli.Session, ref string) error {
	saved, err := findSaved(app, session, ref)
	if err != nil || saved.OrgID == "" {
		return err
	}
	own, err := session.OrgID(ctx)
	if err != nil || saved.OrgID == own {
		return err
	}
	return exit.Refusef("%s (%s) belongs to organization %s, and the login in use to another one", saved.Name, saved.ClientID, saved.OrgID).
		WithHint("rotate it with a login of that organization")
}

// checkDestination refuses to rotate the sandbox's seeded token, which could not be used
// again, and a second destination in a store.
func checkDestination(ctx context.Context, app *cli.App, clientID string, stored *storedCopies, save string) error {
	seeded, err := app.IsAdministrator(ctx, clientID)
	switch {
	case err != nil:
		return err
	case stored == nil && seeded:
		return exit.Refusef("the sandbox's admin token cannot be rotated").
			WithHint("rotate another token, or the login of a profile of a served sandbox")
	case stored != nil && save != "":
		return exit.Usagef("--save is not allowed: the token is already stored as %v, where the new one replaces it", stored)
	}
	return nil
}

// replacementOf returns the request of a token with the same rights as an old one. Without
// a time it has the same lifetime.
func replacementOf(ctx context.Context, app *cli.App, session *cli.Session, old Token, expiresAt time.Time) (onetime.Request, error) {
	request := onetime.Request{Roles: old.Roles, Description: app.Secrets.Redact(old.Text)} // it may contain a token
	if len(old.Roles) == 0 {
		return request, exit.Failf(exit.Conflict, "%s has no roles, and a token without roles cannot be generated", old.ClientID).
			WithHint("generate a token with the roles you need, and revoke this one")
	}
	if expiresAt.IsZero() && old.LacksTimes() {
		app.Warn("the list shows neither description nor expiry of %s; the new token has none, except an expiry given by --expires", old.ClientID)
	}
	request.ExpiresAt = expiresAt
	if expiresAt.IsZero() {
		request.ExpiresAt = sameLifetime(old)
	}
	var err error
	request.OrgID, err = session.OrgID(ctx)
	return request, err
}

// sameLifetime returns when a token expires that begins now and works as long as an old
// one; zero if that never expires.
func sameLifetime(old Token) time.Time {
	if old.ExpiresAt.IsZero() {
		return time.Time{}
	}
	life := old.ExpiresAt.Sub(old.GeneratedOn)
	if life == math.MaxInt64 { // more than a Duration holds
		return old.ExpiresAt
	}
	if life > time.Hour {
		life = life.Round(time.Minute) // or each rotation would lose a second
	}
	return old.Now.Add(life).UTC().Truncate(time.Second)
}

// Question asks for the confirmation of the rotation.
func (p *RotationPlan) Question() string {
	question := "Rotate " + p.old.ClientID + " (" + p.old.Describe() + ")?"
	if p.StoredAs != "" {
		question += " The new token becomes " + p.StoredAs + "."
	}
	if p.overlap == 0 {
		return question + " The old token is revoked immediately."
	}
	return question + " The old token works until you revoke it; it is due after " + p.options.OverlapText + "."
}

// DryRun shows the request, and says what would follow it.
func (p *RotationPlan) DryRun(ctx context.Context) error {
	if p.overlap == 0 {
		p.app.Say("Would generate a new token and immediately revoke %s.", p.old.ClientID)
	} else {
		p.app.Say("Would generate a new token. %s would still work and not be revoked automatically; it would be due after %s.", p.old.ClientID, p.options.OverlapText)
	}
	own := p.request.OrgID // a rotation stays in the organization of the session
	_, err := p.session.Tokens.Create(ctx, p.request.NewToken(own))
	return err
}

// Start records the rotation in the journal. Its caller must call Leave.
func (p *RotationPlan) Start(ctx context.Context) (*RotationRun, error) {
	return p.RotationRun, p.begin(ctx, p.request, p.overlap)
}

// begin records the rotation in the journal, whose entry it keeps until Leave.
func (r *RotationRun) begin(ctx context.Context, request onetime.Request, overlap time.Duration) (err error) {
	r.Entry, err = r.Begin(ctx, r.previous, request, overlap)
	return explainPending(err, r.previous)
}

// explainPending explains that a rotation of the token is pending, if err says so.
func explainPending(err error, old string) error {
	if !errors.Is(err, onetime.ErrRotating) {
		return err
	}
	return exit.Failf(exit.Conflict, "a rotation of %s is already in progress", old).
		WithHint("resume it, finish it or roll it back").
		WithNext("astra token rotate "+old+" --resume", "astra token rotate "+old+" --finish", "astra token rotate "+old+" --rollback")
}
