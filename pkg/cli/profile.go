package cli

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/astra-admin/astra/pkg/classic"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Profile returns the current profile, whatever credential is used. In sandbox mode it is
// that of the sandbox.
func (s *Settings) Profile() (config.Profile, error) {
	cfg, err := s.Config()
	if err != nil {
		return config.Profile{}, err
	}
	if s.sandboxed {
		p, found := cfg.Find(sandboxProfile)
		if !found {
			p = config.Profile{Name: sandboxProfile, Store: string(credential.File)}
		}
		return p, nil
	}
	choices, err := s.profileChoices()
	if err != nil {
		return config.Profile{}, err
	}
	for _, c := range choices {
		if c.profile != "" {
			return s.findProfile(c.profile)
		}
	}
	return config.Profile{}, s.noProfile(exit.Config)
}

// A profileChoice is a way to choose a profile, and the profile that it chooses, if any.
type profileChoice struct{ way, profile string }

// profileChoices returns the ways to choose a profile. The first that names one wins.
func (s *Settings) profileChoices() ([]profileChoice, error) {
	cfg, err := s.Config()
	if err != nil {
		return nil, err
	}
	project, err := s.Project()
	if err != nil {
		return nil, err
	}
	only := ""
	if len(cfg.Profiles) == 1 {
		only = cfg.Profiles[0].Name
	}
	return []profileChoice{
		{"--profile", s.Globals.Profile},
		{"ASTRA_PROFILE", s.settings.Profile},
		{"the project's " + config.ProjectFile, project.Profile},
		{"the current profile", cfg.CurrentProfile},
		{"the only profile", only},
	}, nil
}

// ProfileIfAny returns the current profile, and the zero one where there are no profiles
// but a credential, for commands that need only that.
func (s *Settings) ProfileIfAny() (config.Profile, error) {
	p, err := s.Profile()
	if e, ok := errors.AsType[*exit.Error](err); ok && e.Name == noProfileAtAll {
		return config.Profile{}, nil
	}
	return p, err
}

// findProfile returns the profile with a name.
func (s *Settings) findProfile(name string) (config.Profile, error) {
	cfg, err := s.Config()
	if err != nil {
		return config.Profile{}, err
	}
	p, found := cfg.Find(name)
	if !found {
		var known []string
		for _, p := range cfg.Profiles {
			known = append(known, p.Name)
		}
		e := exit.NotFoundf("profile", name, known)
		e.Exit = exit.Config
		return config.Profile{}, e.WithNext("astra profile list")
	}
	return p, nil
}

// FindProfile returns the profile called name, and whether the configuration has it.
func (a *App) FindProfile(name string) (config.Profile, bool) {
	cfg, err := a.Config()
	if err != nil {
		return config.Profile{}, false
	}
	return cfg.Find(name)
}

// ServiceOf returns the address of the service that issued the tokens of a profile, ""
// if the profile names none that is valid.
func ServiceOf(p config.Profile) string {
	url, err := devops.NormalizeURL(cmp.Or(p.APIURL, devops.DefaultURL))
	if err != nil {
		return ""
	}
	return url
}

// Config returns the configuration, read once.
func (s *Settings) Config() (config.Config, error) {
	if !s.configRead {
		s.configRead = true
		paths, err := s.Paths()
		if paths.Config != "" || errors.Is(err, config.ErrNoHome) { // without a home there are no profiles
			s.config, err = config.Load(paths.ConfigFile())
		}
		s.configErr = err
	}
	return s.config, s.configErr
}

// ReadConfig returns the configuration as it is now, with the changes of other
// processes.
func (s *Settings) ReadConfig() (config.Config, error) {
	s.configRead = false
	return s.Config()
}

// UpdateConfig changes the configuration file, starting from its current content.
func (s *Settings) UpdateConfig(ctx context.Context, edit func(*config.Config) error) error {
	paths, err := s.Paths()
	if paths.Config == "" {
		return err
	}
	s.configRead = false
	return config.Update(ctx, paths.ConfigFile(), edit)
}

// TryConfig checks whether the configuration file can be changed.
func (s *Settings) TryConfig() error {
	paths, err := s.Paths()
	if paths.Config == "" {
		return err
	}
	return config.Try(paths.ConfigFile())
}

// UpdateProfile changes one profile, and adds it if it does not exist.
func (s *Settings) UpdateProfile(ctx context.Context, name string, edit func(*config.Profile) error) error {
	return s.UpdateConfig(ctx, func(c *config.Config) error {
		p, found := c.Find(name)
		if !found {
			p = config.Profile{Name: name}
			if s.sandboxed {
				p.Store = string(credential.File)
			}
		}
		if err := edit(&p); err != nil {
			return err
		}
		c.Put(p)
		return nil
	})
}

