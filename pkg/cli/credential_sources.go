package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
)

// A CredentialSource is one place where the credential may come from.
type CredentialSource struct {
	Name    string // --token-file, ASTRA_TOKEN, …
	Present bool
	Detail  string // what it says, never a secret

	ClientID string         // of a token in the environment
	Profile  config.Profile // zero where the credential is not a profile's

	read func(context.Context) (credential.Item, error)
}

// ActiveSource returns the source of the active credential. It does not read those that
// follow, so that a token can be used with a broken configuration.
func (a *App) ActiveSource() (CredentialSource, bool, error) {
	environment := a.environment()
	file := a.tokenFile()
	switch {
	case file.Present:
		return file, true, nil
	case a.Globals.Profile == "" && environment[0].Present:
		return environment[0], true, nil
	case a.Globals.Profile == "" && environment[1].Present:
		return environment[1], true, nil
	}
	sources, err := a.Sources()
	if err != nil {
		return CredentialSource{}, false, err
	}
	at := slices.IndexFunc(sources, func(s CredentialSource) bool { return s.Present })
	if at < 0 {
		return CredentialSource{}, false, nil
	}
	return sources[at], true, nil
}

// Identity identifies the credential of a source without reading its secret. It
// returns nil where that is impossible.
func (s *Settings) Identity(source CredentialSource) []string {
	switch {
	case s.sandboxed:
		dir, err := s.SandboxDir()
		if err != nil || source.ClientID == "" && source.Name != administratorName {
			return nil
		}
		return SandboxIdentity(dir, source.ClientID)
	case source.Profile.Name != "":
		return []string{"profile", source.Profile.Name, ServiceOf(source.Profile), source.Profile.Org.ID}
	case source.ClientID != "":
		url, err := s.RequestedURL()
		if err != nil {
			return nil
		}
		return []string{"environment", url, source.ClientID}
	}
	return nil
}

// SandboxIdentity identifies a credential of the sandbox in dir, by default that of its
// administrator.
func SandboxIdentity(dir, clientID string) []string { return []string{"sandbox", dir, clientID} }

// Sources returns the possible sources of the active credential, in their order. The
// first that is present is active.
func (a *App) Sources() ([]CredentialSource, error) {
	environment := a.environment()
	file := a.tokenFile()
	if a.sandboxed {
		return []CredentialSource{file, environment[0], environment[1], a.administrator()}, nil
	}
	profiles, err := a.profileSources()
	if err != nil {
		return nil, err
	}
	return append([]CredentialSource{file, profiles[0], environment[0], environment[1]}, profiles[1:]...), nil
}

// environment returns the sources ASTRA_TOKEN and ASTRA_API_TOKEN. A token of a profile
// that expects it in the environment belongs to that profile and is sent to its service.
func (a *App) environment() [2]CredentialSource {
	source := func(name string, token secret.Text) CredentialSource {
		s := CredentialSource{Name: name, Present: token != ""}
		parsed, shapeErr := secret.ParseToken(token.Reveal())
		s.ClientID = parsed.ClientID
		if cfg, err := a.Config(); err == nil && shapeErr == nil && !a.sandboxed {
			at := slices.IndexFunc(cfg.Profiles, func(p config.Profile) bool {
				return p.Store == string(credential.Env) && p.ClientID == parsed.ClientID
			})
			if at >= 0 {
				s.Profile, s.Detail = cfg.Profiles[at], cfg.Profiles[at].Name
			}
		}
		s.read = func(context.Context) (credential.Item, error) {
			if s.Profile.Name != "" {
				return a.environmentCredential(s.Profile)
			}
			url, err := a.RequestedURL()
			return credential.Item{Token: token, APIURL: url}, err
		}
		return s
	}
	return [2]CredentialSource{source("ASTRA_TOKEN", a.settings.Token), source("ASTRA_API_TOKEN", a.settings.APIToken)}
}

// administratorName says that a credential is the sandbox's seeded token.
const administratorName = "the sandbox's administrator"

// administrator is the sandbox's seeded token.
func (a *App) administrator() CredentialSource {
	return CredentialSource{Name: administratorName, Present: true, read: func(context.Context) (credential.Item, error) {
		server, err := a.Sandbox()
		if err != nil {
			return credential.Item{}, err
		}
		status, err := server.Status()
		return credential.Item{Token: secret.Text(status.Token)}, err
	}}
}

// IsAdministrator reports whether a client ID is that of the sandbox's seeded token.
func (a *App) IsAdministrator(ctx context.Context, clientID string) (bool, error) {
	if !a.sandboxed {
		return false, nil
	}
	item, err := a.administrator().read(ctx)
	if err != nil {
		return false, err
	}
	token, err := secret.ParseToken(item.Token.Reveal())
	return token.ClientID == clientID, err
}

// profileSources returns the ways to choose a profile as sources of its credential.
func (a *App) profileSources() ([]CredentialSource, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	choices, err := a.profileChoices()
	if err != nil {
		return nil, err
	}
	var sources []CredentialSource
	for _, c := range choices {
		source := CredentialSource{Name: c.way, Present: c.profile != "", Detail: c.profile}
		source.Profile, _ = cfg.Find(c.profile)
		source.read = func(ctx context.Context) (credential.Item, error) { return a.profileCredential(ctx, c.profile) }
		sources = append(sources, source)
	}
	return sources, nil
}

// profileCredential reads the login of a profile, and rejects its use with another
// service than the one that it was stored for.
func (a *App) profileCredential(ctx context.Context, name string) (credential.Item, error) {
	p, err := a.findProfile(name)
	if err != nil {
		return credential.Item{}, err
	}
	if p.Store == string(credential.Env) {
		return a.environmentCredential(p)
	}
	item, err := a.ReadSecret(ctx, p.Store, credential.LoginKey(p.Name, p.ClientID))
	if errors.Is(err, credential.ErrNotFound) {
		return item, &exit.Error{Exit: exit.NoCredential, Message: "profile " + p.Name + " is logged out", Next: []string{"astra auth login " + p.Name}, Cause: err}
	}
	if err != nil {
		return item, err
	}
	return item, a.checkEndpoint(p, item)
}

// environmentCredential returns the login of a profile that stores nothing: the variable
// must contain the token with which the profile was created.
func (s *Settings) environmentCredential(p config.Profile) (credential.Item, error) {
	token := s.EnvironmentToken()
	if token == "" {
		return credential.Item{}, exit.Failf(exit.NoCredential, "profile %s requires ASTRA_TOKEN, which is not set", p.Name).
			WithHint("set it to the token of the profile, or log in again with another token").WithNext("astra auth login " + p.Name + " --store env")
	}
	item := credential.Item{Token: token, APIURL: cmp.Or(p.APIURL, devops.DefaultURL)}
	if parsed, err := secret.ParseToken(token.Reveal()); err == nil && p.ClientID != "" && parsed.ClientID != p.ClientID {
		return credential.Item{}, exit.Refusef("ASTRA_TOKEN contains token %s, but profile %s uses %s", parsed.ClientID, p.Name, p.ClientID).
			WithNext("astra auth login " + p.Name + " --store env")
	}
	return item, s.checkEndpoint(p, item)
}

// HasCredential reports whether a source has a credential.
func (a *App) HasCredential() bool {
	_, found, err := a.ActiveSource()
	return found || err != nil // whoever uses it gets the error
}
