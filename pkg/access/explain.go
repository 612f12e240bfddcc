package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
)

// mostNear is the number of roles worth naming that would do.
const mostNear = 3

// Explain answers the question as Evaluate does, and adds the permissions that the
// answer requires, the roles that come near, and what the answer depends on.
func (a *Analyzer) Explain(p Principal, q Question) Answer {
	h := a.holdings(p)
	asked := q.What.box(q.Place)
	e := evaluate(h, q.What, asked)
	answer := a.answer(p, h, q, e)
	way := nearestWay(h, q.What, asked)
	for _, atom := range way.Atoms {
		answer.Links = append(answer.Links, a.link(h, atom, asked))
	}
	if e.verdict != Yes {
		answer.Near = append(a.nearHeld(h, q.What, asked), a.nearOther(h, q.What, asked)...)
	}
	if text := assumption(h, e, answer.Links); text != "" {
		answer.Assumes = &text
	}
	return answer
}

// nearestWay returns the way of w in which the roles get furthest: by answer, then by
// the number of permissions that they hold.
func nearestWay(h holdings, w What, q box) Way {
	rank := func(way Way) int {
		single := What{Ways: []Way{way}, Level: w.Level}
		order := []Verdict{No, Unknown, Unclear, Partly, Yes}
		score := slices.Index(order, evaluate(h, single, q).verdict) * 1000
		for _, atom := range way.Atoms {
			score += slices.Index(order, evaluateAtom(h, atom, q).verdict) * 100 / len(way.Atoms)
			if slices.ContainsFunc(h.roles, func(r *role) bool { return r.actions[atom.Permission] }) {
				score += 20 / len(way.Atoms) // the way that a role was made for, although elsewhere
			}
		}
		return score
	}
	return slices.MaxFunc(w.Ways, func(x, y Way) int { return cmp.Compare(rank(x), rank(y)) })
}

// what returns the atom as a What of its own.
func (a Atom) what() What {
	return What{Name: a.Permission, Level: a.level, Ways: []Way{{Atoms: []Atom{a}}}}
}

// evaluateAtom evaluates an atom alone. The place of an atom with a keyspace is its
// database.
func evaluateAtom(h holdings, atom Atom, q box) evaluation {
	return evaluate(h, atom.what(), atom.box(q))
}

func (a Atom) box(q box) box {
	if a.Keyspace != "" {
		return q.cut(iam.DepthDatabase)
	}
	return q.cut(a.level)
}

// link returns how the roles hold an atom in q, by the resource that comes nearest.
func (a *Analyzer) link(h holdings, atom Atom, q box) Link {
	e := evaluateAtom(h, atom, q)
	required := atom.box(q)
	shown := required
	if atom.Keyspace != "" {
		shown[1] = atom.Keyspace
	}
	l := Link{Atom: atom.Permission, Place: a.place(shown, atom.level), Answer: e.verdict, Holds: e.verdict == Yes}
	best, x := nearestResource(h.roles, atom, required)
	if best != nil {
		l.Role = &Ref{best.ID, best.Name}
	}
	if x != nil {
		l.Resource = &x.text
	}
	if why := a.explainLack(h, atom, e, best, x); why != "" {
		l.Why = &why
	}
	return l
}

// nearestResource returns the role and the resource that grant an atom in q: whole
// before in part, and strictly before leniently. A role that has the permission only
// elsewhere is returned without a resource.
func nearestResource(roles []*role, atom Atom, q box) (*role, *resource) {
	var best *role
	var nearest *resource
	most := 0
	consider := func(rank int, r *role, x *resource) {
		if rank > most {
			most, best, nearest = rank, r, x
		}
	}
	for _, r := range roles {
		if !r.actions[atom.Permission] {
			continue
		}
		consider(1, r, nil)
		for i, x := range r.resources {
			b, ok := x.places(atom, true)
			part, meets := b.intersect(q)
			if !ok || !meets {
				continue
			}
			rank := 2
			if part == q {
				rank += 2
			}
			if x.level == atom.level {
				rank++
			}
			consider(rank, r, &r.resources[i])
		}
	}
	return best, nearest
}

