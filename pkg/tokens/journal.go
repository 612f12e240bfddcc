package tokens

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/secret"
)

// JournalDir is the directory of the journal in the state directory.
const JournalDir = "pending"

// openJournal returns the journal of token operations.
func openJournal(app *cli.App) (onetime.Journal, error) {
	paths, err := app.Paths()
	if paths.State == "" {
		return onetime.Journal{}, err
	}
	return onetime.Journal{Dir: filepath.Join(paths.State, JournalDir)}, nil
}

// pendingOperations returns the journal and its pending operations.
func pendingOperations(app *cli.App) (onetime.Journal, []onetime.PendingOperation, error) {
	journal, err := openJournal(app)
	if err != nil {
		return journal, nil, err
	}
	open, err := journal.List()
	return journal, open, err
}

// openJournalIfAny is openJournal for commands that need only a token: without a home
// directory they get the empty journal, because no operation can have begun.
func openJournalIfAny(app *cli.App) (onetime.Journal, error) {
	journal, err := openJournal(app)
	if errors.Is(err, config.ErrNoHome) {
		return onetime.Journal{}, nil
	}
	return journal, err
}

// newIssuer returns an issuer of credentials with a session.
func newIssuer(ctx context.Context, app *cli.App, session *cli.Session) (onetime.Issuer, error) {
	journal, err := openJournal(app)
	if err != nil {
		return onetime.Issuer{}, err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return onetime.Issuer{}, err
	}
	now, err := app.ServiceNow()
	ahead := now.Sub(app.Now())
	return onetime.Issuer{
		Tokens: session.Tokens, Orgs: session.Orgs, Caller: session.ClientID, With: openWith(app, session), Journal: journal, OrgID: org, Profile: session.Profile.Name, Rand: app.Rand,
		Now: app.Now, ServiceTime: func() time.Time { return app.Now().Add(ahead) }, Known: storedClientIDs(app, session.APIURL, org),
		Before: func(ctx context.Context) ([]devops.Token, error) {
			return lookup.Answer(ctx, session.Directory, lookup.Tokens())
		},
		Rejected: func(ctx context.Context, id string) (bool, error) { return isRejected(ctx, app, session, id) },
	}, err
}

// storedClientIDs returns the client IDs of the tokens of an organization that are
// stored on this machine.
func storedClientIDs(app *cli.App, apiURL, orgID string) []string {
	cfg, err := app.Config()
	if err != nil {
		return nil
	}
	var ids []string
	for _, p := range cfg.Profiles {
		if !app.UsesSandbox() && (cli.ServiceOf(p) != apiURL || p.Org.ID != orgID) {
			continue
		}
		if p.ClientID != "" && p.Store != string(credential.Env) {
			ids = append(ids, p.ClientID)
		}
		for _, t := range p.Tokens {
			if t.OrgID == "" || t.OrgID == orgID {
				ids = append(ids, t.ClientID)
			}
		}
	}
	return ids
}

// openWith returns a function that opens the service of a session with another token.
func openWith(app *cli.App, session *cli.Session) func(context.Context, secret.Text) (*devops.Client, error) {
	return func(_ context.Context, text secret.Text) (*devops.Client, error) {
		token, err := secret.ParseToken(text.Reveal())
		if err != nil {
			return nil, err
		}
		other, err := app.Connect(token, session.APIURL)
		if err != nil {
			return nil, err
		}
		return other.Client, nil
	}
}

// newWitness returns a witness that decides whether tokens of the session's
// organization are deleted. before are the tokens that its list showed.
func newWitness(app *cli.App, session *cli.Session, before []devops.Token) (*onetime.Witness, error) {
	journal, err := openJournalIfAny(app)
	if err != nil {
		return nil, err
	}
	now, err := app.ServiceNow()
	if err != nil {
		return nil, err
	}
	ahead := now.Sub(app.Now())
	w := &onetime.Witness{
		Tokens: session.Tokens, Journal: journal, Caller: session.ClientID,
		Now:      func() time.Time { return app.Now().Add(ahead) },
		Rejected: func(ctx context.Context, id string) (bool, error) { return isRejected(ctx, app, session, id) },
	}
	w.Expect(before)
	return w, nil
}

// isRejected reports whether the service, asked with a token that is stored here or is
// the session's own, clearly rejects it. It reports false for a token whose secret is
// not stored.
func isRejected(ctx context.Context, app *cli.App, session *cli.Session, clientID string) (bool, error) {
	client := session.Client
	if clientID != session.ClientID {
		held, err := findStoredCopies(app, session.APIURL, clientID)
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
		if client, err = openWith(app, session)(ctx, text); err != nil {
			return false, err
		}
	}
	_, err := client.Orgs.Current(ctx)
	return devops.NoSuchToken(err), nil
}

// CheckNoRotation fails with status 7 if a pending rotation concerns the object of a
// change: the rotation would not find its tokens again.
func CheckNoRotation(app *cli.App, doing string, concerns func(onetime.Record) bool) error {
	journal, err := openJournalIfAny(app)
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

// InProfile returns a function that reports whether a rotation stores its token in a
// profile.
func InProfile(name string) func(onetime.Record) bool {
	return func(r onetime.Record) bool {
		return slices.ContainsFunc(r.Locations, func(p onetime.Location) bool { return p.Profile == name })
	}
}

// profileOfOrg returns the name of the first profile of an organization.
func profileOfOrg(app *cli.App, orgID string) (string, bool) {
	cfg, err := app.Config()
	if err != nil {
		return "", false
	}
	at := slices.IndexFunc(cfg.Profiles, func(p config.Profile) bool { return p.Org.ID == orgID })
	if at < 0 {
		return "", false
	}
	return cfg.Profiles[at].Name, true
}

// isStored reports whether a profile has a token as its login or under a saved name.
func isStored(app *cli.App, clientID string) (bool, error) {
	cfg, err := app.Config()
	return names(cfg, clientID), err
}

// names reports whether the configuration has a token as a login or under a saved name.
func names(cfg config.Config, clientID string) bool {
	return slices.ContainsFunc(cfg.Profiles, func(p config.Profile) bool {
		return p.ClientID == clientID || slices.ContainsFunc(p.Tokens, func(t config.SavedToken) bool { return t.ClientID == clientID })
	})
}
