package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/secret"
)

// JournalDir is the journal's directory in that of the state.
const JournalDir = "pending"

// Journal is where operations with one-time secrets are written down.
func (a *App) Journal() (onetime.Journal, error) {
	paths, err := a.Paths()
	if paths.State == "" {
		return onetime.Journal{}, err
	}
	return onetime.Journal{Dir: filepath.Join(paths.State, JournalDir)}, nil
}

// Operations returns the journal and its pending operations.
func (a *App) Operations() (onetime.Journal, []onetime.Open, error) {
	journal, err := a.Journal()
	if err != nil {
		return journal, nil, err
	}
	open, err := journal.List()
	return journal, open, err
}

// JournalIfAny is Journal for commands that need only a token: without a home
// directory they have the zero Journal, as no operation can have been begun.
func (a *App) JournalIfAny() (onetime.Journal, error) {
	journal, err := a.Journal()
	if errors.Is(err, config.ErrNoHome) {
		return onetime.Journal{}, nil
	}
	return journal, err
}

// Maker makes credentials through a session.
func (a *App) Maker(ctx context.Context, session *Session) (onetime.Maker, error) {
	journal, err := a.Journal()
	if err != nil {
		return onetime.Maker{}, err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return onetime.Maker{}, err
	}
	now, err := a.ServiceNow()
	ahead := now.Sub(a.Now())
	return onetime.Maker{
		Tokens: session.Tokens, Orgs: session.Orgs, Caller: session.ClientID, With: a.with(session), Journal: journal, OrgID: org, Profile: session.Profile.Name, Rand: a.Rand,
		Now: a.Now, Clock: func() time.Time { return a.Now().Add(ahead) }, Known: a.storedClientIDs(session.APIURL, org),
		Rejected: func(ctx context.Context, id string) (bool, error) { return a.Rejected(ctx, session, id) },
	}, err
}

// storedClientIDs returns the client ids of an organization whose secrets are stored here.
func (a *App) storedClientIDs(apiURL, orgID string) []string {
	cfg, err := a.Config()
	if err != nil {
		return nil
	}
	var ids []string
	for _, p := range cfg.Profiles {
		if !a.sandboxed && (serviceOf(p) != apiURL || p.Org.ID != orgID) {
			continue
		}
		if p.ClientID != "" && p.Store != string(credential.Env) {
			ids = append(ids, p.ClientID)
		}
		for _, t := range p.Tokens {
			ids = append(ids, t.ClientID)
		}
	}
	return ids
}

// with opens the service of a session with another token.
func (a *App) with(session *Session) func(context.Context, secret.Text) (*devops.Client, error) {
	return func(_ context.Context, text secret.Text) (*devops.Client, error) {
		token, err := secret.ParseToken(text.Reveal())
		if err != nil {
			return nil, err
		}
		other, err := a.Connect(token, session.APIURL)
		if err != nil {
			return nil, err
		}
		return other.Client, nil
	}
}

// Witness returns what decides whether tokens of a session's organization are gone.
// before are the tokens that its list showed.
func (a *App) Witness(session *Session, before []devops.Token) (*onetime.Witness, error) {
	journal, err := a.JournalIfAny()
	if err != nil {
		return nil, err
	}
	now, err := a.ServiceNow()
	if err != nil {
		return nil, err
	}
	ahead := now.Sub(a.Now())
	w := &onetime.Witness{
		Tokens: session.Tokens, Journal: journal, Caller: session.ClientID,
		Now:      func() time.Time { return a.Now().Add(ahead) },
		Rejected: func(ctx context.Context, id string) (bool, error) { return a.Rejected(ctx, session, id) },
	}
	w.Expect(before)
	return w, nil
}

// Rejected reports whether the service, asked with a token that is stored here or is
// the session's own, says clearly that there is no such token. It reports false for
// a token whose secret is not stored.
func (a *App) Rejected(ctx context.Context, session *Session, clientID string) (bool, error) {
	client := session.Client
	if clientID != session.ClientID {
		held, err := a.StoredCopies(session.APIURL, clientID)
		if err != nil || held == nil {
			return false, err
		}
		text, err := held.Load(ctx, clientID)
		switch {
		case errors.Is(err, credential.ErrNotFound):
			return false, nil
		case err != nil:
			return false, err
		}
		if client, err = a.with(session)(ctx, text); err != nil {
			return false, err
		}
	}
	_, err := client.Orgs.Current(ctx)
	return devops.NoSuchToken(err), nil
}

// untold marks a command that does not tell of unsettled operations.
const untold = "untold"

// WithoutPendingNotice marks cmd as one that does not tell of unsettled operations, because it
// runs at every prompt, or because it is about them anyway.
func WithoutPendingNotice(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[untold] = "true"
	return cmd
}

