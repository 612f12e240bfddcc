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

// maxSearch is the number of steps of which every order is considered.
const maxSearch = 12

// Order returns the steps in an order in which no principal has less, at any moment, than
// what it has both before and after, nor more than what it has before or after. A role is
// created before it is given to a user, and deleted when no step takes it from a holder
// any more. What changes the token in use is last.
//
// If there is no such order, it prefers a surplus to a gap, except of the permissions by
// which a principal can take any other. Moment names each gap and surplus.
func Order(state State, steps []Step) []Step {
	w := newWorld(state, steps)
	o := orderer{world: w, done: make([]bool, len(steps)), known: make([]*bool, len(steps))}
	var order []int
	for len(order) < len(steps) {
		i, stuck := o.next()
		if stuck && len(steps) <= maxSearch {
			order, o.done = nil, make([]bool, len(steps))
		}
		if stuck && len(steps)-len(order) <= maxSearch {
			order = append(order, o.search()...)
			break
		}
		order = append(order, i)
		o.take(i)
	}
	ordered := make([]Step, len(steps))
	for n, i := range order {
		ordered[n] = steps[i]
		ordered[n].Number = n + 1
		ordered[n].Undo = UndoOf(steps[i])
		ordered[n].Moment = ""
	}
	for _, m := range Moments(state, ordered) {
		s := &ordered[m.From-1]
		s.Moment = strings.TrimPrefix(s.Moment+"; "+m.String(), "; ")
	}
	return ordered
}

type orderer struct {
	*world
	done  []bool
	known []*bool // whether a step causes no gap or surplus, until a step changes one of its holders
}

func (o *orderer) isDone(i int) bool { return o.done[i] }

func (o *orderer) take(i int) {
	o.done[i] = true
	for other, holders := range o.touched {
		if slices.ContainsFunc(holders, func(h *holder) bool { return slices.Contains(o.touched[i], h) }) {
			o.known[other] = nil
		}
	}
}

// next returns the best next step, and whether each possible step causes a gap or a
// surplus.
func (o *orderer) next() (best int, stuck bool) {
	choices := o.choices()
	for _, i := range choices {
		if o.known[i] == nil {
			keeps := o.keeps(i)
			o.known[i] = &keeps
		}
		if *o.known[i] {
			return i, false
		}
	}
	return slices.MinFunc(choices, func(a, b int) int { return o.costAfter(a).compare(o.costAfter(b)) }), true
}

// keeps reports whether a step causes no gap or surplus that there is not yet.
func (o *orderer) keeps(i int) bool {
	for _, h := range o.touched[i] {
		now, next := o.violation(h, o.isDone), o.violation(h, func(j int) bool { return j == i || o.done[j] })
		if next.gap.without(now.gap).count()+next.surplus.without(now.surplus).count() > 0 {
			return false
		}
	}
	return true
}

// costAfter returns the cost of the moment after a step, for the holders that it touches,
// compared with now.
func (o *orderer) costAfter(i int) cost {
	var total cost
	for _, h := range o.touched[i] {
		now := o.cost(h, o.violation(h, o.isDone))
		total = total.plus(o.cost(h, o.violation(h, func(j int) bool { return j == i || o.done[j] })))
		for k, n := range now {
			total[k] -= n
		}
	}
	return total
}

// choices returns the steps that can be next, best first. It is never empty while a step
// is left.
func (o *orderer) choices() []int {
	var possible, free []int
	for i := range o.steps {
		if o.done[i] || !o.isPossible(i) {
			continue
		}
		possible = append(possible, i)
		if !o.isNameTaken(i) && !o.disarms(i) {
			free = append(free, i)
		}
	}
	if len(free) > 0 {
		possible = free
	}
	slices.SortStableFunc(possible, func(a, b int) int {
		return cmp.Or(cmp.Compare(o.lateness(a), o.lateness(b)), cmp.Compare(rank(o.steps[a]), rank(o.steps[b])))
	})
	return possible
}

// isPossible reports whether the roles of a step exist, and whether no other step will take
// the role that it deletes from a holder.
func (o *orderer) isPossible(i int) bool {
	s := o.steps[i]
	for _, id := range s.afterRoles() {
		for _, create := range o.roleDo[id] {
			if o.steps[create].Action == Create && !o.done[create] {
				return false
			}
		}
	}
	return s.Kind != RoleStep || s.Action != Delete || !slices.ContainsFunc(o.holders, func(h *holder) bool {
		return slices.Contains(o.roles(h, o.isDone), s.ID) &&
			!slices.Contains(o.roles(h, func(int) bool { return true }), s.ID)
	})
}

// isNameTaken reports whether another role has the name that a step gives to a role.
func (o *orderer) isNameTaken(i int) bool {
	s := o.steps[i]
	if s.RoleAfter == nil || s.RoleBefore != nil && s.RoleBefore.Name == s.RoleAfter.Name {
		return false
	}
	return slices.ContainsFunc(o.state.Roles, func(r StateRole) bool {
		for _, j := range o.roleDo[r.ID] {
			if o.done[j] && o.steps[j].RoleAfter == nil {
				return false
			} else if o.done[j] {
				r.Name = o.steps[j].RoleAfter.Name
			}
		}
		return r.ID != s.ID && r.Name == s.RoleAfter.Name
	})
}

