package audit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// An auditor has what several rules ask.
type auditor struct {
	State

	analyzer  *access.Analyzer
	all       []access.What
	roles     map[string]access.Role // also default roles that are not listed
	contained map[[2]string]bool
	powers    map[string]power
	valid     struct {
		tokens     []Token
		principals []access.Principal
	}
}

// power is how a principal has every right, or can obtain it; the zero value does not.
type power struct {
	administers bool
	could       *access.Could
}

func newAuditor(s State) *auditor {
	a := &auditor{State: s, analyzer: access.New(s.Organization), all: access.Permissions(), roles: map[string]access.Role{}, contained: map[[2]string]bool{}}
	for _, r := range iam.DefaultRoles() {
		a.roles[r.ID] = access.Role{Role: r}
	}
	for _, r := range s.Roles {
		a.roles[r.ID] = r
	}
	return a
}

// power returns how a principal has every right, or can obtain it.
func (a *auditor) power(p access.Principal) power {
	if a.powers == nil {
		a.powers = map[string]power{}
		what, _ := access.ParseWhat(access.Administer) // a name of the catalog
		population := a.analyzer.Who(access.Question{What: what}, true)
		for _, h := range slices.Concat(population.Holders, population.Could) {
			a.powers[string(h.Principal.Kind)+h.Principal.ID] = power{h.Answer == access.Yes, h.Could}
		}
	}
	return a.powers[string(p.Kind)+p.ID]
}

// of returns the principals of a kind.
func (a *auditor) of(kind access.Kind) []access.Principal {
	return slices.DeleteFunc(slices.Clone(a.Principals), func(p access.Principal) bool { return p.Kind != kind })
}

// customRoles returns the custom roles.
func (a *auditor) customRoles() []access.Role {
	return slices.DeleteFunc(slices.Clone(a.Roles), func(r access.Role) bool {
		_, isDefault := iam.DefaultRole(r.ID)
		return isDefault || r.Unreadable
	})
}

// missingRoles returns the roles of a principal that do not exist.
func (a *auditor) missingRoles(p access.Principal) []string {
	return slices.DeleteFunc(distinct(p.Roles), func(id string) bool { _, found := a.roles[id]; return found })
}

// contains reports whether a role has all rights of another one.
func (a *auditor) contains(larger, smaller string) bool {
	key := [2]string{larger, smaller}
	result, known := a.contained[key]
	if !known {
		lacks := func(action string) bool { return !slices.Contains(a.roles[larger].Policy.Actions, action) }
		if !slices.ContainsFunc(a.roles[smaller].Policy.Actions, lacks) {
			differences := a.analyzer.Diff(alone(smaller), alone(larger), access.Place{}, a.all)
			result = !slices.ContainsFunc(differences, func(d access.Difference) bool {
				return len(d.OnlyA) > 0 || d.A == access.Unknown || d.B == access.Unknown
			})
		}
		a.contained[key] = result
	}
	return result
}

// alone is a holder of one role.
func alone(role string) access.Principal {
	return access.Principal{Kind: access.RoleAlone, ID: role, Name: role, Status: access.Active, Roles: []string{role}}
}

func distinct(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

func principalSubject(p access.Principal) Subject { return Subject{string(p.Kind), p.ID, p.Name} }

func roleSubject(r access.Role) Subject { return Subject{"role", r.ID, r.Name} }

func (a *auditor) organizationSubject() Subject { return Subject{"organization", a.ID, a.Name} }

// roleRef names a role on a command line: by its ID unless the name is plain and unique.
func (a *auditor) roleRef(id string) string {
	r, found := a.roles[id]
	same := 0
	for _, other := range a.roles {
		if spelling.SameName(other.Name, r.Name) {
			same++
		}
	}
	if !found || same > 1 || !plain(r.Name) {
		return "id:" + id
	}
	return r.Name
}

// databaseRef names a database on a command line.
func (a *auditor) databaseRef(id string) string {
	same, name := 0, id
	for _, d := range a.Databases {
		if d.ID == id {
			name = d.Name
		}
	}
	for _, d := range a.Databases {
		if spelling.SameName(d.Name, name) {
			same++
		}
	}
	if same != 1 || !plain(name) {
		return id
	}
	return name
}

// plain reports whether a name cannot be taken for a flag, an ID or a prefix.
func plain(name string) bool {
	if name == "" || name[0] == '-' || len(name) == len("00000000-0000-0000-0000-000000000000") {
		return false
	}
	return !strings.ContainsAny(name, ":") && spelling.Unseen(name) == ""
}

func (a *auditor) roleNames(ids []string) []string {
	names := []string{}
	for _, id := range ids {
		names = append(names, cmp.Or(a.roles[id].Name, id))
	}
	slices.Sort(names)
	return names
}

// command is a command line.
func command(words ...string) string { return shellword.Line(append([]string{"astra"}, words...)...) }
