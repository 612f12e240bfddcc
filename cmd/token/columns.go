package token

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
)

// issuedView is a new credential as it is shown.
type issuedView struct {
	devops.Credential
	roles    []lookup.RoleRef
	saved    string
	previous string // client id of the token that it replaces
	due      time.Time
	action   string // what became of the previous one
}

// generatedColumns describe a new credential, with its secrets only where this
// output is their destination. Elsewhere the keys stay, and are null.
func generatedColumns(reveal bool) []output.Column[issuedView] {
	secret := func(key string, value func(issuedView) string) output.Column[issuedView] {
		return output.Column[issuedView]{Key: key, Exact: true, Data: !reveal, Value: func(g issuedView) any {
			if !reveal {
				return output.OrNull("")
			}
			return value(g)
		}}
	}
	return []output.Column[issuedView]{
		{Key: "clientId", Value: func(g issuedView) any { return g.ClientID }, Name: true},
		secret("secret", func(g issuedView) string { return g.Secret.Reveal() }),
		secret("token", func(g issuedView) string { return g.Token.Reveal() }),
		{Key: "orgId", Value: func(g issuedView) any { return g.OrgID }},
		{Key: "roles", Value: func(g issuedView) any { return g.roles }, Text: func(g issuedView) string { return lookup.RoleNames(g.roles) }},
		{Key: "description", Value: func(g issuedView) any { return g.Description }},
		{Key: "generatedOn", Value: func(g issuedView) any { return g.GeneratedOn }},
		{Key: "expiresAt", Value: func(g issuedView) any { return g.ExpiresAt }, Unset: func(issuedView) string { return "never" }},
		{Key: "saved", Value: func(g issuedView) any { return output.OrNull(g.saved) }},
	}
}

// rotatedColumns describe a credential that takes another one's place.
func rotatedColumns(reveal bool) []output.Column[issuedView] {
	return slices.Insert(generatedColumns(reveal), 1,
		output.Column[issuedView]{Key: "previous", Value: func(g issuedView) any { return g.previous }})
}

// dueColumns describe the rotations of --due, by their new tokens.
func dueColumns() []output.Column[issuedView] {
	return append(rotatedColumns(false),
		output.Column[issuedView]{Key: "due", Value: func(g issuedView) any { return g.due }},
		output.Column[issuedView]{Key: "action", Value: func(g issuedView) any { return g.action }})
}

// shown is the credential with the names of its roles.
func (in generate) shown(made devops.Credential, roles []devops.Role) issuedView {
	g := issuedView{Credential: made, saved: in.save}
	for _, r := range roles {
		g.roles = append(g.roles, lookup.RoleRef{ID: r.ID, Name: r.Name})
	}
	return g
}

// toStdout returns how the credential is written with its secrets in the format of
// standard output.
func toStdout(app *cli.App, columns []output.Column[issuedView], shown func(devops.Credential) issuedView) func(io.Writer, devops.Credential) error {
	return func(w io.Writer, made devops.Credential) error {
		return cli.WriteOne(app, app.Secrets.Sparing(w, made.Secret, made.Token), columns, shown(made))
	}
}

// toFile returns how a file is written: in the given format, or that of its
// suffix. JSON and CSV are what standard output would have been.
func toFile(app *cli.App, path, format string, columns []output.Column[issuedView], shown func(devops.Credential) issuedView) (func(io.Writer, devops.Credential) error, error) {
	if format == "" {
		format = map[string]string{".csv": "csv", ".env": "env", ".txt": "text"}[strings.ToLower(filepath.Ext(path))]
	}
	var o output.Options
	switch format {
	case "", "json":
		o.Format = output.JSON
	case "csv":
		o.Format = output.CSV
	case "text":
		o.Format = output.Table
	case "env":
		return writeEnv, nil
	default:
		return nil, exit.Usagef("--format is json, csv, env or text, not %q", format)
	}
	return func(w io.Writer, made devops.Credential) error {
		return output.One(app.Secrets.Sparing(w, made.Secret, made.Token), o, columns, shown(made))
	}, nil
}

func writeEnv(w io.Writer, made devops.Credential) error {
	text, err := envfile.Export(envfile.Dotenv, []envfile.Var{
		{Name: "ASTRA_DB_CLIENT_ID", Value: made.ClientID},
		{Name: "ASTRA_DB_CLIENT_SECRET", Value: made.Secret.Reveal()},
		{Name: "ASTRA_DB_APPLICATION_TOKEN", Value: made.Token.Reveal()},
	})
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