// disarms reports whether a step takes a permission from the token in use that another
// step needs.
func (o *orderer) disarms(i int) bool {
	if o.login == nil || !slices.Contains(o.touched[i], o.login) {
		return false
	}
	now := o.access(o.login, o.isDone)
	next := o.access(o.login, func(j int) bool { return j == i || o.done[j] })
	for j, s := range o.steps {
		for _, permission := range permissionsOf(s) {
			if j != i && !o.done[j] && o.can(now, permission) && !o.can(next, permission) {
				return true
			}
		}
	}
	return false
}

// lateness returns 1 for a step that changes the token in use, or who can reach the API.
func (o *orderer) lateness(i int) int {
	s := o.steps[i]
	network := s.Kind == AccessListStep && s.ListID() == "" && rank(s) > rankAdd
	if network || o.login != nil && slices.Contains(o.touched[i], o.login) {
		return 1
	}
	return 0
}

// search returns the remaining steps in the order of the lowest cost.
func (o *orderer) search() []int {
	var left []int
	for i := range o.steps {
		if !o.done[i] {
			left = append(left, i)
		}
	}
	s := searcher{orderer: o, left: left, best: map[int]tail{}}
	var order []int
	for set := 0; set != 1<<len(left)-1; {
		next := s.from(set).next
		order = append(order, left[next])
		set |= 1 << next
	}
	return order
}

// searcher finds the best order of at most maxSearch steps: a set of them that are done
// is a number, with one bit for each.
type searcher struct {
	*orderer
	left []int
	best map[int]tail
}

// tail is the best order of what is left after a set.
type tail struct {
	cost cost // of all moments after a set
	next int  // index in left
}

func (s *searcher) from(set int) tail {
	if known, found := s.best[set]; found || set == 1<<len(s.left)-1 {
		return known
	}
	for n, i := range s.left {
		s.done[i] = set&(1<<n) != 0
	}
	choices := s.choices()
	var best tail
	for k, i := range choices {
		n := slices.Index(s.left, i)
		after := set | 1<<n
		total := s.costOf(after).plus(s.from(after).cost)
		if k == 0 || total.compare(best.cost) < 0 {
			best = tail{total, n}
		}
	}
	s.best[set] = best
	return best
}

// costOf returns the cost of the moment at which a set of the steps is done.
func (s *searcher) costOf(set int) cost {
	done := func(i int) bool {
		n := slices.Index(s.left, i)
		return n < 0 || set&(1<<n) != 0
	}
	var total cost
	for _, h := range s.holders {
		if slices.ContainsFunc(s.left, func(i int) bool { return slices.Contains(s.touched[i], h) }) {
			total = total.plus(s.cost(h, s.violation(h, done)))
		}
	}
	return total
}

// The order of steps among those that can be next.
const (
	rankAdd = iota
	rankRole
	rankInvite
	rankUser
	rankEnable
	rankRevoke
	rankDelete
	rankRemove
)

func rank(s Step) int {
	switch {
	case s.Kind == RoleStep && s.Action == Delete:
		return rankDelete
	case s.Kind == RoleStep:
		return rankRole
	case s.Kind == UserStep && s.Action == Invite:
		return rankInvite
	case s.Kind == UserStep:
		return rankUser
	case s.Kind == TokenStep:
		return rankRevoke
	case s.Action == Enable:
		return rankEnable
	case s.Action == Remove, s.Action == Update && s.AddressBefore.admits() && !s.AddressAfter.admits():
		return rankRemove
	default:
		return rankAdd
	}
}

// admits reports whether an entry of an access list lets its addresses in.
func (a Address) admits() bool { return a.Enabled == nil || *a.Enabled }

// ListID returns the database ID of the access list of a step; empty is the DevOps API.
func (s Step) ListID() string {
	switch {
	case s.ListBefore != nil:
		return s.ListBefore.DatabaseID
	case s.ListAfter != nil:
		return s.ListAfter.DatabaseID
	}
	return s.AddressList
}

// Permission returns the permission that the request of a step requires.
func Permission(s Step) string {
	switch {
	case s.Kind == RoleStep && s.Action == Delete:
		return "org-role-delete"
	case s.Kind == RoleStep:
		return "org-role-write"
	case s.Kind == UserStep:
		return "org-user-write"
	case s.Kind == TokenStep:
		return "org-token-write"
	default:
		return "accesslist-write"
	}
}

// permissionsOf returns the permissions with which a step is read, changed and read back.
func permissionsOf(s Step) []string {
	switch s.Kind {
	case RoleStep:
		return []string{Permission(s), "org-role-read"}
	case UserStep:
		return []string{Permission(s), "org-user-read"}
	case TokenStep:
		return []string{Permission(s), "org-token-read"}
	default:
		return []string{Permission(s), "accesslist-read"}
	}
}

