package access

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// Holder is one row of Who.
type Holder struct {
	Principal Principal `json:"principal"`
	Answer    Verdict   `json:"answer"`
	Places    []Place   `json:"places"`
	Via       []Via     `json:"via"`
	Could     *Could    `json:"could"` // only if Who was asked for it
}

// Via is a role, and one of its resources, by which a principal holds a permission.
type Via struct {
	Role     Ref    `json:"role"`
	Resource string `json:"resource"`
}

// Could is a permission by which a principal can take what any role grants, in one step.
type Could struct {
	Permission string `json:"permission"`
	Path       string `json:"-"` // the step, such as "generate a token with any role"
	Via        []Via  `json:"-"`
}

// Population is the answer of Who: every principal whose own answer is Yes, Partly or
// Unclear, then those of whom it cannot be told, then, if asked for, those who only
// could. Each list has users before tokens, in the order of the organization.
type Population struct {
	Holders []Holder
	Unknown []Holder
	Could   []Holder
}

// Verdict returns Yes if a holder can do it, everywhere or in part, otherwise Unclear or
// Unknown if that is the answer of a principal, otherwise No.
func (p Population) Verdict() Verdict {
	verdict := No
	for _, h := range slices.Concat(p.Unknown, p.Holders) {
		switch h.Answer {
		case Yes, Partly:
			return Yes
		default:
			verdict = h.Answer
		}
	}
	return verdict
}

// Who answers the question for every principal of the organization.
func (a *Analyzer) Who(q Question, could bool) Population {
	results := map[string]Holder{} // by roles
	var population Population
	for _, kind := range []Kind{User, Token, RoleAlone} {
		for _, p := range a.org.Principals {
			if p.Kind != kind {
				continue
			}
			key := strings.Join(p.Roles, "\n")
			holder, found := results[key]
			if !found {
				h := a.holdings(p)
				e := evaluate(h, q.What, q.What.box(q.Place))
				holder = Holder{Answer: e.verdict, Places: a.places(e.places(), q.What.Level), Via: via(h.roles, q.What, e)}
				if could {
					holder.Could = escalation(h.roles)
				}
				results[key] = holder
			}
			holder.Principal = p
			switch {
			case holder.Answer == Unknown:
				population.Unknown = append(population.Unknown, holder)
			case holder.Answer != No:
				population.Holders = append(population.Holders, holder)
			case holder.Could != nil:
				population.Could = append(population.Could, holder)
			}
		}
	}
	return population
}

// via returns the resources of the roles by which the places of an evaluation are
// granted.
func via(roles []*role, w What, e evaluation) []Via {
	found := []Via{}
	for _, r := range roles {
		for _, x := range r.resources {
			if r.contributes(x, w, e) {
				found = append(found, Via{Ref{r.ID, r.Name}, x.text})
			}
		}
	}
	return found
}

// contributes reports whether a resource of the role grants an atom in the places of a
// way.
func (r *role) contributes(x resource, w What, e evaluation) bool {
	for i, way := range w.Ways {
		if len(e.ways[i]) == 0 {
			continue
		}
		for _, atom := range way.Atoms {
			if b, ok := x.places(atom, e.verdict == Unclear); ok && r.actions[atom.Permission] && meets(e.ways[i], b) {
				return true
			}
		}
	}
	return false
}

// escalation returns the first permission of the roles by which their holder can take
// what any role grants, or nil. The service may limit the roles of a generated token to
// those of its maker; whether it does is unknown.
func escalation(roles []*role) *Could {
	for _, step := range [][2]string{
		{"org-role-write", "change or create a role with any permission"},
		{"org-user-write", "give any user any role"},
		{"org-token-write", "generate a token with any role"},
	} {
		w := newWhat(What{Name: step[0]}, step[0])
		if found := via(roles, w, evaluate(holdings{roles: roles}, w, w.box(Place{}))); len(found) > 0 {
			return &Could{step[0], step[1], found}
		}
	}
	return nil
}

// Entry is one row of List.
type Entry struct {
	What   What
	Answer Verdict
	Places []Place
}

// List answers the question of each What for a principal, in their order, whatever the
// answer. Capabilities and Permissions are lists of What.
func (a *Analyzer) List(p Principal, place Place, whats []What) []Entry {
	h := a.holdings(p)
	entries := make([]Entry, 0, len(whats))
	for _, w := range whats {
		e := evaluate(h, w, w.box(place))
		entries = append(entries, Entry{w, e.verdict, a.places(e.places(), w.Level)})
	}
	return entries
}

// Difference is one row of Diff. OnlyA are the largest places of A that B has not whole,
// and OnlyB the reverse. Without them, the answers differ in certainty.
type Difference struct {
	What  What
	A, B  Verdict
	OnlyA []Place
	OnlyB []Place
	// Certain is false if roles that cannot be read may make up for the difference.
	Certain bool
}