// LoginStore returns the kind of store for the login of a profile: the requested one or
// that of the environment, else the current one. A new login does not move to another
// store by itself.
func (a *App) LoginStore(asked, profile string) (string, error) {
	if before, known := a.FindProfile(profile); known && before.Store != "" && asked == "" && a.Getenv("ASTRA_STORE") == "" {
		asked = before.Store
	}
	return a.StoreKind(asked)
}

// StoreKind returns the kind of store for new secrets: the requested one, that of the
// settings, or the keyring. The sandbox uses files.
func (s *Settings) StoreKind(asked string) (string, error) {
	kind := asked
	if kind == "" {
		kind = s.settings.Store
	}
	switch {
	case s.sandboxed && (asked == "" || asked == string(credential.File)):
		return string(credential.File), nil
	case s.sandboxed:
		return "", exit.Usagef("--store %s is not available in the sandbox, which has its own file store", asked)
	case kind == "":
		return string(credential.Keyring), nil
	case kind == string(credential.Keyring), kind == string(credential.File), kind == string(credential.Env):
		return kind, nil
	}
	if asked == "" {
		return "", exit.Failf(exit.Config, "%s must be keyring, file or env, not %q", s.settings.Source("store"), kind)
	}
	return "", exit.Usagef("--store must be keyring, file or env, not %q", kind)
}

// Store opens the store of a kind, without access to it yet.
func (a *App) Store(kind string) (credential.Store, error) {
	if kind != string(credential.File) && kind != string(credential.Keyring) {
		return nil, exit.Failf(exit.Config, "unknown store %q", kind)
	}
	if kind == string(credential.Keyring) && !a.sandboxed {
		return credential.NewKeyring(credential.KeyringOptions{
			Getenv: a.Getenv, Timeout: a.settings.KeyringTimeout, Attended: a.Interactive(),
			Notice: func(text string) { a.Say("%s", text) }, Silent: &a.keyringSilent,
		}), nil
	}
	paths, err := a.Paths()
	if paths.Config == "" {
		return nil, err
	}
	return credential.NewFile(filepath.Join(paths.Config, "credentials")), nil
}

// ReadSecret reads a secret from the store of a kind, and keeps its values out of
// messages.
func (a *App) ReadSecret(ctx context.Context, kind string, key credential.Key) (credential.Item, error) {
	store, err := a.Store(kind)
	if err != nil {
		return credential.Item{}, err
	}
	item, err := store.Get(ctx, key)
	if err != nil {
		return item, err
	}
	a.Secrets.Add(item.Token)
	a.Secrets.Add(item.Secret)
	return item, nil
}

// RESTSessions returns the stored sessions of a profile with the REST APIs of databases.
func (a *App) RESTSessions(p config.Profile) (classic.Sessions, error) {
	s := classic.Sessions{
		Profile: p, Secrets: a.Secrets, Now: a.ServiceNow,
		Service: func() (string, error) {
			if a.sandboxed {
				return sandboxURL, nil
			}
			return devops.NormalizeURL(cmp.Or(p.APIURL, devops.DefaultURL))
		},
		Update: func(ctx context.Context, edit func(*config.Profile) error) error {
			return a.UpdateProfile(ctx, p.Name, edit)
		},
	}
	if !classic.Stores(p) {
		return s, nil
	}
	var err error
	s.Store, err = a.Store(p.Store)
	return s, err
}

// DropRESTSessions deletes the stored sessions of a profile: those of one user, or all
// for no name.
func (a *App) DropRESTSessions(ctx context.Context, p config.Profile, user string) error {
	sessions, err := a.RESTSessions(p)
	if err != nil {
		return err
	}
	return sessions.Delete(ctx, user)
}

// Project returns the choices of the project file, read once.
func (s *Settings) Project() (config.Project, error) {
	if s.project == nil {
		project, err := config.FindProject(s.WorkDir, s.Home)
		if err != nil {
			return project, err
		}
		s.project = &project
	}
	return *s.project, nil
}

// CheckName checks the name of a new resource and returns it with composed accents. A
// name that cannot be typed again or told from another is an error (exit 2); a word with
// letters of several scripts is a warning.
func (s *Streams) CheckName(kind, name string) (string, error) {
	if strings.TrimSpace(name) == "" {
		return "", exit.Usagef("the name of %s cannot be blank", kind)
	}
	if unseen := spelling.Unseen(name); unseen != "" {
		return "", exit.Usagef("the name of %s has %s: %q", kind, unseen, name)
	}
	if mixed := spelling.MixedWord(name); mixed != "" {
		s.Warn("the name %q has %s", name, mixed)
	}
	return s.Compose(name), nil
}

// Compose returns text with composed accents, and prints a message where it had others.
func (s *Streams) Compose(text string) string {
	composed := spelling.Compose(text)
	if composed != text {
		s.Say("Sending %s with composed accents.", text)
	}
	return composed
}
