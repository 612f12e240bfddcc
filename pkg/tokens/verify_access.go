package tokens

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/lookup"
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

// placesOf returns what roles grant, each permission and place once.
func placesOf(analyzer *access.Analyzer, refs []lookup.RoleRef) []PermissionPlace {
	all := []PermissionPlace{}
	known := map[string]map[access.Place]bool{}
	for _, ref := range refs {
		grants, _ := analyzer.Grants(ref.ID) // none of an unreadable role
		for _, g := range grants {
			for _, permission := range g.Permissions {
				if known[permission] == nil {
					known[permission] = map[access.Place]bool{}
				}
				if !known[permission][g.Place] {
					known[permission][g.Place] = true
					all = append(all, newPermissionPlace(permission, g.Place))
				}
			}
		}
	}
	return all
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

// PlaceLines counts the permissions at each place, a line each.
func (f Verification) PlaceLines() []string {
	var wheres []string
	permissions := map[string][]string{}
	for _, p := range f.Places {
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
		lines = append(lines, fmt.Sprintf("%s in %s", spelling.Count(len(permissions[where]), "permission"), where))
	}
	return lines
}

// Ask answers whether the token, which is valid, has a permission or capability at a
// place, and returns the reason.
func (f *Verification) Ask(w access.What, at rights.Place) (reason string, err error) {
	if f.snapshot == nil {
		f.Can = access.Unknown
		return "the roles of " + f.ClientID + " are not visible, so what it can do is unknown", nil
	}
	place, err := f.snapshot.Place(at)
	if err != nil {
		return "", err
	}
	p := access.Principal{Kind: access.Token, ID: f.ClientID, Name: cmp.Or(f.Saved, f.ClientID), Status: access.Active}
	for _, ref := range f.RoleRefs {
		p.Roles = append(p.Roles, ref.ID)
	}
	q := access.Question{What: w, Place: place}
	a := f.snapshot.Analyzer().Explain(p, q)
	f.Can = a.Answer
	return rights.Reason(q, a), nil
}
