package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/classic"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
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
		Long: `Open a session with the REST API of a database and print its token. Send it in
the X-Cassandra-Token header, for example with curl or the GraphQL playground.

The session uses the client ID and secret of the selected saved token (see
"astra env use") or of --saved-token. A classic database has its own users: name
one with --username; the password is read from a prompt that does not show it,
or from standard input. Databases created since March 4, 2021 have no user names
and passwords and require a token.

A session ends after 30 minutes without use. Its token is kept in the secret
store of the profile and printed again for 25 minutes; then a new session is
opened. A given password always opens a new session.

-o header prints a header line for curl, which hides it from other users:

    astra auth session -o header | curl -H @- ENDPOINT/v2/schemas/keyspaces

-o graphql prints the headers for the playground. An application token works in
the same header without a session. To print the token alone, use "astra auth
session --jq .authToken".

The sandbox serves the REST API at /api/rest below the address printed by "astra
sandbox serve". Its classic database "legacy" has the user legacy with the
password legacy-password.`,
		Example: "  astra env use demo --role 'R/W User' --yes\n" +
			"  astra auth session\n" +
			"  token=$(astra auth session --jq .authToken)\n" +
			"  astra auth session -o header\n" +
			"  echo legacy-password | astra auth session --db legacy --username legacy -o graphql",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	f.StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	f.StringVar(&in.username, "username", "", "`name` of a user of a classic database, or a client ID; prompts for the password")
	f.StringVar(&in.saved, "saved-token", "", "`name` of the saved token (default: the selected one)")
	f.BoolVar(&in.renew, "renew", false, "open a new session even if one exists")
	completion.Flags(f, completion.Databases, "db")
	completion.Flags(f, completion.SavedTokens, "saved-token")
	cmd.MarkFlagsMutuallyExclusive("username", "saved-token")
	return cli.OwnFormats(cmd, "header", "graphql")
}

// openSession is a session as it is printed.
type openSession struct {
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
	db, token, err := in.which(ctx, app, api, profile)
	if err != nil {
		return err
	}
	saved, err := in.savedToken(profile, token)
	if err != nil {
		return err
	}
	who := cmp.Or(in.username, saved.ClientID)
	sessions, err := app.RESTSessions(profile)
	if err != nil {
		return err
	}
	kept, fresh, err := sessions.Get(ctx, db.ID)
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
		app.Say("Reusing the session with %s, opened as %s. To open a new one, add --renew.", db.Name, kept.ClientID)
		return in.print(app, openSession{kept.Token, db.Name, kept.IssuedAt})
	}
	if who == "" {
		return exit.Failf(exit.Config, "no saved token selected for %s", db.Name).
			WithHint("select a token or use --saved-token; for a classic database, --username also works").
			WithNext("astra env use "+shellword.Quote(lookup.Reference(db.Name))+" --role ROLE", "astra auth session --saved-token NAME")
	}
	if !classic.Stores(profile) {
		app.Say("The session is not stored: %s.", explainNoStore(profile))
	}
	made, err := in.open(ctx, app, api, sessions, db, saved)
	if err != nil {
		return err
	}
	return in.print(app, made)
}

// savedToken is the saved token called name; it is empty without a name, or where a
// user opens the session.
func (in session) savedToken(p config.Profile, name string) (config.SavedToken, error) {
	if in.username != "" || name == "" {
		return config.SavedToken{}, nil
	}
	saved, found := p.Token(name)
	if !found {
		return saved, lookup.NoSavedToken(p, name)
	}
	return saved, nil
}

// explainNoStore says why a session is not stored.
func explainNoStore(p config.Profile) string {
	if p.Name == "" {
		return "no profile"
	}
	return "profile " + p.Name + " stores nothing"
}

// which is the database that is meant, and the name of the saved token for it. The
// service is asked only for a database that has no binding.
func (in session) which(ctx context.Context, app *cli.App, api *cli.Session, p config.Profile) (config.DB, string, error) {
	selected, err := app.Select(p, in.database)
	switch {
	case err != nil:
		return config.DB{}, "", err
	case selected.Set():
		token, err := in.token(selected)
		return selected.Binding.DB, token, err
	}
	d, err := api.DatabaseOrSelected(ctx, in.database)
	if err != nil {
		return config.DB{}, "", err
	}
	if b, found := p.Binding(d.ID); found { // under another name
		selected, err = app.Select(p, b.DB.ID)
		if err != nil {
			return config.DB{}, "", err
		}
		token, err := in.token(selected)
		return b.DB, token, err
	}
	db := config.DB{ID: d.ID, Name: d.Name}
	if selected.Project = selected.ProjectFor(db); in.saved == "" && in.username == "" && p.Name != "" && selected.Project.SavedToken != "" {
		return db, "", selected.NotSet()
	}
	return db, cmp.Or(in.saved, p.Selected.Token), nil
}

// token is the name of the saved token for the selected database. A user opens a
// session without one.
func (in session) token(selected lookup.Selection) (string, error) {
	if in.username != "" {
		return "", nil
	}
	return selected.Token(in.saved)
}

func (in session) print(app *cli.App, made openSession) error {
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

func sessionColumns() []output.Column[openSession] {
	return []output.Column[openSession]{
		{Key: "authToken", Value: func(o openSession) any { return o.token.Reveal() }, Exact: true},
		{Key: "database", Value: func(o openSession) any { return o.database }, Name: true},
		{Key: "issuedAt", Value: func(o openSession) any { return o.issued }},
		{Key: "expiresAt", Value: func(o openSession) any { return o.issued.Add(classic.Life) }},
	}
}
