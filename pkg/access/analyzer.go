package access

import (
	"cmp"
	"maps"
	"slices"

	"github.com/astra-admin/astra/pkg/iam"
)

// Analyzer answers questions about one organization. It does not change after New, and
// several goroutines may use it.
type Analyzer struct {
	org       Organization
	roles     map[string]*role
	databases map[string]string // names by ID
}

// role is a parsed Role.
type role struct {
	Role
	actions   map[string]bool
	resources []resource
	leafLevel iam.ResourceLevel // the highest level of a leaf
}

// resource is a parsed resource of a role.
type resource struct {
	text  string
	level iam.ResourceLevel
	box   box
	leaf  bool // the role lists no other resource under it
}

// New returns the Analyzer of an organization. It knows the default roles, whether they
// are listed or not.
func New(org Organization) *Analyzer {
	a := &Analyzer{org: org, roles: map[string]*role{}, databases: map[string]string{}}
	for _, r := range iam.DefaultRoles() {
		a.roles[r.ID] = parseRole(org.ID, Role{Role: r})
	}
	for _, r := range org.Roles {
		if _, isDefault := a.roles[r.ID]; !isDefault || !r.Unreadable {
			a.roles[r.ID] = parseRole(org.ID, r)
		}
	}
	for _, d := range org.Databases {
		a.databases[d.ID] = d.Name
	}
	return a
}

// parseRole keeps what grants something: a policy that allows, and resources of this
// organization at a level. Streaming tenants and roles have none.
func parseRole(org string, r Role) *role {
	parsed := &role{Role: r, actions: map[string]bool{}, leafLevel: iam.DepthTable}
	if r.Unreadable || r.Policy.Effect != iam.Allow {
		return parsed
	}
	for _, action := range r.Policy.Actions {
		parsed.actions[action] = true
	}
	for _, text := range r.Policy.Resources {
		d, err := iam.ParseDRN(text)
		own := iam.DRN{Org: d.Org}.Covers(iam.DRN{Org: org})
		if level := d.ResourceLevel(); err == nil && own && level > 0 {
			parsed.resources = append(parsed.resources, resource{text: text, level: level, box: newBox(d.Database, d.Keyspace, d.Table)})
		}
	}
	for i, r := range parsed.resources {
		leaf := !slices.ContainsFunc(parsed.resources, func(below resource) bool {
			_, meets := r.box.intersect(below.box.cut(r.level))
			return below.level > r.level && meets
		})
		parsed.resources[i].leaf = leaf
		if leaf {
			parsed.leafLevel = min(parsed.leafLevel, r.level)
		}
	}
	return parsed
}

// places returns where a role holds an atom by this resource, if it has the permission.
func (x resource) places(atom Atom, lenient bool) (box, bool) {
	reaches := x.level == atom.level || lenient && x.leaf && x.level < atom.level
	if !reaches {
		return box{}, false
	}
	if atom.Keyspace == "" {
		return x.box, true
	}
	database := x.box.cut(iam.DepthDatabase)
	return database, x.box.covers(box{database[0], atom.Keyspace, iam.Wildcard})
}

// holdings are the roles of a principal.
type holdings struct {
	roles      []*role // readable, each once
	unreadable []Ref
	why        string // of the first unreadable role that says it
	missing    []string
}

func (a *Analyzer) holdings(p Principal) holdings {
	var h holdings
	for i, id := range p.Roles {
		r, found := a.roles[id]
		switch {
		case slices.Contains(p.Roles[:i], id):
		case found && !r.Unreadable:
			h.roles = append(h.roles, r)
		case found:
			h.unreadable = append(h.unreadable, Ref{id, cmp.Or(r.Name, id)})
			h.why = cmp.Or(h.why, r.Why)
		case a.org.RolesIncomplete:
			h.unreadable = append(h.unreadable, Ref{id, id})
		default:
			h.missing = append(h.missing, id)
		}
	}
	return h
}

// Unknown says which roles of a principal cannot be read, so that it may be able to do more
// than an answer says; it is empty if all can be read.
func (a *Analyzer) Unknown(p Principal) string {
	h := a.holdings(p)
	if len(h.unreadable) == 0 {
		return ""
	}
	return unreadableText(h)
}

// atomPlaces returns the parts of q where the roles hold an atom.
func atomPlaces(roles []*role, atom Atom, q box, lenient bool) []box {
	var set []box
	for _, r := range roles {
		if !r.actions[atom.Permission] {
			continue
		}
		for _, x := range r.resources {
			b, ok := x.places(atom, lenient)
			if !ok {
				continue
			}
			if part, meets := b.intersect(q); part == q && meets {
				return []box{q}
			} else if meets {
				set = append(set, part)
			}
		}
	}
	return keepLargest(set)
}

// waysPlaces returns the parts of q where the roles hold all atoms of a way together, for
// each way of w.
func waysPlaces(roles []*role, w What, q box, lenient bool) [][]box {
	known := map[Atom][]box{}
	sets := make([][]box, len(w.Ways))
	for i, way := range w.Ways {
		for j, atom := range way.Atoms {
			places, found := known[atom]
			if !found {
				places = atomPlaces(roles, atom, q, lenient)
				known[atom] = places
			}
			if j == 0 {
				sets[i] = places
			} else {
				sets[i] = intersectSets(sets[i], places)
			}
			if len(sets[i]) == 0 {
				break
			}
		}
	}
	return sets
}

func verdictOf(q box, set []box) Verdict {
	switch {
	case anyCovers(q, set):
		return Yes
	case len(set) > 0:
		return Partly
	default:
		return No
	}
}

