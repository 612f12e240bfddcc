package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/secret"
)

// A Session is the API as one credential sees it.
type Session struct {
	*devops.Client

	ClientID string // of the credential in use
	APIURL   string
	Source   string         // where the credential came from, for people
	Profile  config.Profile // zero where the credential is not a profile's

	app     *App
	org     string
	members *devops.Members
	roles   []devops.Role
}

// Session opens the API with the credential that wins (see Sources). It sends
// nothing.
func (a *App) Session(ctx context.Context) (*Session, error) {
	if a.session != nil {
		return a.session, nil
	}
	sources, err := a.Sources()
	if err != nil {
		return nil, err
	}
	for _, s := range sources {
		if s.Present {
			a.session, err = a.open(ctx, s)
			return a.session, err
		}
	}
	return nil, a.nobody()
}

// nobody is the failure of having no credential at all.
func (a *App) nobody() error {
	e := Failf(NoCredential, "no credential: there is no profile, and none is in the environment").
		WithHint("log in with an application token of your organization, or try everything on the sandbox").
		WithNext("astra auth login", "astra --sandbox org list")
	if a.Getenv("ASTRA_DB_APPLICATION_TOKEN") != "" {
		e.Hint = "ASTRA_DB_APPLICATION_TOKEN is set, but it is an application's token and never used here: put an administrator's in ASTRA_TOKEN"
	}
	return e
}

// open makes the session of one source.
func (a *App) open(ctx context.Context, s Source) (*Session, error) {
	held, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	token, err := secret.ParseToken(held.Token.Reveal())
	if err != nil {
		return nil, Failf(NoCredential, "%s: %v", s.Name, err)
	}
	a.Secrets.Add(token.Text)
	session, err := a.Connect(token, held.APIURL)
	if err != nil {
		return nil, err
	}
	session.Source, session.Profile = s.Name, s.profile
	return session, nil
}

// Connect opens the API at apiURL with token, whatever the settings say. In
// sandbox mode the sandbox answers and apiURL plays no part.
func (a *App) Connect(token secret.Token, apiURL string) (*Session, error) {
	c := devops.Config{
		Token: token.Text, URL: apiURL, UserAgent: "astra-admin/" + a.Version,
		Proxy: http.ProxyFromEnvironment, Before: a.beforeChange, Now: a.Now,
	}
	if a.Globals.Debug != "" {
		c.Trace = a.trace
	}
	if a.sandboxed {
		server, err := a.Sandbox()
		if err != nil {
			return nil, err
		}
		c.URL, c.Transport = sandboxURL, server.RoundTripper()
	}
	client, err := devops.New(c)
	if err != nil {
		return nil, err
	}
	return &Session{Client: client, ClientID: token.ClientID, APIURL: c.URL, app: a}, nil
}

// beforeChange shows a changing request instead of sending it, under --dry-run.
func (a *App) beforeChange(r devops.Request) error {
	a.Detail("%s %s", r.Method, r.Path)
	if !a.Globals.DryRun {
		return nil
	}
	if err := a.showRequest(r); err != nil {
		return err
	}
	return errDone
}

// trace reports one exchange with the service, under --debug=http.
func (a *App) trace(x devops.Exchange) {
	outcome := fmt.Sprint(x.Status)
	if x.Err != nil {
		outcome = x.Err.Error()
	}
	a.line("debug: ", "%s %s: %s in %s (try %d)", []any{x.Method, x.Path, outcome, x.Duration, x.Attempt})
}

// OrgID returns the id of the organization that the credential belongs to. Any
// valid credential may ask.
func (s *Session) OrgID(ctx context.Context) (string, error) {
	if s.org == "" {
		id, err := s.Orgs.Current(ctx)
		if err != nil {
			return "", err
		}
		s.org = id
	}
	return s.org, nil
}

// OrgName returns the organization's name, or its id where the credential may
// not see the name.
func (s *Session) OrgName(ctx context.Context) (string, error) {
	members, err := s.Members(ctx)
	switch {
	case err == nil && members.OrgName != "":
		return members.OrgName, nil
	case err != nil && !errors.Is(err, devops.ErrForbidden):
		return "", err
	case s.Profile.Org.Name != "":
		return s.Profile.Org.Name, nil
	}
	return s.OrgID(ctx)
}

// Members returns the organization's users, asked for once.
func (s *Session) Members(ctx context.Context) (devops.Members, error) {
	if s.members == nil {
		members, err := s.Users.List(ctx)
		if err != nil {
			return devops.Members{}, err
		}
		s.members, s.org = &members, members.OrgID
	}
	return *s.members, nil
}
