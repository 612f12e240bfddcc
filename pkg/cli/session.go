package cli

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/secret"
)

// A Session is the API as one credential sees it.
type Session struct {
	*lookup.Directory

	ClientID string // of the credential in use
	APIURL   string
	Source   string         // where the credential came from, for people
	Profile  config.Profile // zero where the credential is not a profile's

	app      *App
	identity []string // of the credential; see App.Identity
}

// Session opens the API with the active credential (see Sources). It sends no request.
func (a *App) Session(ctx context.Context) (*Session, error) {
	if a.session != nil {
		return a.session, nil
	}
	source, found, err := a.ActiveSource()
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, a.errNoCredential()
	}
	a.session, err = a.open(ctx, source)
	return a.session, err
}

// ProfileSession opens the API with the credential of the current profile, and with that
// of no other organization. Without any profile it uses the active credential, and the
// profile is the zero one.
func (a *App) ProfileSession(ctx context.Context) (*Session, config.Profile, error) {
	session, err := a.Session(ctx)
	if err != nil {
		return nil, config.Profile{}, err
	}
	profile, err := a.ProfileIfAny()
	if err != nil {
		return nil, profile, err
	}
	if !a.sandboxed && session.Profile.Name != profile.Name {
		e := exit.Usagef("cannot select a database for profile %[2]s with the credential from %[1]s", session.Source, profile.Name).
			WithHint("use the credential of the profile: unset the variable or remove --token-file")
		if profile.Store == string(credential.Env) {
			e = e.WithHint("if it replaced the token of the profile, log in again").WithNext("astra auth login " + profile.Name + " --store env")
		}
		return nil, profile, e
	}
	return session, profile, nil
}

// errNoCredential is the error for no credential at all.
func (s *Settings) errNoCredential() error {
	e := s.noProfile(exit.NoCredential)
	if s.Getenv("ASTRA_DB_APPLICATION_TOKEN") != "" {
		e.Hint = "ASTRA_DB_APPLICATION_TOKEN is set, but it is an application's token and never used here: put an administrator's in ASTRA_TOKEN"
	}
	return e
}

// noProfileAtAll is the error code for a credential without a profile.
const noProfileAtAll = "NO_PROFILE"

// noProfile is the error for no profile, or several and no choice.
func (s *Settings) noProfile(code exit.Code) *exit.Error {
	if cfg, err := s.Config(); err == nil && len(cfg.Profiles) > 0 {
		var names []string
		for _, p := range cfg.Profiles {
			names = append(names, p.Name)
		}
		return exit.Failf(code, "no profile selected").WithHint("profiles: %s", exit.QuoteList(names)).WithNext("astra profile use NAME")
	}
	if s.EnvironmentToken() != "" || s.Globals.TokenFile != "" {
		e := exit.Failf(code, "a profile is required: it records selected databases and saved tokens").
			WithHint("with --store env, a profile takes its token from ASTRA_TOKEN").
			WithNext("astra auth login ci --store env")
		e.Name = noProfileAtAll
		return e
	}
	return exit.Failf(code, "not logged in").
		WithHint("log in with an application token of your organization, or try the sandbox").
		WithNext("astra auth login", "astra --sandbox org list")
}

// extrasTimeout limits requests that a command can do without.
const extrasTimeout = 3 * time.Second

// LimitExtras returns a context for requests that a command can do without: it ends soon,
// and leaves half of the time that the command has.
func (s *Session) LimitExtras(ctx context.Context) context.Context {
	most := extrasTimeout
	if end, limited := ctx.Deadline(); limited {
		most = min(most, time.Until(end)/2) //nolint:forbidigo // contexts go by this clock
	}
	return s.Calls.Limit(ctx, most)
}

// open opens the session of a source.
func (a *App) open(ctx context.Context, s CredentialSource) (*Session, error) {
	held, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	token, err := secret.ParseToken(held.Token.Reveal())
	if err != nil {
		return nil, exit.Failf(exit.NoCredential, "%s: %v", s.Name, err)
	}
	a.Secrets.Add(token.Text)
	session, err := a.Connect(token, held.APIURL)
	if err != nil {
		return nil, err
	}
	session.Source, session.Profile, session.identity = s.Name, s.Profile, a.Identity(s)
	return session, nil
}

// Connect opens the API at apiURL with token, whatever the settings say. In sandbox mode
// it opens the sandbox.
func (a *App) Connect(token secret.Token, apiURL string) (*Session, error) {
	c := devops.Config{
		Token: token.Text, URL: apiURL, UserAgent: "astra-admin/" + a.Version,
		Proxy: http.ProxyFromEnvironment, Before: a.beforeChange, Now: a.Now, Secrets: a.Secrets,
	}
	session := &Session{ClientID: token.ClientID, app: a}
	c.Trace, c.OnList = a.trace, func(list any) {
		if a.OnList != nil && session.identity != nil {
			a.OnList(session.identity, list)
		}
	}
	if a.sandboxed {
		server, err := a.Sandbox()
		if err != nil {
			return nil, err
		}
		c.URL, c.Transport = sandboxURL, server.RoundTripper()
		if a.Wire != nil {
			c.Transport = a.Wire(c.Transport)
		}
	}
	client, err := devops.New(c)
	if err != nil {
		return nil, err
	}
	session.Directory, session.APIURL = lookup.New(client, &a.calls, a.Warn, a.Verbosef), c.URL
	return session, nil
}

// beforeChange shows a changing request instead of sending it, under --dry-run.
func (a *App) beforeChange(r devops.Request) error {
	a.Verbosef("%s %s", r.Method, r.Path)
	if !a.Globals.DryRun {
		return nil
	}
	if err := a.showRequest(r); err != nil {
		return err
	}
	return exit.ErrDone
}

// RecordChange records that the service made a change which no response reported. A later
// failure then does not say that nothing was changed.
func (a *App) RecordChange() { a.changed.Store(true) }

// trace records changes, and reports requests under --debug=http.
func (a *App) trace(x devops.Exchange) {
	if x.Changes && x.Status/100 == 2 && x.Err == nil {
		a.RecordChange()
	}
	if a.Globals.Debug == "" {
		return
	}
	outcome := fmt.Sprint(x.Status)
	if x.Err != nil {
		outcome = x.Err.Error()
	}
	a.line("debug: ", "%s %s: %s in %s (try %d)", []any{x.Method, x.Path, outcome, x.Duration, x.Attempt})
}

// OrgName returns the name of the organization: from the service, else from the profile,
// else its ID.
func (s *Session) OrgName(ctx context.Context) (string, error) {
	members, err := s.Members(ctx)
	switch {
	case err == nil && members.OrgName != "":
		return members.OrgName, nil
	case ctx.Err() != nil:
		return "", err
	case s.Profile.Org.Name != "":
		return s.Profile.Org.Name, nil
	}
	return s.OrgID(ctx)
}

// LoginSession opens the API with the login of a profile, whatever the active credential
// is. It sends no request.
func (a *App) LoginSession(ctx context.Context, name string) (*Session, error) {
	p, err := a.findProfile(name)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, CredentialSource{Name: "profile " + name, Profile: p, read: func(ctx context.Context) (credential.Item, error) {
		return a.profileCredential(ctx, name)
	}})
}
