package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/classic"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
)

// open opens a session and stores it.
func (in session) open(ctx context.Context, app *cli.App, api *cli.Session, sessions classic.Sessions, db config.DB, saved config.SavedToken) (openSession, error) {
	d, err := api.Database(ctx, "id:"+db.ID)
	if err != nil {
		return openSession{}, err
	}
	if in.username != "" && d.Type != "classic" && !secret.LooksLikeClientID(in.username) {
		return openSession{}, exit.Usagef("%s is a %s database; only classic databases have user names and passwords", d.Name, d.Type).
			WithHint("for databases created since March 4, 2021 use the client ID and secret of a token").
			WithNext("astra token generate --role 'R/W User' --save NAME", "astra auth session --db "+shellword.Quote(d.Name)+" --saved-token NAME")
	}
	endpoint, err := app.DataEndpoint(api.APIURL, d, d.Region)
	if err != nil {
		return openSession{}, exit.Hint(err, "a password or secret is only sent to the service of the profile")
	}
	if sessions.Store != nil { // can a session be stored?
		if err := sessions.Store.Probe(ctx); err != nil {
			return openSession{}, err
		}
	}
	username, password := in.username, secret.Text("")
	if username == "" {
		username, password, err = fromStore(ctx, app, api, sessions.Profile, saved)
	} else if !app.Globals.DryRun {
		password, err = in.password(ctx, app)
	}
	if err != nil {
		return openSession{}, err
	}
	issued, err := app.ServiceNow()
	if err != nil {
		return openSession{}, err
	}
	token, err := api.Data.OpenSession(ctx, endpoint, username, password)
	if err != nil {
		return openSession{}, in.explainRefusal(err, d, username)
	}
	app.Secrets.Add(token)
	issued = issued.UTC().Truncate(time.Second)
	item := credential.Item{ClientID: username, Token: token, APIURL: api.APIURL, OrgID: d.OrgID, IssuedAt: issued}
	if err := sessions.Put(ctx, d.ID, item); err != nil {
		return openSession{}, err
	}
	in.advise(app, d, username, endpoint)
	return openSession{token, d.Name, issued}, nil
}

// fromStore reads client id and secret of a saved token, which are sent to no
// other service than its own.
func fromStore(ctx context.Context, app *cli.App, api *cli.Session, p config.Profile, saved config.SavedToken) (string, secret.Text, error) {
	item, err := app.ReadSecret(ctx, saved.Store, credential.SavedKey(p.Name, saved.Name, saved.ClientID))
	switch {
	case errors.Is(err, credential.ErrNotFound):
		return "", "", exit.Hint(err, "the saved token "+saved.Name+" is no longer in the "+saved.Store+"; generate another one")
	case err != nil:
		return "", "", err
	case item.APIURL != api.APIURL:
		return "", "", exit.Refusef("the saved token %s was stored for %s and is not sent to a database of %s", saved.Name, item.APIURL, api.APIURL)
	case item.Secret == "":
		return "", "", exit.Failf(exit.NoCredential, "the saved token %s has no client secret, which a session requires", saved.Name)
	}
	return item.ClientID, item.Secret, nil
}

// password asks for the password, or takes it from standard input.
func (in session) password(ctx context.Context, app *cli.App) (secret.Text, error) {
	text, err := in.given, error(nil)
	switch {
	case text != "":
	case app.Interactive():
		text, err = app.AskSecret(ctx, "Password of "+in.username)
	case app.Terminal.In:
		return "", exit.Failf(exit.Unconfirmed, "password required, but this is not an interactive terminal").WithHint("pass it on standard input")
	default:
		text, err = in.input(ctx, app)
	}
	if err != nil {
		return "", err
	}
	app.Secrets.Add(text)
	if text == "" || strings.ContainsAny(text.Reveal(), "\r\n") {
		return "", exit.Usagef("the password is empty or has several lines").WithHint("pass one line on standard input, or type it at a terminal")
	}
	return text, nil
}

// input reads what standard input has, unless that is a terminal.
func (in session) input(ctx context.Context, app *cli.App) (secret.Text, error) {
	if app.Terminal.In || app.Globals.DryRun {
		return "", nil
	}
	input, err := app.ReadText(ctx, "--username", "-")
	text := secret.Text(strings.TrimSuffix(input, "\n"))
	app.Secrets.Add(text)
	return text, err
}

// explainRefusal words the refusal of the data host, which knows less about tokens than
// the API does.
func (in session) explainRefusal(err error, d devops.Database, username string) error {
	if !errors.Is(err, devops.ErrUnauthorized) {
		return err
	}
	e := exit.Failf(exit.NoCredential, "%s rejected %s: %v", d.Name, username, err).WithAnswer(err)
	if in.username != "" {
		return e.WithHint("the user name or the password is wrong; for a client ID use the secret of its token")
	}
	return e.WithHint("the saved token was revoked or has expired, or belongs to another organization").
		WithNext("astra token verify " + username)
}

// advise says how long the session lasts and how it is used.
func (in session) advise(app *cli.App, d devops.Database, username, endpoint string) {
	app.Say("Opened a session with %s as %s. It ends 30 minutes after its last use.", d.Name, username)
	if app.OwnFormat() != "" {
		return
	}
	if app.UsesSandbox() {
		served, err := app.RunningServers()
		if err != nil || len(served) == 0 {
			app.Say("To use it, serve the sandbox with: astra sandbox serve")
			return
		}
		endpoint = served[0] + "/api/rest"
	}
	app.Say("To use it: %s", app.Command("astra auth session -o header --db "+shellword.Quote(d.Name)+" | curl -H @- "+endpoint+"/v2/schemas/keyspaces"))
}
