package role

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/output"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "get ROLE",
		Aliases: []string{"show", "describe"},
		Short:   "Show one role: its permissions, where they hold, and who has it",
		Example: "  astra --sandbox role get 'RO User'\n  astra --sandbox role get 'RO User' -o json",
		Args:    cli.Args("ROLE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			session, err := app.Session(cmd.Context())
			if err != nil {
				return err
			}
			found, err := session.Role(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return show(cmd.Context(), app, session, found)
		},
	}
}

// scope is one resource of a role in parts.
type scope struct {
	DRN      string  `json:"drn" yaml:"drn"`
	Database *string `json:"database" yaml:"database"`
	Keyspace *string `json:"keyspace" yaml:"keyspace"`
	Table    *string `json:"table" yaml:"table"`
}

// holder is a person or token that has a role.
type holder struct {
	Kind string `json:"kind" yaml:"kind"`
	ID   string `json:"id" yaml:"id"`
	Name string `json:"name" yaml:"name"`
}

type detailed struct {
	devops.Role
	scopes  []scope
	holders []holder
}

func show(ctx context.Context, app *cli.App, session *cli.Session, r devops.Role) error {
	holders, err := holders(ctx, app, session, r.ID)
	if err != nil {
		return err
	}
	names, err := databaseNames(ctx, session)
	if err != nil {
		return err
	}
	return cli.PrintOne(app, detailedColumns(), detailed{r, scopes(r.Policy.Resources, names), holders})
}

func detailedColumns() []output.Column[detailed] {
	var all []output.Column[detailed]
	for _, c := range columns() {
		wide := output.Column[detailed]{Key: c.Key, Name: c.Name, Value: func(d detailed) any { return c.Value(d.Role) }}
		switch c.Key {
		case "permissions":
			wide.Lines = func(d detailed) []string { return named(d.Role) }
		case "resources":
			wide.Data = true // scopes say it in words
		}
		all = append(all, wide)
	}
	return append(all,
		output.Column[detailed]{Key: "scopes", Value: func(d detailed) any { return d.scopes }, Lines: scopeLines},
		output.Column[detailed]{Key: "holders", Value: func(d detailed) any { return d.holders }, Lines: holderLines},
	)
}

// named shows permissions by console name with the API parameter.
func named(r devops.Role) []string {
	var words []string
	for _, parameter := range permissions(r) {
		if p, err := iam.FindPermission(parameter); err == nil {
			parameter = p.Name + " (" + parameter + ")"
		}
		words = append(words, parameter)
	}
	return words
}

// scopes takes resources apart, with database names instead of ids.
func scopes(resources []string, names map[string]string) []scope {
	all := []scope{}
	for _, r := range resources {
		s := scope{DRN: r}
		if drn, ok := iam.DescribeResource(r); ok {
			name := drn.Database
			if known, found := names[name]; found {
				name = known
			}
			s.Database, s.Keyspace, s.Table = part(name), part(drn.Keyspace), part(drn.Table)
		}
		all = append(all, s)
	}
	return all
}

func part(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func scopeLines(d detailed) []string {
	var words []string
	for _, s := range d.scopes {
		switch {
		case s.Table != nil:
			words = append(words, "table "+*s.Database+"/"+*s.Keyspace+"/"+*s.Table)
		case s.Keyspace != nil:
			words = append(words, "keyspace "+*s.Database+"/"+*s.Keyspace)
		case s.Database != nil:
			words = append(words, "database "+*s.Database)
		case strings.Contains(s.DRN, ":stream:") || strings.Contains(s.DRN, ":role:"):
			words = append(words, s.DRN)
		default:
			words = append(words, "organization")
		}
	}
	return words
}

func holderLines(d detailed) []string {
	var words []string
	for _, h := range d.holders {
		words = append(words, h.Kind+" "+h.Name)
	}
	return words
}

// holders returns the people and tokens that have a role, as far as the
// credential may see them.
func holders(ctx context.Context, app *cli.App, session *cli.Session, roleID string) ([]holder, error) {
	all := []holder{}
	members, err := session.Members(ctx)
	if errors.Is(err, devops.ErrForbidden) {
		app.Say("This credential may not see who has the role: it lacks org-user-read.")
	} else if err != nil {
		return nil, err
	}
	for _, u := range members.Users {
		if slices.ContainsFunc(u.Roles, func(r devops.RoleRef) bool { return r.ID == roleID }) {
			all = append(all, holder{"user", u.ID, u.Email})
		}
	}
	tokens, err := session.Tokens.List(ctx)
	if errors.Is(err, devops.ErrForbidden) {
		app.Say("This credential may not see which tokens have the role: it lacks org-token-read.")
	} else if err != nil {
		return nil, err
	}
	for _, t := range tokens {
		if slices.Contains(t.Roles, roleID) {
			all = append(all, holder{"token", t.ClientID, t.ClientID})
		}
	}
	return all, nil
}

// databaseNames maps ids to names, as far as the credential may see them.
func databaseNames(ctx context.Context, session *cli.Session) (map[string]string, error) {
	names := map[string]string{}
	for d, err := range session.Databases.All(ctx, "all") {
		if errors.Is(err, devops.ErrForbidden) {
			break
		}
		if err != nil {
			return nil, err
		}
		names[d.ID] = d.Name
	}
	return names, nil
}
