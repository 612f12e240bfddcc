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
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/secret"
)

// Held is where the secrets of a token are kept here: as the login of profiles and
// under saved names. A second token, the one that replaces it, is kept in the same
// places beside it.
type Held struct {
	app    *App
	apiURL string
	old    string // client id
	places []place
}

// A place keeps one token: the login of a profile, or one of its saved tokens.
type place struct {
	profile string
	saved   string // name; "" = the login
	kind    string // of the store
}

func (p place) key(clientID string) credential.Key {
	if p.saved == "" {
		return LoginKey(config.Profile{Name: p.profile, ClientID: clientID})
	}
	return SavedKey(p.profile, config.SavedToken{Name: p.saved, ClientID: clientID})
}

// String names the place for people.
func (p place) String() string {
	if p.saved == "" {
		return "the login of profile " + p.profile
	}
	return fmt.Sprintf("%q of profile %s", p.saved, p.profile)
}

// Held returns where a token of the service at apiURL is kept here, under its own
// client id or, in the middle of a rotation, under that of its successor; nil if it
// is kept nowhere.
func (a *App) Held(apiURL, clientID, successor string) (*Held, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	h := &Held{app: a, apiURL: apiURL, old: clientID}
	means := func(id string) bool { return id == clientID || successor != "" && id == successor }
	for _, p := range cfg.Profiles {
		if !a.sandboxed && serviceOf(p) != apiURL {
			continue
		}
		if means(p.ClientID) && p.Store != string(credential.Env) {
			h.places = append(h.places, place{p.Name, "", p.Store})
		}
		for _, t := range p.Tokens {
			if means(t.ClientID) {
				h.places = append(h.places, place{p.Name, t.Name, t.Store})
			}
		}
	}
	if len(h.places) == 0 {
		return nil, nil //nolint:nilnil // it is kept nowhere
	}
	return h, nil
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

// String says where the token is kept.
func (h *Held) String() string {
	var words []string
	for _, p := range h.places {
		words = append(words, p.String())
	}
	return strings.Join(words, " and ")
}

// Login reports whether the token is the login of a profile.
func (h *Held) Login() bool {
	return slices.ContainsFunc(h.places, func(p place) bool { return p.saved == "" })
}

// Name is the first name under which the token is saved, "" for a login only.
func (h *Held) Name() string {
	for _, p := range h.places {
		if p.saved != "" {
			return p.saved
		}
	}
	return ""
}

// each does something with the store of every place.
func (h *Held) each(do func(place, credential.Store) error) error {
	for _, p := range h.places {
		store, err := h.app.Store(p.kind)
		if err == nil {
			err = do(p, store)
		}
		if err != nil {
			return fmt.Errorf("%v: %w", p, err)
		}
	}
	return nil
}

// Prepare writes, reads and deletes a dummy in every store.
func (h *Held) Prepare(ctx context.Context) error {
	return h.each(func(p place, store credential.Store) error {
		dummy := p.key("try")
		if err := store.Set(ctx, dummy, credential.Item{ClientID: "try", Token: "try", APIURL: h.apiURL}); err != nil {
			return err
		}
		return store.Delete(ctx, dummy)
	})
}

// Deliver stores the new token beside the old one.
func (h *Held) Deliver(ctx context.Context, made devops.Credential) error {
	h.app.Secrets.Add(made.Token)
	h.app.Secrets.Add(made.Secret)
	item := credential.Item{ClientID: made.ClientID, Secret: made.Secret, Token: made.Token, OrgID: made.OrgID, APIURL: h.apiURL}
	return h.each(func(p place, store credential.Store) error { return store.Set(ctx, p.key(made.ClientID), item) })
}

// Discard does nothing: Prepare left nothing.
func (h *Held) Discard() {}

// Holds reports whether every place has the secret of a client id.
func (h *Held) Holds(ctx context.Context, clientID string) (bool, error) {
	err := h.each(func(p place, store credential.Store) error {
		_, err := store.Get(ctx, p.key(clientID))
		return err
	})
	if errors.Is(err, credential.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Note writes down that the secret goes to where the old one is.
func (h *Held) Note(r *onetime.Record) { r.Held = true }

// Load returns the stored token of a client id.
func (h *Held) Load(ctx context.Context, clientID string) (secret.Text, error) {
	var err error
	for _, p := range h.places {
		var item credential.Item
		if item, err = h.app.Stored(ctx, p.kind, p.key(clientID)); err == nil {
			return item.Token, nil
		}
	}
	return "", fmt.Errorf("the stored token %s: %w", clientID, err)
}

// Switch makes all that means one token mean the other, by one change of the
// configuration file. What is bound to a saved name follows it.
func (h *Held) Switch(ctx context.Context, from, to string) error {
	return h.app.UpdateConfig(ctx, func(c *config.Config) error {
		for i, p := range c.Profiles {
			if !h.app.sandboxed && serviceOf(p) != h.apiURL {
				continue
			}
			if p.ClientID == from && p.Store != string(credential.Env) {
				c.Profiles[i].ClientID = to
			}
			for j, t := range p.Tokens {
				if t.ClientID == from {
					c.Profiles[i].Tokens[j].ClientID = to
				}
			}
		}
		return nil
	})
}

// Forget drops the secret of a client id from every place.
func (h *Held) Forget(ctx context.Context, clientID string) error {
	return h.each(func(p place, store credential.Store) error {
		err := store.Delete(ctx, p.key(clientID))
		if errors.Is(err, credential.ErrNotFound) {
			return nil
		}
		return err
	})
}
