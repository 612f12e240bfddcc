package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Effect is what a principal gains and loses by a plan.
type Effect struct {
	Principal access.Principal `json:"principal"`
	Gains     []Change         `json:"gains"`
	Loses     []Change         `json:"loses"`
	// Everything says that it loses all that it has.
	Everything bool `json:"everything"`
	holder     *holder
}

// Change is a capability or, without one, a permission, at a place: all of a kind with *,
// and the organization without a database.
type Change struct {
	Capability string `json:"capability"`
	Permission string `json:"permission"` // the decisive one of a capability
	Database   string `json:"database"`   // its name, or its ID if the name is unknown
	Keyspace   string `json:"keyspace"`
	Table      string `json:"table"`
}

// EffectLine is a sentence about principals with the same effect, such as "7 people with
// Look around", "lose", "see people".
type EffectLine struct{ Who, Verb, What string }

// Effects returns what each principal gains and loses, users before tokens.
func Effects(state State, steps []Step) []Effect {
	w := newWorld(state, steps)
	analyzer, final := w.analyzer()
	capabilities, permissions := access.Capabilities(), access.Permissions()
	var all []Effect
	for _, h := range w.holders {
		before, after := w.access(h, begin), w.access(h, finish)
		if slices.Equal(before, after) {
			continue
		}
		a := access.Principal{Roles: h.roles}
		b := access.Principal{Roles: final(w.roles(h, finish))}
		e := Effect{Gains: []Change{}, Loses: []Change{}, holder: h, Everything: after.count() == 0}
		e.add(analyzer.Diff(a, b, access.Place{}, capabilities))
		e.add(analyzer.Diff(a, b, access.Place{}, permissions))
		for _, p := range h.principals {
			e.Principal = p
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b Effect) int { return cmp.Compare(order(a.Principal.Kind), order(b.Principal.Kind)) })
	return all
}

func order(k access.Kind) int { return slices.Index([]access.Kind{access.User, access.Token}, k) }

// analyzer returns an Analyzer that knows the roles before and after the steps, and a
// function that returns the IDs of the roles after them.
func (w *world) analyzer() (*access.Analyzer, func([]string) []string) {
	const after = "after "
	org := access.Organization{ID: w.state.Organization.ID}
	add := func(id string, r StateRole) {
		org.Roles = append(org.Roles, access.Role{Role: r.asRole(id)})
	}
	for _, r := range w.state.Roles {
		add(r.ID, r)
	}
	for _, s := range w.steps {
		if s.Kind == RoleStep && s.RoleAfter != nil {
			add(after+roleID(s), *s.RoleAfter)
		}
	}
	for _, d := range w.state.Databases {
		org.Databases = append(org.Databases, access.Database{ID: d.ID, Name: d.Name})
	}
	return access.New(org), func(ids []string) []string {
		changed := slices.Clone(ids)
		for i, id := range ids {
			if len(w.roleDo[id]) > 0 {
				changed[i] = after + id
			}
		}
		return changed
	}
}

// add adds differences, without permissions whose capabilities were added.
func (e *Effect) add(differences []access.Difference) {
	for _, d := range differences {
		e.Loses = addChanges(e.Loses, d.What, d.OnlyA)
		e.Gains = addChanges(e.Gains, d.What, d.OnlyB)
	}
}

func addChanges(all []Change, what access.What, places []access.Place) []Change {
	for _, p := range places {
		c := Change{Permission: decisive(what), Database: cmp.Or(p.DatabaseName, p.Database), Keyspace: p.Keyspace, Table: p.Table}
		if what.Capability {
			c.Capability = what.Name
		} else if slices.ContainsFunc(all, func(o Change) bool { return o.Permission == c.Permission || o.Capability == access.Administer }) {
			continue
		}
		all = append(all, c)
	}
	return all
}

// decisive returns the permission of a capability that is not about the data API.
func decisive(what access.What) string {
	if what.Name == access.Administer {
		return ""
	}
	for _, atom := range what.Ways[0].Atoms {
		if !slices.Contains([]string{"db-cql", "db-rest", "db-graphql"}, atom.Permission) {
			return atom.Permission
		}
	}
	return what.Ways[0].Atoms[0].Permission
}