// Diff returns each What that one principal can do and the other cannot at the same
// places. It also returns what cannot be compared, because it is Unknown of one and
// their unreadable roles are not the same.
func (a *Analyzer) Diff(p, other Principal, place Place, whats []What) []Difference {
	x, y := a.holdings(p), a.holdings(other)
	same := fmt.Sprint(refIDs(x.unreadable)) == fmt.Sprint(refIDs(y.unreadable))
	differences := []Difference{}
	for _, w := range whats {
		q := w.box(place)
		ex, ey := evaluate(x, w, q), evaluate(y, w, q)
		onlyA, onlyB := beyond(ex, ey), beyond(ey, ex)
		unknown := ex.verdict == Unknown || ey.verdict == Unknown
		if len(onlyA) > 0 || len(onlyB) > 0 || ex.verdict != ey.verdict || unknown && !same {
			certain := len(x.unreadable) == 0 && len(y.unreadable) == 0 ||
				len(onlyA) > 0 && len(y.unreadable) == 0 || len(onlyB) > 0 && len(x.unreadable) == 0
			differences = append(differences, Difference{w, ex.verdict, ey.verdict, a.places(onlyA, w.Level), a.places(onlyB, w.Level), certain})
		}
	}
	return differences
}

func refIDs(refs []Ref) []string {
	var ids []string
	for _, r := range refs {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return ids
}

// beyond returns the boxes of one evaluation that the other does not cover, in either
// model.
func beyond(e, other evaluation) []box {
	var only []box
	for _, sets := range [][2][]box{{e.strict, other.strict}, {e.lenient, other.lenient}} {
		for _, b := range sets[0] {
			if !anyCovers(b, sets[1]) {
				only = append(only, b)
			}
		}
	}
	return keepLargest(only)
}

// Class is a list of principals with the same roles, and so the same rights. Classes of
// different roles with the same rights have the same Rights.
type Class struct {
	Roles      []Ref       `json:"roles"` // those that exist, by name
	Principals []Principal `json:"principals"`
	Rights     string      `json:"rights"` // fingerprint of what the roles grant
}

// Classes returns the classes of the principals of the organization, in the order of
// their first principal.
func (a *Analyzer) Classes() []Class {
	index := map[string]int{}
	var classes []Class
	whats := Permissions()
	for _, p := range a.org.Principals {
		h := a.holdings(p)
		refs := slices.Clone(h.unreadable)
		for _, r := range h.roles {
			refs = append(refs, Ref{r.ID, r.Name})
		}
		key := strings.Join(refIDs(refs), "\n")
		i, found := index[key]
		if !found {
			i = len(classes)
			index[key] = i
			slices.SortFunc(refs, func(a, b Ref) int { return strings.Compare(a.Name+"\n"+a.ID, b.Name+"\n"+b.ID) })
			classes = append(classes, Class{Roles: refs, Rights: fingerprint(h, whats)})
		}
		classes[i].Principals = append(classes[i].Principals, p)
	}
	return classes
}

// fingerprint evaluates the permissions everywhere. Permissions that are checked at one
// level and come from the same roles hold at the same places.
func fingerprint(h holdings, whats []What) string {
	hash := fnv.New64a()
	known := map[string]string{}
	for _, w := range whats {
		ids := []string{w.Level.String()}
		for _, r := range h.roles {
			if r.actions[w.Name] {
				ids = append(ids, r.ID)
			}
		}
		key := strings.Join(ids, "\n")
		text, found := known[key]
		if !found {
			e := evaluate(h, w, w.box(Place{}))
			text = fmt.Sprint(e.strict, e.lenient)
			known[key] = text
		}
		fmt.Fprintln(hash, w.Name, text)
	}
	fmt.Fprintln(hash, refIDs(h.unreadable))
	return fmt.Sprintf("%016x", hash.Sum64())
}

// Grant is a place of a role, and the permissions that the role grants there, in the
// order of the catalog.
type Grant struct {
	Place       Place    `json:"place"`
	Permissions []string `json:"permissions"`
}

// Grants returns what a role grants in the strict model, by place, and whether the role
// exists and is readable.
func (a *Analyzer) Grants(roleID string) ([]Grant, bool) {
	r, found := a.roles[roleID]
	if !found || r.Unreadable {
		return nil, false
	}
	grants := []Grant{}
	index := map[Place]int{}
	for _, w := range Permissions() {
		for _, b := range evaluate(holdings{roles: []*role{r}}, w, w.box(Place{})).strict {
			place := a.place(b, w.Level)
			i, found := index[place]
			if !found {
				i = len(grants)
				index[place] = i
				grants = append(grants, Grant{Place: place})
			}
			grants[i].Permissions = append(grants[i].Permissions, w.Name)
		}
	}
	slices.SortStableFunc(grants, func(a, b Grant) int { return compareBoxes(placeBox(a.Place), placeBox(b.Place)) })
	return grants, true
}

func placeBox(p Place) box { return newBox(p.Database, p.Keyspace, p.Table) }
