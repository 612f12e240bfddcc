package plan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/suggest"
)

const idPrefix = "id:"

// resolver finds roles and databases of an organization by the names that a file has.
type resolver struct {
	org       string
	roles     map[string][]StateRole // by name
	roleByID  map[string]StateRole
	roleNames []string // for suggestions
	databases []StateDatabase
	ids       []string       // of databases
	catalog   map[string]int // the places of permissions in the catalog, from 1
}

func newResolver(state State) *resolver {
	n := &resolver{org: state.Organization.ID, roles: map[string][]StateRole{}, roleByID: map[string]StateRole{}, databases: state.Databases, catalog: map[string]int{}}
	for i, p := range iam.Permissions() {
		n.catalog[p.Parameter] = i + 1
	}
	for _, r := range state.Roles {
		n.roles[r.Name] = append(n.roles[r.Name], r)
		n.roleByID[r.ID] = r
		n.roleNames = append(n.roleNames, r.Name)
	}
	for _, d := range state.Databases {
		n.ids = append(n.ids, d.ID)
	}
	return n
}

// role returns the ID of the role that a name means: exactly, then as the Portal's name of
// a default role. id: and an ID is also one that was deleted.
func (n *resolver) role(ref string) (string, error) {
	if id, found := strings.CutPrefix(ref, idPrefix); found {
		return id, nil
	}
	switch same := n.roles[ref]; len(same) {
	case 1:
		return same[0].ID, nil
	case 0:
	default:
		var ids []string
		for _, r := range same {
			ids = append(ids, idPrefix+r.ID)
		}
		slices.Sort(ids)
		return "", fmt.Errorf("%d roles are named %q: use one of %s", len(same), ref, strings.Join(ids, ", "))
	}
	for id := range n.roleByID {
		if name := iam.DisplayName(id); name != "" && spelling.Fold(name) == spelling.Fold(ref) {
			return id, nil
		}
	}
	return "", fmt.Errorf("there is no role %q%s", ref, meant(ref, n.roleNames))
}

// roleRef returns the name that means a role, or its ID.
func (n *resolver) roleRef(id string) string {
	r, found := n.roleByID[id]
	if found && isName(r.Name) {
		if meant, err := n.role(r.Name); err == nil && meant == id {
			return r.Name
		}
	}
	return idPrefix + id
}

// isName reports whether a name can stand in a file without a prefix.
func isName(name string) bool {
	return name != "" && !strings.HasPrefix(name, idPrefix) && !strings.HasPrefix(name, createdPrefix)
}

// database returns the ID of a database that exists.
func (n *resolver) database(ref string) (string, error) {
	id, byID := strings.CutPrefix(ref, idPrefix)
	var found, known []string
	for _, d := range n.databases {
		known = append(known, d.Name)
		if byID && d.ID == id || !byID && d.Name == ref {
			found = append(found, d.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("there is no database %q%s", ref, meant(ref, known))
	}
	for i := range found {
		found[i] = idPrefix + found[i]
	}
	slices.Sort(found)
	return "", fmt.Errorf("%d databases are named %q: use one of %s", len(found), ref, strings.Join(found, ", "))
}

// databaseRef returns the name that means a database, or its ID.
func (n *resolver) databaseRef(id string) string {
	for _, d := range n.databases {
		if d.ID != id || !isName(d.Name) || d.Name == iam.Wildcard {
			continue
		}
		if meant, err := n.database(d.Name); err == nil && meant == id {
			return d.Name
		}
	}
	return idPrefix + id
}

func meant(ref string, known []string) string {
	if near := suggest.Nearest(ref, known); len(near) > 0 {
		return fmt.Sprintf("; did you mean %q?", near[0])
	}
	return ""
}

// resources returns the resource names of a role of a file, sorted, and what is wrong with
// its places.
func (n *resolver) resources(r Role) ([]string, []Problem) {
	var problems []Problem
	in := In{Word: r.In.Word, Places: slices.Clone(r.In.Places)}
	for i, p := range in.Places {
		if p.Database == iam.Wildcard {
			continue
		}
		id, err := n.database(p.Database)
		if err != nil {
			problems = append(problems, Problem{Position: p.At, Why: err.Error()})
		}
		in.Places[i].Database = id
	}
	var all []string
	if !in.IsZero() {
		all = compile(n.org, in, r.Permissions)
	}
	for _, name := range r.Resources {
		expanded, err := n.expand(name)
		if err != nil {
			problems = append(problems, Problem{Position: r.At, Why: err.Error()})
		}
		all = append(all, expanded)
	}
	return distinct(all), problems
}

const organizationPlaceholder = "${org}"

// expand replaces the placeholders of a resource name. $${ is the text ${.
func (n *resolver) expand(name string) (string, error) {
	placeholder := regexp.MustCompile(`\$\$\{|\$\{[^}]*\}?`)
	var failed error
	expanded := placeholder.ReplaceAllStringFunc(name, func(p string) string {
		database, found := strings.CutPrefix(p, "${db:")
		switch {
		case p == "$${":
			return "${"
		case p == organizationPlaceholder:
			return n.org
		case found && strings.HasSuffix(database, "}"):
			id, err := n.database(strings.TrimSuffix(database, "}"))
			if err != nil {
				failed = err
			}
			return id
		}
		failed = fmt.Errorf("unknown placeholder %q: use ${org}, ${db:NAME}, or $${ for the text ${", p)
		return p
	})
	return expanded, failed
}

// shorten returns the text that expand returns as this resource name.
func (n *resolver) shorten(resource string) string {
	escape := func(text string) string { return strings.ReplaceAll(text, "${", "$${") }
	prefix := iam.DRN{Org: n.org}.String()
	rest, found := strings.CutPrefix(resource, prefix)
	if !found || rest != "" && rest[0] != ':' {
		return escape(resource)
	}
	short := strings.TrimSuffix(prefix, n.org) + organizationPlaceholder
	behind, found := strings.CutPrefix(rest, ":db:")
	if !found {
		return short + escape(rest)
	}
	id, _, _ := strings.Cut(behind, ":")
	name := n.databaseRef(id)
	if strings.HasPrefix(name, idPrefix) || strings.Contains(name, "}") {
		return short + escape(rest)
	}
	return short + ":db:${db:" + name + "}" + escape(strings.TrimPrefix(behind, id))
}

// sortPermissions returns each permission once, in the order of the catalog, and then those
// that the catalog lacks.
func (n *resolver) sortPermissions(permissions []string) []string {
	rank := func(p string) int { return cmp.Or(n.catalog[p], len(n.catalog)+1) }
	all := slices.Clone(permissions)
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	return orEmpty(slices.Compact(all))
}