// evaluation is an answer before it is put into words. Its sets are parts of the place
// of the question.
type evaluation struct {
	verdict         Verdict
	models          Models
	strict, lenient []box
	ways            [][]box // by way, in the model whose places the answer has
}

func evaluate(h holdings, w What, q box) evaluation {
	e := evaluation{ways: waysPlaces(h.roles, w, q, false)}
	e.strict = keepLargest(slices.Concat(e.ways...))
	e.lenient = e.strict
	strict := verdictOf(q, e.strict)
	e.models = Models{strict, strict}
	if strict != Yes && slices.ContainsFunc(h.roles, func(r *role) bool { return r.lenientFor(w) }) {
		ways := waysPlaces(h.roles, w, q, true)
		e.lenient = keepLargest(slices.Concat(ways...))
		if e.models.Lenient = verdictOf(q, e.lenient); e.models.Lenient != strict {
			e.ways = ways
		}
	}
	switch {
	case e.models.Strict != e.models.Lenient:
		e.verdict = Unclear
	case e.models.Strict == No && len(h.unreadable) > 0:
		e.verdict = Unknown
	default:
		e.verdict = e.models.Strict
	}
	return e
}

// places returns where the answer holds, or may hold if it is Unclear.
func (e evaluation) places() []box {
	if e.verdict == Unclear {
		return e.lenient
	}
	return e.strict
}

// lenientFor reports whether the role grants more of w in the lenient model. Roles that
// are made from scopes do not.
func (r *role) lenientFor(w What) bool {
	return slices.ContainsFunc(w.Ways, func(way Way) bool {
		return slices.ContainsFunc(way.Atoms, func(atom Atom) bool {
			return r.actions[atom.Permission] && atom.level > r.leafLevel
		})
	})
}

// box returns the place of the question, cut to or filled up to the level of w.
func (w What) box(p Place) box { return newBox(p.Database, p.Keyspace, p.Table).cut(w.Level) }

// Evaluate answers the question for a principal, without the explanations of Explain.
func (a *Analyzer) Evaluate(p Principal, q Question) Answer {
	h := a.holdings(p)
	return a.answer(p, h, q, evaluate(h, q.What, q.What.box(q.Place)))
}

func (a *Analyzer) answer(p Principal, h holdings, q Question, e evaluation) Answer {
	asked := q.What.box(q.Place)
	now := a.extent(asked, q.What.Level, e.strict)
	if now != All && len(h.unreadable) > 0 {
		now = "" // they may give more
	}
	return Answer{
		Answer: e.verdict, What: q.What.Name, Place: a.place(asked, q.What.Level), Principal: p,
		Places: a.places(e.places(), q.What.Level), Now: now,
		Future: e.models.Strict == Yes, Models: e.models, Links: []Link{}, Near: []Near{}, Fix: []string{},
		Cut: newBox(q.Place.Database, q.Place.Keyspace, q.Place.Table) != asked, Missing: h.missing,
	}
}

// place returns a box as a place that ends at a level.
func (a *Analyzer) place(b box, level iam.ResourceLevel) Place {
	var p Place
	if level >= iam.DepthDatabase {
		p.Database, p.DatabaseName = b[0], a.databases[b[0]]
	}
	if level >= iam.DepthKeyspace {
		p.Keyspace = b[1]
	}
	if level >= iam.DepthTable {
		p.Table = b[2]
	}
	return p
}

func (a *Analyzer) places(set []box, level iam.ResourceLevel) []Place {
	places := make([]Place, 0, len(set))
	for _, b := range set {
		places = append(places, a.place(b, level))
	}
	return places
}

// extent returns for how much of what exists in q the set holds. A database or keyspace
// that is named in q counts as one that exists.
func (a *Analyzer) extent(q box, level iam.ResourceLevel, set []box) Extent {
	if anyCovers(q, set) {
		return All
	}
	if len(set) == 0 {
		return None
	}
	seen := map[Extent]bool{}
	for _, m := range a.members(q, level) {
		switch parts := clip(set, m.box); {
		case anyCovers(m.box, parts):
			seen[All] = true
		case len(parts) == 0:
			seen[None] = true
		case m.open:
			seen[""] = true // it depends on the keyspaces or databases that exist
		default:
			seen[Some] = true
		}
	}
	switch kinds := slices.Collect(maps.Keys(seen)); {
	case len(kinds) == 0:
		return None
	case len(kinds) == 1:
		return kinds[0]
	case seen[Some] || seen[All] && seen[None]:
		return Some
	default:
		return ""
	}
}

// member is a part of a place that exists. If it is open, it has parts that exist but
// are not known.
type member struct {
	box
	open bool
}

func (a *Analyzer) members(q box, level iam.ResourceLevel) []member {
	if q[0] == iam.Wildcard && a.org.Databases == nil {
		return []member{{q, true}}
	}
	databases := []Database{{ID: q[0]}}
	if q[0] == iam.Wildcard {
		databases = a.org.Databases
	} else if i := slices.IndexFunc(a.org.Databases, func(d Database) bool { return d.ID == q[0] }); i >= 0 {
		databases = a.org.Databases[i : i+1]
	}
	var members []member
	for _, d := range databases {
		b := q
		b[0] = d.ID
		if level < iam.DepthKeyspace || q[1] != iam.Wildcard || d.Keyspaces == nil {
			members = append(members, member{b, level >= iam.DepthKeyspace && q[1] == iam.Wildcard})
			continue
		}
		for _, keyspace := range d.Keyspaces {
			b[1] = keyspace
			members = append(members, member{b, false})
		}
	}
	return members
}
