package tokens

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/process"
	"github.com/astra-admin/astra/pkg/secret"
)

// storedCopies is the destination at which a token is stored on this machine: as the
// login of profiles and under saved names. The token that replaces it is stored at the
// same locations beside it.
type storedCopies struct {
	app       *cli.App
	apiURL    string
	locations []onetime.Location
}

// findStoredCopies returns the stored copies of a token of the service at apiURL, nil
// if there are none.
func findStoredCopies(app *cli.App, apiURL, clientID string) (*storedCopies, error) {
	cfg, err := app.Config()
	if err != nil {
		return nil, err
	}
	var places []onetime.Location
	for _, p := range cfg.Profiles {
		if !app.UsesSandbox() && cli.ServiceOf(p) != apiURL {
			continue
		}
		if p.ClientID == clientID && p.Store != string(credential.Env) {
			places = append(places, onetime.Location{Profile: p.Name, Kind: p.Store})
		}
		for _, t := range p.Tokens {
			if t.ClientID == clientID {
				places = append(places, onetime.Location{Profile: p.Name, Saved: t.Name, Kind: t.Store})
			}
		}
	}
	if len(places) == 0 {
		return nil, nil //nolint:nilnil // it is kept nowhere
	}
	return storedCopiesAt(app, apiURL, places), nil
}

// storedCopiesAt returns the stored copies at the locations that an earlier command
// found.
func storedCopiesAt(app *cli.App, apiURL string, places []onetime.Location) *storedCopies {
	return &storedCopies{app: app, apiURL: apiURL, locations: places}
}

// keyOf names the item of a client ID at a location.
func keyOf(at onetime.Location, clientID string) credential.Key {
	if at.Saved == "" {
		return credential.LoginKey(at.Profile, clientID)
	}
	return credential.SavedKey(at.Profile, at.Saved, clientID)
}

// String names the locations for people.
func (h *storedCopies) String() string {
	words := make([]string, 0, len(h.locations))
	for _, p := range h.locations {
		words = append(words, p.String())
	}
	return strings.Join(words, " and ")
}

// Login reports whether the token is the login of a profile.
func (h *storedCopies) Login() bool {
	return slices.ContainsFunc(h.locations, func(p onetime.Location) bool { return p.Saved == "" })
}

// Name returns the first saved name of the token, "" if it is only a login.
func (h *storedCopies) Name() string {
	for _, p := range h.locations {
		if p.Saved != "" {
			return p.Saved
		}
	}
	return ""
}

// each calls do with the store of every location.
func (h *storedCopies) each(do func(onetime.Location, credential.Store) error) error {
	for _, p := range h.locations {
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

// Prepare checks that the configuration can be written, and writes, reads and deletes a
// dummy in every store.
func (h *storedCopies) Prepare(ctx context.Context) error {
	if err := h.app.TryConfig(); err != nil {
		return err
	}
	return h.each(func(p onetime.Location, store credential.Store) error {
		return onetime.TryStore(ctx, store, keyOf(p, "try"))
	})
}

// Deliver stores the new token beside the old one. After an error no location has it.
func (h *storedCopies) Deliver(ctx context.Context, made devops.Credential) error {
	err := h.each(func(p onetime.Location, store credential.Store) error {
		return store.Set(ctx, keyOf(p, made.ClientID), onetime.Item(made, h.apiURL))
	})
	if err != nil {
		return errors.Join(err, h.Drop(context.WithoutCancel(ctx), made.ClientID))
	}
	return nil
}

// Discard does nothing, because Prepare leaves nothing behind.
func (h *storedCopies) Discard() {}

// Holds reports whether every location has the secret of a client ID.
func (h *storedCopies) Holds(ctx context.Context, clientID string) (bool, error) {
	err := h.each(func(p onetime.Location, store credential.Store) error {
		_, err := store.Get(ctx, keyOf(p, clientID))
		return err
	})
	if errors.Is(err, credential.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Drop deletes the secret of a client ID from every location, and the REST sessions
// that it opened.
func (h *storedCopies) Drop(ctx context.Context, clientID string) error {
	return h.each(func(p onetime.Location, store credential.Store) error {
		err := store.Delete(ctx, keyOf(p, clientID))
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

// Note records the locations, which have the old token too.
func (h *storedCopies) Note(r *onetime.Record) { r.HoldsOld, r.Locations = true, h.locations }

// Load returns the stored token of a client ID.
func (h *storedCopies) Load(ctx context.Context, clientID string) (secret.Text, error) {
	var err error
	for _, p := range h.locations {
		var item credential.Item
		if item, err = h.app.ReadSecret(ctx, p.Kind, keyOf(p, clientID)); err == nil {
			return item.Token, nil
		}
	}
	return "", fmt.Errorf("the stored token %s: %w", clientID, err)
}

// Check fails with status 7 unless every location has this client ID in the current
// configuration.
func (h *storedCopies) Check(_ context.Context, clientID string) error {
	cfg, err := h.app.ReadConfig()
	if err != nil {
		return err
	}
	for _, p := range h.locations {
		if at := clientIDAt(&cfg, p); at == nil || *at != clientID {
			return errChanged(p, clientID)
		}
	}
	return nil
}

func errChanged(p onetime.Location, clientID string) error {
	return exit.Failf(exit.Conflict, "%v is not %s: it was changed by another command", p, clientID)
}

// clientIDAt returns the field of the configuration with the client ID of a location,
// nil if there is none.
func clientIDAt(c *config.Config, p onetime.Location) *string {
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

// Switch changes the client ID of every location by one change of the configuration
// file. Databases for which a saved name is selected follow it. It fails with status 7
// if a location has neither of the two.
func (h *storedCopies) Switch(ctx context.Context, from, to string) error {
	return h.app.UpdateConfig(ctx, func(c *config.Config) error {
		for _, p := range h.locations {
			at := clientIDAt(c, p)
			if at == nil || *at != from && *at != to {
				return errChanged(p, from)
			}
			*at = to
		}
		return nil
	})
}

// newClipboard returns the clipboard of the user as a destination. Its program gets no
// variables of astra, which may contain a credential.
func newClipboard(app *cli.App) *onetime.Clipboard {
	c := &onetime.Clipboard{Getenv: app.Getenv, Environ: process.ThirdPartyEnv(app.Environ())}
	if app.Terminal.Err {
		c.Terminal = app.Stderr()
	}
	return c
}
