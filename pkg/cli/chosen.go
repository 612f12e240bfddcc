package cli

import (
	"errors"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
)

// Profile returns the profile that is chosen, whatever credential is used. In
// sandbox mode it is the sandbox's own.
func (a *App) Profile() (config.Profile, error) {
	cfg, err := a.Config()
	if err != nil {
		return config.Profile{}, err
	}
	if a.sandboxed {
		p, found := cfg.Find(sandboxProfile)
		if !found {
			p = config.Profile{Name: sandboxProfile, Store: string(credential.File)}
		}
		return p, nil
	}
	sources, err := a.profileSources()
	if err != nil {
		return config.Profile{}, err
	}
	for _, s := range sources {
		if s.Present {
			return a.findProfile(s.Detail)
		}
	}
	return config.Profile{}, a.noProfile(exit.Config)
}

// ProfileIfAny returns the profile that is chosen, and the zero one where there
// are no profiles at all: what needs no more than a credential works without.
func (a *App) ProfileIfAny() (config.Profile, error) {
	p, err := a.Profile()
	if e, ok := errors.AsType[*exit.Error](err); ok && e.Name == noProfileAtAll {
		return config.Profile{}, nil
	}
	return p, err
}

// findProfile returns the profile called name.
func (a *App) findProfile(name string) (config.Profile, error) {
	cfg, err := a.Config()
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
