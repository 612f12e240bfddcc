package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

type session struct {
	database, username, saved string
	renew                     bool

	given secret.Text // the password from standard input, once it was read
}

func newSession(app *cli.App) *cobra.Command {
	var in session
	cmd := &cobra.Command{
		Use:   "session",
		Short: "Open a session with the REST API of a database",
		Long: `Open a session with the REST API of a database, and print its token: what curl and
the GraphQL playground send in the header X-Cassandra-Token.

The session is opened with the client id and the secret of the saved token that
is bound (see "astra env use") or that --saved-token names. A classic database has
users of its own: --username is one of them, and the password comes from a
question that does not show it, or from standard input. Databases made since
March 4, 2021 know no user names and passwords; they need a token.

A session ends 30 minutes after it was last used. It is kept in the secret store
of the profile and printed again until it is 25 minutes old, since nobody here
sees its use; then a new one is opened. A password that is given opens a new one
as well, since it may be another one.

-o header prints a line for curl, which reads it without showing it to other users:

    astra auth session -o header | curl -H @- ENDPOINT/v2/schemas/keyspaces

-o graphql prints what the playground takes as its headers. An application token
works in the same header, without a session. The token alone is what
"auth session --jq .authToken" prints.

The sandbox answers for the REST API too, at /api/rest below the address that
"astra sandbox serve" prints. Its classic database "legacy" has the user legacy,
with the password legacy-password.`,
		Example: "  astra --sandbox env use demo --role 'R/W User' --yes\n" +
			"  astra --sandbox auth session\n" +
			"  token=$(astra --sandbox auth session --jq .authToken)\n" +
			"  astra --sandbox auth session -o header\n" +
			"  echo legacy-password | astra --sandbox auth session --db legacy --username legacy -o graphql",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	f.StringVar(&in.database, "db", "", "`name` or id of the database (default the bound one)")
	f.StringVar(&in.username, "username", "", "`name` of a user of a classic database, or a client id; the password is asked for")
	f.StringVar(&in.saved, "saved-token", "", "`name` of the saved token (default the bound one)")
	f.BoolVar(&in.renew, "renew", false, "open a new session even if there is one")
	cmd.MarkFlagsMutuallyExclusive("username", "saved-token")
	return cli.OwnFormats(cmd, "header", "graphql")
}

// opened is a session as it is printed.
type opened struct {
	token    secret.Text
	database string
	issued   time.Time
}

func (in session) run(ctx context.Context, app *cli.App) error {
	if err := cli.CheckOne(app, sessionColumns()); err != nil {
		return err
	}
	api, profile, err := app.ProfileSession(ctx)
	if err != nil {
		return err
	}
	saved, err := in.savedToken(profile)
	if err != nil {
		return err
	}
	db, err := in.which(ctx, api, profile.Env.DB)
	if err != nil {
		return err
	}
	who := cmp.Or(in.username, saved.ClientID)
	kept, fresh, err := app.RESTSession(ctx, profile, db.ID)
	if err != nil {
		return err
	}
	reuse := fresh && !in.renew && (who == "" || who == kept.ClientID)
	if reuse && in.username != "" {
		if in.given, err = in.input(ctx, app); err != nil {
			return err
		}
	}
	if reuse && in.given == "" {
		app.Say("This session with %s was opened as %s before; --renew opens another one.", db.Name, kept.ClientID)
		return in.print(app, opened{kept.Token, db.Name, kept.IssuedAt})
	}
	if who == "" {
		return cli.Failf(cli.Config, "there is nothing to open a session with: no saved token is bound").
			WithHint("bind a token, or name one; a classic database takes --username too").
			WithNext("astra env use "+shellword.Quote(db.Name)+" --role ROLE", "astra auth session --saved-token NAME")
	}
	if !cli.KeepsSessions(profile) {
		app.Say("The session is not kept: %s.", notKept(profile))
	}
	made, err := in.open(ctx, app, api, profile, db, saved)
	if err != nil {
		return err
	}
	return in.print(app, made)
}

// savedToken is the saved token that is asked for, or bound; it is empty where
// neither is, or a user opens the session.
func (in session) savedToken(p config.Profile) (config.SavedToken, error) {
	name := cmp.Or(in.saved, p.Env.Token)
	if in.username != "" || name == "" {
		return config.SavedToken{}, nil
	}
	saved, found := p.Token(name)
	if !found {
		return saved, cli.NotAmongf("saved token", name, p.TokenNames())
	}
	return saved, nil
}

// notKept says why a session is not kept.
func notKept(p config.Profile) string {
	if p.Name == "" {
		return "there is no profile"
	}
	return "profile " + p.Name + " stores nothing"
}

// which is the database that is meant. The service is asked only if it is not
// the bound one.
func (in session) which(ctx context.Context, api *cli.Session, bound config.DB) (config.DB, error) {
	switch {
	case in.database == "" && bound.ID == "":
		return bound, cli.Failf(cli.Config, "no database is bound").WithHint("name one with --db").WithNext("astra env use DB")
	case in.database == "", in.database == bound.ID, spelling.SameName(in.database, bound.Name):
		return bound, nil
	}
	d, err := api.Database(ctx, in.database)
	return config.DB{ID: d.ID, Name: d.Name}, err
}

func (in session) print(app *cli.App, made opened) error {
	var text []byte
	switch app.OwnFormat() {
	case "header":
		text = fmt.Appendf(nil, "X-Cassandra-Token: %s\n", made.token.Reveal())
	case "graphql":
		header, err := json.Marshal(map[string]string{"x-cassandra-token": made.token.Reveal()})
		if err != nil {
			return err
		}
		text = append(header, '\n')
	default:
		return cli.WriteOne(app, app.Reveal(made.token), sessionColumns(), made)
	}
	_, err := app.Reveal(made.token).Write(text)
	return err
}

func sessionColumns() []output.Column[opened] {
	return []output.Column[opened]{
		{Key: "authToken", Value: func(o opened) any { return o.token.Reveal() }, Exact: true},
		{Key: "database", Value: func(o opened) any { return o.database }, Name: true},
		{Key: "issuedAt", Value: func(o opened) any { return o.issued }},
		{Key: "expiresAt", Value: func(o opened) any { return o.issued.Add(cli.RESTSessionLife) }},
	}
}