// explainLack says why an atom does not hold, or returns an empty text.
func (a *Analyzer) explainLack(h holdings, atom Atom, e evaluation, r *role, x *resource) string {
	switch {
	case e.verdict == Yes:
		return ""
	case e.verdict == Unknown:
		return unreadableText(h)
	case e.verdict == Unclear && x != nil:
		return uncertainty(r, x)
	case e.verdict == Partly && len(h.unreadable) > 0:
		return "at " + a.enumerate(e.strict, atom.level) + "; " + unreadableText(h)
	case e.verdict == Partly:
		return "only at " + a.enumerate(e.strict, atom.level)
	case len(h.roles) == 0:
		return "it has no roles"
	case r == nil:
		return "no role grants this permission"
	}
	everywhere := evaluateAtom(holdings{roles: []*role{r}}, atom, newBox("", "", ""))
	if len(everywhere.strict) == 0 {
		return fmt.Sprintf("%s has that permission, but lists no %s for it", r.Name, atom.level)
	}
	return fmt.Sprintf("%s has that permission only at %s", r.Name, a.enumerate(everywhere.strict, atom.level))
}

// enumerate returns the first places of a set, and the number of the others.
func (a *Analyzer) enumerate(set []box, level iam.ResourceLevel) string {
	const most = 3
	var texts []string
	for _, p := range a.places(set[:min(most, len(set))], level) {
		texts = append(texts, p.String())
	}
	if more := len(set) - most; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(texts, ", ")
}

// uncertainty says what the models differ about.
func uncertainty(r *role, x *resource) string {
	return fmt.Sprintf("%s lists the %s but not its %ss", r.Name, x.level, x.level+1)
}

func unreadableText(h holdings) string {
	if h.why != "" {
		return h.why
	}
	var names []string
	for _, r := range h.unreadable {
		names = append(names, r.Name)
	}
	if len(names) == 1 {
		return "role " + names[0] + " cannot be read"
	}
	return "roles " + strings.Join(names, ", ") + " cannot be read"
}

// assumption returns what an answer depends on, or an empty text.
func assumption(h holdings, e evaluation, links []Link) string {
	if e.verdict == Unclear {
		for _, l := range links {
			if l.Answer == Unclear && l.Why != nil {
				return *l.Why
			}
		}
	}
	if e.verdict != Yes && len(h.unreadable) > 0 {
		return unreadableText(h)
	}
	return ""
}

// nearHeld returns the role of the principal that lacks the fewest permissions, if it
// has any of those that w takes.
func (a *Analyzer) nearHeld(h holdings, w What, q box) []Near {
	var best []Near
	way := nearestWay(h, w, q)
	for _, r := range h.roles {
		n, has := newNear(r, way, q)
		n.Held = true
		if has && (len(best) == 0 || len(n.Lacks) < len(best[0].Lacks)) {
			best = []Near{n}
		}
	}
	return best
}

// nearOther returns the roles with which the principal could do w, least first: those
// whose holder cannot take more, then those for some databases, then those with the
// fewest permissions.
func (a *Analyzer) nearOther(h holdings, w What, q box) []Near {
	type candidate struct {
		Near
		escalates, wide int
	}
	var candidates []candidate
	for _, r := range a.roles {
		both := holdings{roles: append(slices.Clone(h.roles), r)}
		if slices.Contains(h.roles, r) || evaluate(both, w, q).models.Strict != Yes {
			continue
		}
		n, _ := newNear(r, nearestWay(both, w, q), q)
		c := candidate{Near: n}
		if escalation([]*role{r}) != nil {
			c.escalates = 1
		}
		if slices.ContainsFunc(r.resources, func(x resource) bool {
			return x.level >= iam.DepthDatabase && x.box[0] == iam.Wildcard
		}) {
			c.wide = 1
		}
		candidates = append(candidates, c)
	}
	slices.SortFunc(candidates, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(x.escalates, y.escalates), cmp.Compare(x.wide, y.wide),
			cmp.Compare(x.Permissions, y.Permissions), cmp.Compare(x.Role.Name, y.Role.Name), cmp.Compare(x.Role.ID, y.Role.ID))
	})
	var near []Near
	for _, c := range candidates[:min(mostNear, len(candidates))] {
		near = append(near, c.Near)
	}
	return near
}

// newNear returns which permissions of a way a role alone lacks in q, and whether it has
// any.
func newNear(r *role, way Way, q box) (Near, bool) {
	h := holdings{roles: []*role{r}}
	n := Near{Role: Ref{r.ID, r.Name}, Permissions: len(r.actions), Lacks: []string{}}
	has := false
	for _, atom := range way.Atoms {
		if evaluateAtom(h, atom, q).verdict == Yes {
			has = true
		} else if !slices.Contains(n.Lacks, atom.Permission) {
			n.Lacks = append(n.Lacks, atom.Permission)
		}
	}
	return n, has
}
