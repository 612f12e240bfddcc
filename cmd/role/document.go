package role

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/textfile"
)

// document is the JSON form of a role that --from reads and "role get" prints.
type document struct {
	Name        string   `json:"name"`
	Description *string  `json:"description"`
	Permissions []string `json:"permissions"`
	Resources   []string `json:"resources"`
	Scopes      []struct {
		DRN      string `json:"drn"`
		Database string `json:"database"`
		Keyspace string `json:"keyspace"`
		Table    string `json:"table"`
	} `json:"scopes"`

	// Fields that "role get" also prints, and that are ignored.
	ID           json.RawMessage `json:"id"`
	DisplayName  json.RawMessage `json:"displayName"`
	Kind         json.RawMessage `json:"kind"`
	UpdatedAt    json.RawMessage `json:"updatedAt"`
	Holders      json.RawMessage `json:"holders"`
	Capabilities json.RawMessage `json:"capabilities"`
}

// readDocument reads the file of --from.
func readDocument(ctx context.Context, app *cli.App, name string) (document, error) {
	text, err := app.ReadText(ctx, "--from", name)
	if err != nil {
		return document{}, err
	}
	d, err := parseDocument([]byte(text))
	if err != nil {
		return document{}, exit.Usagef("--from %s: %v", name, err).WithHint("for the format, see the output of \"astra role get ROLE -o json\"")
	}
	return d, nil
}

// parseDocument parses a document and converts permissions to API parameters.
// It rejects unknown keys: a misspelled one would silently omit a setting.
func parseDocument(text []byte) (document, error) {
	var d document
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return document{}, unmarshalError(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return document{}, errors.New("unexpected text after the role")
	}
	for i, name := range d.Permissions {
		p, err := iam.FindPermission(name)
		switch {
		case err == nil:
			d.Permissions[i] = p.Parameter
		case !parameter().MatchString(name): // the service may know more permissions than this program
			return document{}, err
		}
	}
	d.Permissions = distinct(d.Permissions)
	return d, d.check()
}

// unmarshalError describes an error of the JSON decoder.
func unmarshalError(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the document is empty")
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := textfile.Field(kind)
		if field == "" {
			return fmt.Errorf("expected a JSON object, not %s", kind.Value)
		}
		return fmt.Errorf("%s cannot be a JSON %s", field, kind.Value)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// parameter matches the format of API parameters.
func parameter() *regexp.Regexp { return regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`) }

func (d document) check() error {
	switch {
	case d.Resources != nil && len(d.Resources) == 0:
		return errors.New("resources: the list is empty, so the role would apply nowhere")
	case d.Resources == nil && d.Scopes != nil && len(d.Scopes) == 0:
		return errors.New("scopes: the list is empty, so the role would apply nowhere")
	}
	for _, r := range d.Resources {
		if _, err := iam.ParseDRN(r); err != nil {
			return err
		}
	}
	for _, s := range d.Scopes {
		switch {
		case s.DRN != "":
			if _, err := iam.ParseDRN(s.DRN); err != nil {
				return err
			}
		case s.Database == "":
			return errors.New(`a scope has no database; use "*" for every database`)
		case s.Table != "" && s.Keyspace == "":
			return errors.New("a scope has a table without a keyspace")
		}
		if err := (iam.Scope{Keyspace: s.Keyspace, Table: s.Table}).Check(); err != nil && s.DRN == "" {
			return err
		}
	}
	return nil
}

// parseScope reports whether the document has a scope.
func (d document) parseScope() bool { return d.Resources != nil || d.Scopes != nil }

// scopeFlags returns the scope of the document. Resources are exact, so scopes
// apply only without them, and the other fields of a scope only without its
// DRN.
func (d document) scopeFlags(ctx context.Context, app *cli.App, session *cli.Session) (scopeFlags, error) {
	if d.Resources != nil {
		return scopeFlags{exact: slices.Clone(d.Resources)}, nil
	}
	var refs []string
	for _, s := range d.Scopes {
		if s.DRN == "" && s.Database != iam.Wildcard {
			refs = append(refs, s.Database)
		}
	}
	databases, err := session.FindDatabases(ctx, refs)
	if err != nil {
		return scopeFlags{}, err
	}
	var p scopeFlags
	for _, s := range d.Scopes {
		if s.DRN != "" {
			p.exact = append(p.exact, s.DRN)
			continue
		}
		scope := iam.Scope{Database: s.Database, Keyspace: s.Keyspace, Table: s.Table}
		if s.Database == iam.Wildcard {
			p.compiled, p.scopes = true, append(p.scopes, scope)
			continue
		}
		scope.Database = databases[0].ID
		p.add(app, databases[0], scope)
		databases = databases[1:]
	}
	return p, nil
}

// describe returns the description of a role called name. A description that
// equals the name in the document, as in the Portal, is ignored.
func (d document) describe(name string) string {
	if d.Description == nil || spelling.SameName(*d.Description, d.Name) {
		return name
	}
	return *d.Description
}

// sameName reports whether the document has the name of the role.
func (d document) sameName(r devops.Role) bool {
	return d.Name == "" || spelling.SameName(d.Name, r.Name)
}
