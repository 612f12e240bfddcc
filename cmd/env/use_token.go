package env

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/tokens"
)

// checkExpiry checks that the saved token to be selected still works, and returns its
// expiry. A token that does not work is refused with --saved-token, and warned about if it
// was selected before.
func (in use) checkExpiry(ctx context.Context, app *cli.App, session *cli.Session, p config.Profile) (config.Expiry, error) {
	var expiry config.Expiry
	saved, found := p.Token(p.Selected.Token)
	switch {
	case p.Selected.Token == "":
		return expiry, nil
	case !found && in.saved != "":
		return expiry, lookup.NoSavedToken(p, in.saved).WithNext("astra token generate --role ROLE --save " + in.saved)
	case !found:
		app.Warn("token %s is no longer saved; select another one with --role or --saved-token", p.Selected.Token)
		return expiry, nil
	}
	state, err := tokens.CheckSaved(ctx, app, session, saved)
	if err != nil {
		return expiry, err
	}
	if !state.ExpiresAt.IsZero() {
		expiry = config.Expiry{ClientID: saved.ClientID, At: state.ExpiresAt.UTC().Format(time.RFC3339)}
	}
	if state.Unlisted {
		app.Warn("token %s is not listed and may have been revoked. To check: %s", saved.Name, app.Command("astra token verify "+shellword.Quote(saved.Name)))
	}
	selectNew := "astra env use " + shellword.Quote(in.database) + " --role ROLE"
	switch {
	case state.Powerless && in.saved != "":
		return config.Expiry{}, exit.Failf(exit.NoCredential, "token %s has no permissions: its roles were deleted", saved.Name).
			WithHint("use another one").WithNext(selectNew)
	case state.Powerless:
		app.Warn("token %s, still selected, has no permissions: its roles were deleted", saved.Name)
	case state.Expired && in.saved != "":
		return expiry, exit.Failf(exit.NoCredential, "cannot select token %s: it expired on %s", saved.Name, expiry.At).
			WithHint("select another one").WithNext(selectNew)
	case state.Expired:
		app.Warn("token %s, still selected, expired on %s", saved.Name, expiry.At)
	}
	return expiry, nil
}

// end returns when the token to be generated expires, zero for never.
func (in use) end(app *cli.App) (time.Time, error) {
	if in.expires != "" && in.role == "" {
		return time.Time{}, exit.Usagef("--expires requires --role")
	}
	now, err := app.ServiceNow()
	if err != nil || in.expires == "" {
		return time.Time{}, err
	}
	return flags.ParseExpiry("--expires", in.expires, now)
}

// generate issues a token for the environment and saves it under a name that is not taken.
// It returns the name, and when the token expires.
func (in use) generate(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database, p config.Profile, expires time.Time) (string, config.Expiry, error) {
	var expiry config.Expiry
	role, err := session.Role(ctx, in.role)
	if err != nil {
		return "", expiry, err
	}
	name := d.Name
	if config.CheckName(name) != nil {
		name = d.ID
	}
	base := name
	for i := 2; slices.Contains(p.TokenNames(), name); i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	request := onetime.Request{Description: "environment of " + d.Name, ExpiresAt: expires}
	issue, err := tokens.NewIssue(app, session, []devops.Role{role}, request, tokens.Delivery{Save: name})
	if err != nil {
		return "", expiry, err
	}
	if app.Interactive() {
		if err := app.Confirm(ctx, "Generate a token with role %s for %s?", role.Name, d.Name); err != nil {
			return "", expiry, err
		}
	}
	made, kept, err := issue.Run(ctx)
	if errors.Is(err, credential.ErrUnavailable) {
		err = exit.Hint(err, "without a keyring, ASTRA_STORE=file stores secrets in files readable only by you")
	}
	if err != nil {
		return "", expiry, err
	}
	app.Say("Generated %s with role %s; its secret is in %s.", made.ClientID, role.Name, kept[0])
	if expires.IsZero() {
		expires = made.ExpiresAt // the service may have a limit
	}
	if expires.IsZero() {
		app.Say("This token never expires. Use --expires 90d to limit it.")
		return name, expiry, nil
	}
	expiry = config.Expiry{ClientID: made.ClientID, At: expires.UTC().Format(time.RFC3339)}
	app.Say("This token expires on %s.", expiry.At)
	return name, expiry, nil
}
