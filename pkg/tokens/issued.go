package tokens

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

// An IssuedToken is a new credential with the facts that are printed about it.
type IssuedToken struct {
	devops.Credential
	Roles    []lookup.RoleRef
	Saved    string
	Previous string // client ID of the token that it replaces
	Due      time.Time
	Action   string // on the previous token
}

// IssuedColumns describe a new credential. Its secrets are null unless reveal is set,
// which only a destination does.
func IssuedColumns(reveal bool) []output.Column[IssuedToken] {
	secret := func(key string, value func(IssuedToken) string) output.Column[IssuedToken] {
		return output.Column[IssuedToken]{Key: key, Exact: true, Data: !reveal, Value: func(g IssuedToken) any {
			if !reveal {
				return output.OrNull("")
			}
			return value(g)
		}}
	}
	return []output.Column[IssuedToken]{
		{Key: "clientId", Value: func(g IssuedToken) any { return g.ClientID }, Name: true},
		secret("secret", func(g IssuedToken) string { return g.Secret.Reveal() }),
		secret("token", func(g IssuedToken) string { return g.Token.Reveal() }),
		{Key: "orgId", Value: func(g IssuedToken) any { return g.OrgID }},
		{Key: "roles", Value: func(g IssuedToken) any { return g.Roles }, Text: func(g IssuedToken) string { return lookup.RoleNames(g.Roles) }},
		{Key: "description", Value: func(g IssuedToken) any { return g.Description }},
		{Key: "generatedOn", Value: func(g IssuedToken) any { return g.GeneratedOn }},
		{Key: "expiresAt", Value: func(g IssuedToken) any { return g.ExpiresAt }, Unset: func(IssuedToken) string { return "never" }},
		{Key: "saved", Value: func(g IssuedToken) any { return output.OrNull(g.Saved) }},
	}
}

// RotatedColumns describe a new credential that replaces another one.
func RotatedColumns(reveal bool) []output.Column[IssuedToken] {
	return slices.Insert(IssuedColumns(reveal), 1,
		output.Column[IssuedToken]{Key: "previous", Value: func(g IssuedToken) any { return g.Previous }})
}

// toStdout returns a function that writes the credential with its secrets, in the
// format of standard output.
func toStdout(app *cli.App, columns []output.Column[IssuedToken], shown func(devops.Credential) IssuedToken) func(io.Writer, devops.Credential) error {
	return func(w io.Writer, made devops.Credential) error {
		return cli.WriteOne(app, app.Secrets.WriterExcept(w, made.Secret, made.Token), columns, shown(made))
	}
}

// toFile returns a function that writes the credential with its secrets to a file, in a
// format or in that of the suffix. JSON and CSV are as on standard output.
func toFile(app *cli.App, path, format string, columns []output.Column[IssuedToken], shown func(devops.Credential) IssuedToken) (func(io.Writer, devops.Credential) error, error) {
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
		return output.One(app.Secrets.WriterExcept(w, made.Secret, made.Token), o, columns, shown(made))
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
