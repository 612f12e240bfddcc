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
)

// checkExpiry looks whether the token to be selected still works, and returns its end. One
// that has expired is not selected anew, and warned of if it was selected before.
// Not every credential may look.
func (in use) checkExpiry(ctx context.Context, app *cli.App, session *cli.Session, p config.Profile) (config.Expiry, error) {
	var expiry config.Expiry
	saved, found := p.Token(p.Env.Token)
	switch {
	case p.Env.Token == "":
		return expiry, nil
	case !found && in.saved != "":
		return expiry, lookup.NoSavedToken(p, in.saved).WithNext("astra token generate --role ROLE --save " + in.saved)
	case !found:
		app.Warn("token %s is no longer saved; select another one with --role or --saved-token", p.Env.Token)
		return expiry, nil
	}
	tokens, err := session.Tokens.List(ctx)
	if errors.Is(err, devops.ErrForbidden) {
		return expiry, nil
	}
	now, clockErr := app.ServiceNow()
	if err := errors.Join(err, clockErr); err != nil {
		return expiry, err
	}
	at := slices.IndexFunc(tokens, func(t devops.Token) bool { return t.ClientID == saved.ClientID })
	if at < 0 {
		app.Warn("token %s is not listed and may have been revoked. To check: %s", saved.Name, app.Command("astra token verify "+shellword.Quote(saved.Name)))
		return expiry, nil
	}
	end := tokens[at].ExpiresAt
	if end.IsZero() || now.Before(end) {
		if err := in.hasRole(ctx, app, session, saved, tokens[at]); err != nil {
			return expiry, err
		}
	}
	if end.IsZero() {
		return expiry, nil
	}
	expiry = config.Expiry{ClientID: saved.ClientID, At: end.UTC().Format(time.RFC3339)}
	switch {
	case now.Before(end):
	case in.saved != "":
		return expiry, exit.Failf(exit.NoCredential, "cannot select token %s: it expired on %s", saved.Name, expiry.At).
			WithHint("select another one").WithNext("astra env use " + shellword.Quote(in.database) + " --role ROLE")
	default:
		app.Warn("token %s, still selected, expired on %s", saved.Name, expiry.At)
	}
	return expiry, nil
}

// hasRole refuses a token whose roles were all deleted, since it can do nothing, and
// warns of one that is bound already.
func (in use) hasRole(ctx context.Context, app *cli.App, session *cli.Session, saved config.SavedToken, token devops.Token) error {
	gone, err := session.HasNoRole(ctx, token.Roles)
	switch {
	case err != nil || !gone:
		return err
	case in.saved != "":
		return exit.Failf(exit.NoCredential, "token %s has no permissions: its roles were deleted", saved.Name).
			WithHint("use another one").WithNext("astra env use " + shellword.Quote(in.database) + " --role ROLE")
	}
	app.Warn("token %s, still selected, has no permissions: its roles were deleted", saved.Name)
	return nil
}

// end is when the token that is to be generated expires, zero for never.
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

// generate makes a token for the environment and saves it under a name that is
// free. It returns the name, and when the token expires.
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
	saved, err := app.Saved(session, name)
	if err != nil {
		return "", expiry, err
	}
	if app.Interactive() {
		if err := app.Confirm(ctx, "Generate a token with role %s for %s?", role.Name, d.Name); err != nil {
			return "", expiry, err
		}
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return "", expiry, err
	}
	order := onetime.Order{Roles: []string{role.ID}, OrgID: org, Description: "environment of " + d.Name, ExpiresAt: expires}
	if app.Globals.DryRun {
		_, err := session.Tokens.Create(ctx, devops.NewToken(order))
		return "", expiry, err
	}
	maker, err := app.Maker(ctx, session)
	if err != nil {
		return "", expiry, err
	}
	made, _, err := maker.Make(ctx, order, []onetime.Destination{saved})
	app.Secrets.Add(made.Token)
	app.Secrets.Add(made.Secret)
	if errors.Is(err, credential.ErrUnavailable) {
		err = exit.Hint(err, "without a keyring, ASTRA_STORE=file stores secrets in files readable only by you")
	}
	if err != nil {
		return "", expiry, err
	}
	app.Say("Generated %s with role %s; its secret is in %s.", made.ClientID, role.Name, saved)
	if expires.IsZero() {
		app.Say("This token never expires. Use --expires 90d to limit it.")
		return name, expiry, nil
	}
	expiry = config.Expiry{ClientID: made.ClientID, At: expires.UTC().Format(time.RFC3339)}
	app.Say("This token expires on %s.", expiry.At)
	return name, expiry, nil
}