// Moment is a gap or a surplus of access between two steps.
type Moment struct {
	From, To   int // after step From, until step To, from 1
	Principals []access.Principal
	Surplus    bool
	Grants     []access.Grant // the largest places
	escalates  bool
}

// Moments returns each gap and surplus of access while the steps are done in their order.
func Moments(state State, steps []Step) []Moment {
	w := newWorld(state, steps)
	var all []Moment
	for _, h := range w.holders {
		type side struct {
			begin int
			lacks grants
		}
		open := [2]side{}
		for n := 0; n <= len(steps); n++ {
			if n > 0 && n < len(steps) && !slices.Contains(w.touched[n-1], h) {
				continue
			}
			v := w.violation(h, func(i int) bool { return i < n })
			for k, now := range []grants{v.gap, v.surplus} {
				if open[k].begin > 0 && !slices.Equal(open[k].lacks, now) {
					all = append(all, w.moment(h, open[k].begin, n, k == 1, open[k].lacks))
					open[k] = side{}
				}
				if open[k].begin == 0 && now.count() > 0 {
					open[k] = side{n, now}
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Moment) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return all
}

func (w *world) moment(h *holder, from, to int, surplus bool, set grants) Moment {
	m := Moment{From: from, To: to, Principals: h.principals, Surplus: surplus, escalates: surplus && set.and(w.escalate).count() > 0}
	var members []grant
	for i, g := range w.all {
		if set[i/64]&(1<<(i%64)) != 0 {
			members = append(members, g)
		}
	}
	members = slices.DeleteFunc(slices.Clone(members), func(g grant) bool {
		return slices.ContainsFunc(members, func(o grant) bool { return o != g && o.permission == g.permission && o.spot.covers(g.spot) })
	})
	slices.SortFunc(members, func(a, b grant) int {
		return cmp.Or(cmp.Compare(a.spot.level, b.spot.level), slices.Compare(a.spot.segments[:], b.spot.segments[:]), cmp.Compare(a.permission, b.permission))
	})
	for _, g := range members {
		place := w.place(g.spot)
		if n := slices.IndexFunc(m.Grants, func(o access.Grant) bool { return o.Place == place }); n >= 0 {
			m.Grants[n].Permissions = append(m.Grants[n].Permissions, g.permission)
			continue
		}
		m.Grants = append(m.Grants, access.Grant{Place: place, Permissions: []string{g.permission}})
	}
	return m
}

// place returns a spot as a place. Streaming tenants and roles are in no database, and
// count as the organization.
func (w *world) place(s spot) access.Place {
	if s.level <= iam.DepthOrganization {
		return access.Place{}
	}
	p := access.Place{Database: s.segments[0], Keyspace: s.segments[1], Table: s.segments[2]}
	if i := slices.IndexFunc(w.state.Databases, func(d StateDatabase) bool { return d.ID == p.Database }); i >= 0 {
		p.DatabaseName = w.state.Databases[i].Name
	}
	return p
}

// maxGrants is the maximum number of places in the text of a moment.
const maxGrants = 3

// String describes the moment, such as "between steps 4 and 5 order-service has no
// db-table-modify on orders.app".
func (m Moment) String() string {
	has := "has no"
	if m.Surplus {
		has = "also has"
	}
	who := m.Principals[0].Name
	if others := len(m.Principals) - 1; others > 0 {
		who = fmt.Sprintf("%s and %s", who, spelling.Count(others, "other"))
		has = strings.Replace(strings.Replace(has, "has no", "have no", 1), "also has", "also have", 1)
	}
	var what []string
	for _, g := range m.Grants {
		on := ""
		if g.Place != (access.Place{}) {
			on = " on " + describePlace(g.Place)
		}
		if text := listPermissions(g.Permissions) + on; !slices.Contains(what, text) {
			what = append(what, text)
		}
	}
	more := len(what) - maxGrants
	what = what[:min(maxGrants, len(what))]
	text := fmt.Sprintf("between steps %d and %d %s %s %s", m.From, m.To, who, has, strings.Join(what, " and "))
	if more > 0 {
		text += fmt.Sprintf(" and in %s", spelling.Count(more, "more place"))
	}
	return text
}

func listPermissions(all []string) string {
	if len(all) <= maxGrants {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %s", strings.Join(all[:maxGrants-1], ", "), spelling.Count(len(all)-maxGrants+1, "more permission"))
}

// describePlace returns the place without its open segments, or "all databases".
func describePlace(p access.Place) string {
	segments := []string{cmp.Or(p.DatabaseName, p.Database), p.Keyspace, p.Table}
	for len(segments) > 0 && (segments[len(segments)-1] == "" || segments[len(segments)-1] == iam.Wildcard) {
		segments = segments[:len(segments)-1]
	}
	switch {
	case len(segments) > 0:
		return strings.Join(segments, ".")
	case p.Database != "":
		return "all databases"
	}
	return "the organization"
}
