package tokens

import (
	"cmp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/spelling"
)

// PermissionPlace is a place where a token has a permission; without a database it is
// the organization.
type PermissionPlace struct {
	Permission string      `json:"permission"`
	Database   *access.Ref `json:"database"`
	Keyspace   *string     `json:"keyspace"`
	Table      *string     `json:"table"`

	place access.Place
}

// addPlaces adds what the roles grant, each permission and place once, if all of them can
// be read.
func (f *Verification) addPlaces() {
	analyzer := f.snapshot.Analyzer()
	if f.unknown = analyzer.Unknown(f.principal); f.unknown != "" {
		return
	}
	f.Places = []PermissionPlace{}
	type known struct {
		permission string
		place      access.Place
	}
	seen := map[known]bool{}
	for _, id := range f.principal.Roles {
		grants, _ := analyzer.Grants(id) // none of a deleted role
		for _, g := range grants {
			for _, permission := range g.Permissions {
				if k := (known{permission, g.Place}); !seen[k] {
					seen[k] = true
					f.Places = append(f.Places, newPermissionPlace(permission, g.Place))
				}
			}
		}
	}
}

func newPermissionPlace(permission string, p access.Place) PermissionPlace {
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	found := PermissionPlace{Permission: permission, Keyspace: text(p.Keyspace), Table: text(p.Table), place: p}
	if p.Database != "" {
		found.Database = &access.Ref{ID: p.Database, Name: cmp.Or(p.DatabaseName, p.Database)}
	}
	return found
}

// maxNamedPermissions is the maximum number of permissions that a line of places names.
const maxNamedPermissions = 2

// PlaceLines names or counts the permissions at each place, a line each. Keyspaces that
// drivers read when they connect are left out for a permission that has other places.
func (f Verification) PlaceLines() []string {
	if f.unknown != "" {
		return []string{"unknown: " + f.unknown}
	}
	isSystem := func(p PermissionPlace) bool { return slices.Contains(iam.SystemKeyspaces(), p.place.Keyspace) }
	elsewhere := map[string]bool{}
	for _, p := range f.Places {
		elsewhere[p.Permission] = elsewhere[p.Permission] || !isSystem(p)
	}
	var wheres []string
	permissions := map[string][]string{}
	for _, p := range f.Places {
		if isSystem(p) && elsewhere[p.Permission] {
			continue
		}
		where := rights.DescribePlace(p.place)
		if permissions[where] == nil {
			wheres = append(wheres, where)
		}
		if !slices.Contains(permissions[where], p.Permission) {
			permissions[where] = append(permissions[where], p.Permission)
		}
	}
	var lines []string
	for _, where := range wheres {
		what := strings.Join(permissions[where], ", ")
		if n := len(permissions[where]); n > maxNamedPermissions {
			what = spelling.Count(n, "permission")
		}
		lines = append(lines, what+" in "+where)
	}
	return lines
}

// Ask answers whether the token, which is valid, has a permission or capability at a
// place, and returns the reason and how a command ends with the answer.
func (f *Verification) Ask(app *cli.App, w access.What, at rights.Place) (reason string, status, err error) {
	switch {
	case f.Lost != nil && (f.snapshot == nil || w.Level > iam.DepthOrganization || at.Database != ""):
		return "", nil, f.Lost
	case f.snapshot == nil:
		f.Can = access.Unknown
		why := cmp.Or(f.Hidden, "the roles of "+f.ClientID+" are not visible")
		return why + ", so what it can do is unknown", exit.ErrUndecided, nil
	}
	place, err := f.snapshot.Place(at)
	if err != nil {
		return "", nil, err
	}
	q := access.Question{What: w, Place: place}
	a := f.snapshot.Analyzer().Explain(f.principal, q)
	f.Can = a.Answer
	rights.WarnCut(app, a, w)
	return rights.Reason(q, a), rights.Status(q, a), nil
}
