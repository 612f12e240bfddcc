package tokens

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/secret"
)

// A Login describes how an application token becomes the credential of a profile.
type Login struct {
	Profile string
	Kind    string // of the store
	URL     string // of the service, in its normal form
	Verify  bool
}

// Probe checks that the store and the configuration can be written, before there is a
// token. It returns nil for a login that stores nothing.
func (l Login) Probe(ctx context.Context, app *cli.App) (credential.Store, error) {
	if err := app.TryConfig(); err != nil {
		return nil, err
	}
	if l.Kind == string(credential.Env) {
		return nil, nil //nolint:nilnil // nothing is stored
	}
	store, err := app.Store(l.Kind)
	if err != nil {
		return nil, err
	}
	if err := store.Probe(ctx); err != nil {
		if l.Kind == string(credential.File) {
			return nil, err
		}
		return nil, exit.Hint(err, "nothing was stored. Use --store file, or set ASTRA_TOKEN and store nothing",
			app.WithFlag("--store file"))
	}
	return store, nil
}

// Keep verifies the token, stores it and records the profile. It stores no token that
// the service rejects. A profile of another organization loses its saved tokens and
// selected databases, after a confirmation.
func (l Login) Keep(ctx context.Context, app *cli.App, store credential.Store, token secret.Token) (config.Profile, error) {
	p := config.Profile{Name: l.Profile, APIURL: l.URL, ClientID: token.ClientID, Store: l.Kind}
	var err error
	if l.Verify {
		if p.Org, err = tokenOrg(ctx, app, token, l.URL); err != nil {
			return p, err
		}
	}
	before, known := app.FindProfile(l.Profile)
	if err := CheckNoRotation(app, "to log in to "+l.Profile, InProfile(l.Profile)); err != nil && before.ClientID != token.ClientID {
		return p, err
	}
	same := known && p.Org.ID != "" && before.Org.ID == p.Org.ID
	if same && before.Store == p.Store && before.APIURL == p.APIURL {
		p.Sessions = before.Sessions
	}
	if known && !same && (len(before.Tokens) > 0 || before.Org.ID != "" && before.ClientID != p.ClientID) {
		question := "Replace profile " + p.Name + " (" + cmp.Or(before.Org.Name, before.Org.ID, "organization unknown") + ") with " +
			cmp.Or(p.Org.Name, p.Org.ID, "an unverified token")
		switch n := len(before.Tokens); {
		case n == 1:
			question += " and delete its saved token"
		case n > 1:
			question += fmt.Sprintf(" and delete its %d saved tokens", n)
		}
		if err := app.Confirm(ctx, "%s?", question); err != nil {
			return p, err
		}
	}
	touched := append(append(secretsOf(p), secretsOf(before)...), cli.SessionSecrets(before)...)
	err = runTransfer(ctx, app, transfer{}, touched, func() error {
		if store != nil {
			item := credential.Item{ClientID: token.ClientID, Token: token.Text, APIURL: l.URL, OrgID: p.Org.ID}
			if err := store.Set(ctx, credential.LoginKey(p.Name, p.ClientID), item); err != nil {
				return err
			}
		}
		err := app.UpdateConfig(ctx, func(c *config.Config) error {
			if now, _ := c.Find(p.Name); same && now.Org.ID == p.Org.ID {
				p.Tokens, p.Selected, p.Bindings = now.Tokens, now.Selected, now.Bindings // still valid, with changes by other commands
			}
			c.Put(p)
			c.CurrentProfile = cmp.Or(c.CurrentProfile, p.Name)
			return nil
		})
		if err != nil || len(p.Sessions) > 0 {
			return err
		}
		return app.DropSecrets(ctx, cli.SessionSecrets(before)) // of the earlier login, even if the database stays selected
	})
	if err == nil && before.ClientID != "" && before.ClientID != p.ClientID && before.Store != string(credential.Env) {
		app.Say("The earlier token %s of profile %s is no longer stored, but may still be valid. To revoke it: %s",
			before.ClientID, p.Name, app.Command("astra token delete "+before.ClientID))
	}
	return p, err
}

// tokenOrg asks the service for the organization of a token. Not every token may see
// its name.
func tokenOrg(ctx context.Context, app *cli.App, token secret.Token, url string) (config.Org, error) {
	session, err := app.Connect(token, url)
	if err != nil {
		return config.Org{}, err
	}
	id, err := session.OrgID(ctx)
	if errors.Is(err, devops.ErrUnauthorized) {
		hint := "the token was rejected: it was revoked, has expired, or belongs to another service; nothing was stored"
		if url == devops.DefaultURL {
			hint += ". For a served sandbox, add --api-url with its address"
		}
		return config.Org{}, exit.Hint(err, hint)
	}
	if err != nil {
		return config.Org{}, err
	}
	name, err := session.OrgName(ctx)
	return config.Org{ID: id, Name: config.DisplayName(output.Sanitize(name))}, err
}
