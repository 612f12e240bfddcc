package role

import (
	"cmp"
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
)

// permissionWords returns the Portal names of actions with API parameters.
func permissionWords(actions []string) []string {
	words := distinct(actions)
	for i, parameter := range words {
		if p, err := iam.FindPermission(parameter); err == nil {
			words[i] = p.Name + " (" + parameter + ")"
		}
	}
	return words
}

// scope is one resource of a role in parts.
type scope struct {
	DRN      string  `json:"drn" yaml:"drn"`
	Database *string `json:"database" yaml:"database"`
	Keyspace *string `json:"keyspace" yaml:"keyspace"`
	Table    *string `json:"table" yaml:"table"`
}

// scopes parses resources and replaces database IDs with names.
func scopes(resources []string, names map[string]string) []scope {
	all := []scope{}
	for _, r := range resources {
		s := scope{DRN: r}
		if drn, ok := iam.DescribeResource(r); ok {
			s.Database, s.Keyspace, s.Table = optionalText(cmp.Or(names[drn.Database], drn.Database)), optionalText(drn.Keyspace), optionalText(drn.Table)
		}
		all = append(all, s)
	}
	return all
}

func optionalText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func formatScope(all []scope) []string {
	var words []string
	for _, s := range all {
		words = append(words, s.words())
	}
	return words
}

// words returns the resource as text, such as "keyspace demo/app".
func (s scope) words() string {
	drn, ok := iam.DescribeResource(s.DRN)
	switch {
	case !ok, drn.Stream != "", drn.Role != "":
		return s.DRN
	case s.Table != nil:
		return "table " + *s.Database + "/" + *s.Keyspace + "/" + *s.Table
	case s.Keyspace != nil:
		return "keyspace " + *s.Database + "/" + *s.Keyspace
	case s.Database != nil:
		return "database " + *s.Database
	}
	return "organization"
}

// databaseNames maps IDs to names of the databases that the credential can
// list.
func databaseNames(ctx context.Context, session *cli.Session) (map[string]string, error) {
	databases, err := lookup.Answer(ctx, session.Directory, lookup.Databases("all"))
	if err != nil && !errors.Is(err, devops.ErrForbidden) {
		return nil, err
	}
	names := make(map[string]string, len(databases))
	for _, d := range databases {
		names[d.ID] = d.Name
	}
	return names, nil
}
