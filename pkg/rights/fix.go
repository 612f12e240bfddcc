package rights

import (
	"cmp"
	"slices"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Fix returns the commands after which the answer of a question is yes; none if it is yes
// already, or if it cannot be told. A custom role that the principal has is changed in
// preference to giving it another role.
func (s *Snapshot) Fix(a access.Answer) []string {
	if a.Answer == access.Yes || a.Answer == access.Unknown || s.NoRoles != nil {
		return []string{}
	}
	if r, found := s.nearestOwn(a); found {
		return []string{s.widen(r, a)}
	}
	if a.Principal.Kind == access.RoleAlone {
		return []string{s.create(a.What, a)} // default roles cannot be changed
	}
	if i := slices.IndexFunc(a.Near, func(n access.Near) bool { return !n.Held }); i >= 0 {
		return s.assign(a.Principal, s.roleName(a.Near[i].Role.ID))
	}
	return append([]string{s.create(a.What, a)}, s.assign(a.Principal, a.What)...)
}

// nearestOwn returns the custom role of a principal that lacks the fewest permissions, at
// whatever place, if it has any of those that are needed. A role alone may have none.
func (s *Snapshot) nearestOwn(a access.Answer) (nearest access.Role, found bool) {
	least := 0
	for _, id := range a.Principal.Roles {
		r, listed := s.role(id)
		all, lacks := needs(a.Links, r.Policy.Actions)
		_, isDefault := iam.DefaultRole(id)
		switch {
		case !listed, isDefault, len(lacks) == len(all) && a.Principal.Kind != access.RoleAlone:
		case !found || len(lacks) < least:
			nearest, least, found = r, len(lacks), true
		}
	}
	return nearest, found
}

func (s *Snapshot) role(id string) (access.Role, bool) {
	i := slices.IndexFunc(s.Roles, func(r access.Role) bool { return r.ID == id && !r.Unreadable })
	if i < 0 {
		return access.Role{}, false
	}
	return s.Roles[i], true
}

// roleName returns the name of a role as a command line takes it: its ID if another role
// has the name too.
func (s *Snapshot) roleName(id string) string {
	r, found := s.role(id)
	same := func(other access.Role) bool { return other.ID != id && spelling.SameName(other.Name, r.Name) }
	if !found || r.Name == "" || slices.ContainsFunc(s.Roles, same) {
		return "id:" + id
	}
	return lookup.Reference(r.Name)
}

// needs returns the permissions that the links of an answer take, and those of them that
// are not among has.
func needs(links []access.Link, has []string) (all, lacks []string) {
	for _, l := range links {
		if slices.Contains(all, l.Atom) {
			continue
		}
		all = append(all, l.Atom)
		if !slices.Contains(has, l.Atom) {
			lacks = append(lacks, l.Atom)
		}
	}
	return all, lacks
}

// widen returns the command that makes a custom role sufficient, and takes nothing from
// it.
func (s *Snapshot) widen(r access.Role, a access.Answer) string {
	words := []string{"astra", "role", "update", s.roleName(r.ID)}
	all, lacks := needs(a.Links, r.Policy.Actions)
	for _, p := range lacks {
		words = append(words, "--add-permission", p)
	}
	required := s.required(a, all)
	missing := iam.SubtractResources(required, r.Policy.Resources)
	switch {
	case len(missing) == 0:
		return shellword.Line(words...)
	case len(iam.SubtractResources(r.Policy.Resources, required)) == 0:
		return shellword.Line(append(words, s.placeFlags(a.Place)...)...)
	}
	for _, resource := range slices.Concat(r.Policy.Resources, missing) {
		words = append(words, "--resource", resource)
	}
	return shellword.Line(words...)
}

// required returns the resources that permissions take at the place of an answer.
func (s *Snapshot) required(a access.Answer, permissions []string) []string {
	return iam.Resources(s.ID, []iam.Scope{{Database: a.Place.Database, Keyspace: a.Place.Keyspace, Table: a.Place.Table}}, permissions)
}

func (s *Snapshot) placeFlags(p access.Place) []string {
	if p.Database == "" || p.Database == iam.Wildcard && p.Keyspace == "" {
		return []string{"--all-databases"}
	}
	if p.Database == iam.Wildcard {
		return []string{"--resource", iam.DRN{Org: s.ID, Database: p.Database, Keyspace: p.Keyspace, Table: p.Table}.String()}
	}
	words := []string{"--db", cmp.Or(p.DatabaseName, p.Database)}
	for _, f := range [][2]string{{"--keyspace", p.Keyspace}, {"--table", p.Table}} {
		if f[1] == "" || f[1] == iam.Wildcard {
			break
		}
		words = append(words, f[0], f[1])
	}
	return words
}

func (s *Snapshot) create(name string, a access.Answer) string {
	words := []string{"astra", "role", "create", name}
	all, _ := needs(a.Links, nil)
	for _, p := range all {
		words = append(words, "--permission", p)
	}
	return shellword.Line(append(words, s.placeFlags(a.Place)...)...)
}

// assign returns the commands that give a principal one more role. The roles of a token
// cannot be changed, so another one with its roles replaces it.
func (s *Snapshot) assign(p access.Principal, role string) []string {
	if p.Kind == access.User {
		return []string{shellword.Line("astra", "user", "update", lookup.Reference(p.Name), "--add-role", role)}
	}
	words := []string{"astra", "token", "generate"}
	for _, id := range p.Roles {
		if _, found := s.role(id); found {
			words = append(words, "--role", s.roleName(id))
		}
	}
	words = append(words, "--role", role)
	if saved := s.savedName(p.ID); saved != "" {
		words = append(words, "--save", saved+"-2")
	}
	return []string{shellword.Line(words...), shellword.Line("astra", "token", "delete", p.ID)}
}
