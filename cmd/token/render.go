package token

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/output"
)

// generated is a new credential as it is shown.
type generated struct {
	devops.Credential
	roles    []cli.RoleRef
	saved    string
	revealed bool // this output is where the secret goes
}

func generatedColumns() []output.Column[generated] {
	revealed := func(g generated, s string) any {
		if !g.revealed {
			return output.OrNull("")
		}
		return s
	}
	return []output.Column[generated]{
		{Key: "clientId", Value: func(g generated) any { return g.ClientID }, Name: true},
		{Key: "secret", Value: func(g generated) any { return revealed(g, g.Secret.Reveal()) }},
		{Key: "token", Value: func(g generated) any { return revealed(g, g.Token.Reveal()) }},
		{Key: "orgId", Value: func(g generated) any { return g.OrgID }},
		{Key: "roles", Value: func(g generated) any { return g.roles }, Text: func(g generated) string { return cli.RoleNames(g.roles) }},
		{Key: "description", Value: func(g generated) any { return g.Description }},
		{Key: "generatedOn", Value: func(g generated) any { return g.GeneratedOn }},
		{Key: "expiresAt", Value: func(g generated) any { return g.ExpiresAt }},
		{Key: "saved", Value: func(g generated) any { return output.OrNull(g.saved) }},
	}
}

// renderer writes the credential in the format of standard output, with the
// secrets or without.
func (in generate) renderer(app *cli.App, roles []devops.Role, reveal bool) func(io.Writer, devops.Credential) error {
	return func(w io.Writer, made devops.Credential) error {
		g := generated{Credential: made, saved: in.save, revealed: reveal}
		for _, r := range roles {
			g.roles = append(g.roles, cli.RoleRef{ID: r.ID, Name: r.Name})
		}
		return cli.WriteOne(app, w, generatedColumns(), g)
	}
}

// fileFormat returns how a file of the given format is written. Without one,
// the suffix of the file decides.
func fileFormat(format, path string) (func(io.Writer, devops.Credential) error, error) {
	formats := map[string]func(io.Writer, devops.Credential) error{
		"json": writeJSON, "csv": writeCSV, "env": writeEnv, "text": writeText,
	}
	if format != "" {
		write, found := formats[format]
		if !found {
			return nil, cli.Usagef("--format is json, csv, env or text, not %q", format)
		}
		return write, nil
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		return writeCSV, nil
	case ".env":
		return writeEnv, nil
	case ".txt":
		return writeText, nil
	}
	return writeJSON, nil
}

// pairs are what a file holds.
func pairs(made devops.Credential) [][2]string {
	return [][2]string{
		{"clientId", made.ClientID},
		{"secret", made.Secret.Reveal()},
		{"token", made.Token.Reveal()},
		{"orgId", made.OrgID},
		{"description", made.Description},
		{"expiresAt", lifetime(made.ExpiresAt)},
	}
}

func writeJSON(w io.Writer, made devops.Credential) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{
		"clientId": made.ClientID, "secret": made.Secret.Reveal(), "token": made.Token.Reveal(),
		"orgId": made.OrgID, "description": made.Description, "generatedOn": made.GeneratedOn.UTC(), "expiresAt": lifetime(made.ExpiresAt),
	})
}

func writeCSV(w io.Writer, made devops.Credential) error {
	var header, values []string
	for _, p := range pairs(made) {
		header, values = append(header, p[0]), append(values, p[1])
	}
	c := csv.NewWriter(w)
	return c.WriteAll([][]string{header, values})
}

func writeText(w io.Writer, made devops.Credential) error {
	for _, p := range pairs(made) {
		if _, err := fmt.Fprintf(w, "%s: %s\n", p[0], output.Sanitize(p[1])); err != nil {
			return err
		}
	}
	return nil
}

func writeEnv(w io.Writer, made devops.Credential) error {
	text, err := envfile.Export(envfile.Dotenv, slices.Clone([]envfile.Var{
		{Name: "ASTRA_DB_CLIENT_ID", Value: made.ClientID},
		{Name: "ASTRA_DB_CLIENT_SECRET", Value: made.Secret.Reveal()},
		{Name: "ASTRA_DB_APPLICATION_TOKEN", Value: made.Token.Reveal()},
	}))
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
