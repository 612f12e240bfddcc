package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/process"
	"github.com/astra-admin/astra/pkg/secret"
)

// StoredCopies is where the secrets of a token are kept here: as the login of profiles and
// under saved names. A second token, the one that replaces it, is kept in the same
// places beside it.
type StoredCopies struct {
	app    *App
	apiURL string
	places []onetime.Place
}

// StoredCopies returns where a token of the service at apiURL is kept here, nil if it is
// kept nowhere.
func (a *App) StoredCopies(apiURL, clientID string) (*StoredCopies, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	var places []onetime.Place
	for _, p := range cfg.Profiles {
		if !a.sandboxed && serviceOf(p) != apiURL {
			continue
		}
		if p.ClientID == clientID && p.Store != string(credential.Env) {
			places = append(places, onetime.Place{Profile: p.Name, Kind: p.Store})
		}
		for _, t := range p.Tokens {
			if t.ClientID == clientID {
				places = append(places, onetime.Place{Profile: p.Name, Saved: t.Name, Kind: t.Store})
			}
		}
	}
	if len(places) == 0 {
		return nil, nil //nolint:nilnil // it is kept nowhere
	}
	return a.HeldIn(apiURL, places), nil
}

// HeldIn returns the places in which an earlier run found a token.
func (a *App) HeldIn(apiURL string, places []onetime.Place) *StoredCopies {
	return &StoredCopies{app: a, apiURL: apiURL, places: places}
}

// serviceOf is the service that a profile's tokens are for, "" if it cannot be
// one.
func serviceOf(p config.Profile) string {
	url, err := devops.NormalizeURL(cmp.Or(p.APIURL, devops.DefaultURL))
	if err != nil {
		return ""
	}
	return url
}

// KeyOf names the item of a client id in a place.
func KeyOf(p onetime.Place, clientID string) credential.Key {
	if p.Saved == "" {
		return LoginKey(config.Profile{Name: p.Profile, ClientID: clientID})
	}
	return SavedKey(p.Profile, config.SavedToken{Name: p.Saved, ClientID: clientID})
}

// String says where the token is kept.
func (h *StoredCopies) String() string {
	words := make([]string, 0, len(h.places))
	for _, p := range h.places {
		words = append(words, p.String())
	}
	return strings.Join(words, " and ")
}

// Login reports whether the token is the login of a profile.
func (h *StoredCopies) Login() bool {
	return slices.ContainsFunc(h.places, func(p onetime.Place) bool { return p.Saved == "" })
}

// Name is the first name under which the token is saved, "" for a login only.
func (h *StoredCopies) Name() string {
	for _, p := range h.places {
		if p.Saved != "" {
			return p.Saved
		}
	}
	return ""
}

// each does something with the store of every place.
func (h *StoredCopies) each(do func(onetime.Place, credential.Store) error) error {
	for _, p := range h.places {
		store, err := h.app.Store(p.Kind)
		if err == nil {
			err = do(p, store)
		}
		if err != nil {
			return fmt.Errorf("%v: %w", p, err)
		}
	}
	return nil
}

// Prepare tries out the configuration, which is changed last, and writes, reads and
// deletes a dummy in every store.
func (h *StoredCopies) Prepare(ctx context.Context) error {
	if err := h.app.TryConfig(); err != nil {
		return err
	}
	return h.each(func(p onetime.Place, store credential.Store) error {
		return onetime.TryStore(ctx, store, KeyOf(p, "try"))
	})
}

// Deliver stores the new token beside the old one. After an error no place has it.
func (h *StoredCopies) Deliver(ctx context.Context, made devops.Credential) error {
	h.app.Secrets.Add(made.Token)
	h.app.Secrets.Add(made.Secret)
	err := h.each(func(p onetime.Place, store credential.Store) error {
		return store.Set(ctx, KeyOf(p, made.ClientID), onetime.Item(made, h.apiURL))
	})
	if err != nil {
		return errors.Join(err, h.Drop(context.WithoutCancel(ctx), made.ClientID))
	}
	return nil
}

// Discard does nothing: Prepare left nothing.
func (h *StoredCopies) Discard() {}

// Holds reports whether every place has the secret of a client id.
func (h *StoredCopies) Holds(ctx context.Context, clientID string) (bool, error) {
	err := h.each(func(p onetime.Place, store credential.Store) error {
		_, err := store.Get(ctx, KeyOf(p, clientID))
		return err
	})
	if errors.Is(err, credential.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Drop deletes the secret of a client id from every place, and the sessions that
// it opened.
func (h *StoredCopies) Drop(ctx context.Context, clientID string) error {
	return h.each(func(p onetime.Place, store credential.Store) error {
		err := store.Delete(ctx, KeyOf(p, clientID))
		if err != nil && !errors.Is(err, credential.ErrNotFound) {
			return err
		}
		cfg, err := h.app.Config()
		if err != nil {
			return err
		}
		profile, found := cfg.Find(p.Profile)
		if !found {
			return nil
		}
		return h.app.DropRESTSessions(ctx, profile, clientID)
	})
}

// Note writes down the places, which have the old token, too.
func (h *StoredCopies) Note(r *onetime.Record) { r.Held, r.Places = true, h.places }

// Load returns the stored token of a client id.
func (h *StoredCopies) Load(ctx context.Context, clientID string) (secret.Text, error) {
	var err error
	for _, p := range h.places {
		var item credential.Item
		if item, err = h.app.ReadSecret(ctx, p.Kind, KeyOf(p, clientID)); err == nil {
			return item.Token, nil
		}
	}
	return "", fmt.Errorf("the stored token %s: %w", clientID, err)
}

// Check fails with status 7 unless every place means this client id, in the
// configuration as it is now.
func (h *StoredCopies) Check(_ context.Context, clientID string) error {
	h.app.configRead = false
	cfg, err := h.app.Config()
	if err != nil {
		return err
	}
	for _, p := range h.places {
		if at := meaning(&cfg, p); at == nil || *at != clientID {
			return moved(p, clientID)
		}
	}
	return nil
}

func moved(p onetime.Place, clientID string) error {
	return exit.Failf(exit.Conflict, "%v is not %s: it was changed by another command", p, clientID)
}

// meaning is where the configuration says which token a place means; nil if it
// knows no such place.
func meaning(c *config.Config, p onetime.Place) *string {
	for i := range c.Profiles {
		profile := &c.Profiles[i]
		if profile.Name != p.Profile {
			continue
		}
		if p.Saved == "" {
			return &profile.ClientID
		}
		for j := range profile.Tokens {
			if profile.Tokens[j].Name == p.Saved {
				return &profile.Tokens[j].ClientID
			}
		}
	}
	return nil
}

// Switch makes every place mean the other token, by one change of the
// configuration file. Databases for which a saved name is selected follow it. It fails with
// status 7 if a place means neither of the two.
func (h *StoredCopies) Switch(ctx context.Context, from, to string) error {
	return h.app.UpdateConfig(ctx, func(c *config.Config) error {
		for _, p := range h.places {
			at := meaning(c, p)
			if at == nil || *at != from && *at != to {
				return moved(p, from)
			}
			*at = to
		}
		return nil
	})
}

// Clipboard is the clipboard in front of the user as a destination of a new
// token. Its program gets none of our own variables, in which a credential may
// be.
func (a *App) Clipboard() *onetime.Clipboard {
	c := &onetime.Clipboard{Getenv: a.Getenv, Environ: process.ThirdPartyEnv(a.Environ())}
	if a.Terminal.Err {
		c.Terminal = a.Stderr()
	}
	return c
}