// warnPending says in one line which operations earlier runs did not finish.
func (a *App) warnPending(cmd *cobra.Command) {
	if due := cmd.Flags().Lookup("due"); isEvaluated(cmd) || due != nil && due.Changed { // it is about to settle it
		return
	}
	for c := cmd; c != nil; c = c.Parent() {
		if c.Annotations[untold] != "" {
			return
		}
	}
	words, next, err := a.Unfinished()
	if errors.Is(err, config.ErrNoHome) {
		return // doctor tells
	}
	if err != nil {
		a.Warn("cannot check for unfinished operations: %v", err)
		return
	}
	if len(words) == 0 {
		return
	}
	const most = 3
	if len(words) > most {
		words = append(words[:most], fmt.Sprintf("and %d more", len(words)-most))
	}
	if until := a.undecided(); until != "" {
		a.Warn("unfinished: %s. To finish: %s; unless it is listed by then, there is nothing to do before %s", strings.Join(words, ", "), a.Command(next), until)
		return
	}
	a.Warn("unfinished: %s. To finish: %s", strings.Join(words, ", "), a.Command(next))
}

// undecided says until when a request whose answer was lost may still be carried out, if
// only such requests are unfinished; else it is empty.
func (a *App) undecided() string {
	journal, err := a.Journal()
	if err != nil {
		return ""
	}
	all, err := journal.List()
	if err != nil {
		return ""
	}
	now, err := a.ServiceNow()
	if err != nil {
		return ""
	}
	var until time.Time
	for _, o := range all {
		switch end := o.Record.Undecided(a.Now()); {
		case !o.Unfinished(now):
		case o.Err != nil || end.IsZero():
			return "" // there is something to do at once
		case until.IsZero() || end.Before(until):
			until = end
		}
	}
	if until.IsZero() {
		return ""
	}
	return TimeOfDay(until)
}

// Unfinished names the operations that earlier runs did not finish, and the command
// that does.
func (a *App) Unfinished() (words []string, next string, err error) {
	journal, err := a.Journal()
	if err != nil {
		return nil, "", err
	}
	all, err := journal.List()
	if err != nil || len(all) == 0 {
		return nil, "", err
	}
	now, err := a.ServiceNow()
	if err != nil {
		return nil, "", err
	}
	next = "astra token rotate --due --yes"
	for _, o := range all {
		if o.Unfinished(now) {
			words = append(words, describeOperation(o))
			if !isDue(o) {
				next = "astra token recover"
			}
		}
	}
	return words, next, nil
}

// isDue reports whether only the old token of a rotation is left to be revoked.
func isDue(o onetime.Open) bool {
	return o.Err == nil && o.Record.Kind == onetime.Rotating && o.Record.Step == onetime.Switched
}

// describeOperation names what an operation left: the client id if it is known, else the
// mark in the description.
func describeOperation(o onetime.Open) string {
	r := o.Record
	switch {
	case errors.Is(o.Err, onetime.ErrDamaged) && r.Made == "" || r.Kind == "":
		return "a damaged journal file " + o.Path
	case isDue(o):
		return "the old token " + r.Old + " of a rotation, which is due to be revoked"
	case r.Kind == onetime.Rotating:
		if !r.Step.Reached(onetime.Verified) { // what was made may not be what the answer named
			return "the rotation of " + r.Old + ", with mark " + r.Nonce
		}
		return "the rotation of " + r.Old
	case r.Made != "":
		return "the token " + r.Made
	}
	if r.Named != "" {
		return "a token that may have been generated, perhaps " + r.Named + ", with mark " + r.Nonce
	}
	return "a token that may have been generated, with mark " + r.Nonce
}

// CheckNoRotation fails with status 7 if a rotation is open that concerns what is
// about to be changed: it would not find its tokens again.
func (a *App) CheckNoRotation(doing string, concerns func(onetime.Record) bool) error {
	journal, err := a.JournalIfAny()
	if err != nil {
		return err
	}
	all, err := journal.List()
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Record.Kind != onetime.Rotating || !concerns(o.Record) {
			continue
		}
		return exit.Failf(exit.Conflict, "cannot %s: the rotation of %s is unfinished", strings.TrimPrefix(doing, "to "), o.Record.Old).
			WithHint("finish it or roll it back first").
			WithNext("astra token rotate "+o.Record.Old+" --finish", "astra token rotate "+o.Record.Old+" --rollback")
	}
	return nil
}

// InProfile reports whether a rotation keeps a token in a profile.
func InProfile(name string) func(onetime.Record) bool {
	return func(r onetime.Record) bool {
		return slices.ContainsFunc(r.Places, func(p onetime.Place) bool { return p.Profile == name })
	}
}

// ProfileOf returns the first profile of an organization that keeps a login.
func (a *App) ProfileOf(orgID string) (string, bool) {
	cfg, err := a.Config()
	if err != nil {
		return "", false
	}
	at := slices.IndexFunc(cfg.Profiles, func(p config.Profile) bool { return p.Org.ID == orgID })
	if at < 0 {
		return "", false
	}
	return cfg.Profiles[at].Name, true
}

// Names reports whether the configuration says that a token is kept somewhere.
func (a *App) Names(clientID string) (bool, error) {
	cfg, err := a.Config()
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(cfg.Profiles, func(p config.Profile) bool {
		return p.ClientID == clientID || slices.ContainsFunc(p.Tokens, func(t config.SavedToken) bool { return t.ClientID == clientID })
	}), nil
}