// EffectLines returns the effects in words. Principals with the same effect share a line.
func EffectLines(state State, effects []Effect) []EffectLine {
	type line struct {
		verb, what string
		effects    []Effect
	}
	var lines []*line
	add := func(verb, what string, e Effect) {
		i := slices.IndexFunc(lines, func(l *line) bool { return l.verb == verb && l.what == what })
		if i < 0 {
			i = len(lines)
			lines = append(lines, &line{verb: verb, what: what})
		}
		lines[i].effects = append(lines[i].effects, e)
	}
	for _, e := range effects {
		if len(e.Gains) > 0 {
			add("gain", describeChanges(e.Gains), e)
		}
		switch {
		case e.Everything:
			add("lose", "everything", e)
		case len(e.Loses) > 0:
			add("lose", describeChanges(e.Loses), e)
		}
	}
	var all []EffectLine
	for _, l := range lines {
		verb := l.verb
		if len(l.effects) == 1 {
			verb += "s"
		}
		all = append(all, EffectLine{describePrincipals(state, l.effects), verb, l.what})
	}
	return all
}

// describePrincipals names a few principals, and counts more: "7 people with Look around".
func describePrincipals(state State, effects []Effect) string {
	var names []string
	people := 0
	same := true
	for _, e := range effects {
		names = append(names, e.Principal.Name)
		if e.Principal.Kind == access.User {
			people++
		}
		same = same && e.holder == effects[0].holder
	}
	if len(names) <= maxGrants {
		return strings.Join(names, ", ")
	}
	var text []string
	if people > 0 {
		text = append(text, spelling.Count(people, "person"))
	}
	if people < len(names) {
		text = append(text, spelling.Count(len(names)-people, "token"))
	}
	var roles []string
	for _, id := range effects[0].holder.roles {
		if r, found := state.role(id); found {
			roles = append(roles, r.Name)
		}
	}
	if same && len(roles) > 0 && len(roles) <= maxGrants {
		return strings.Join(text, " and ") + " with " + strings.Join(roles, ", ")
	}
	return strings.Join(text, " and ")
}

// describeChanges returns capabilities with the places that they have in common, such as
// "read rows, write rows in orders.app". Permissions are left out if a capability takes
// them, and so are the system keyspaces beside other places.
func describeChanges(changes []Change) string {
	taken := map[string]bool{}
	for _, what := range access.Capabilities() {
		if slices.ContainsFunc(changes, func(c Change) bool { return c.Capability == what.Name }) {
			for _, way := range what.Ways {
				for _, atom := range way.Atoms {
					taken[atom.Permission] = true
				}
			}
		}
	}
	var tasks []string
	places := map[string][]string{}
	for _, c := range changes {
		task := cmp.Or(strings.ReplaceAll(c.Capability, "-", " "), c.Permission)
		switch {
		case c.Capability == access.Administer:
			return "the rights of an Organization Administrator"
		case c.Capability == "" && taken[c.Permission]:
			continue
		case !slices.Contains(tasks, task):
			tasks = append(tasks, task)
		}
		others := slices.ContainsFunc(changes, func(o Change) bool {
			return o.Capability == c.Capability && o.Permission == c.Permission && !isSystem(o)
		})
		if c.Database != "" && (!isSystem(c) || !others) {
			if text := describePlace(access.Place{Database: c.Database, Keyspace: c.Keyspace, Table: c.Table}); !slices.Contains(places[task], text) {
				places[task] = append(places[task], text)
			}
		}
	}
	var texts []string
	for len(tasks) > 0 {
		at := places[tasks[0]]
		var together []string
		tasks = slices.DeleteFunc(tasks, func(task string) bool {
			same := slices.Equal(places[task], at)
			if same {
				together = append(together, task)
			}
			return same
		})
		text := strings.Join(together, ", ")
		switch {
		case len(at) > maxGrants:
			text += fmt.Sprintf(" in %s and %d more", strings.Join(at[:maxGrants], ", "), len(at)-maxGrants)
		case len(at) > 0:
			text += " in " + strings.Join(at, ", ")
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// isSystem reports whether a change is in a keyspace that drivers read.
func isSystem(c Change) bool { return slices.Contains(iam.SystemKeyspaces(), c.Keyspace) }
