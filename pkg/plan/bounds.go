package plan

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
)

// spot is a resource at which a role grants its permissions. Streaming tenants and roles
// have no level.
type spot struct {
	level    iam.ResourceLevel
	segments [3]string
}

// newSpot parses a resource. It returns false for one that grants nothing in the
// organization.
func newSpot(org, resource string) (spot, bool) {
	d, err := iam.ParseDRN(resource)
	if err != nil || !(iam.DRN{Org: d.Org}).Covers(iam.DRN{Org: org}) {
		return spot{}, false
	}
	level := d.ResourceLevel()
	if level == 0 {
		return spot{segments: [3]string{d.Stream, d.Role}}, true
	}
	return spot{level, [3]string{d.Database, d.Keyspace, d.Table}}, true
}

func matchesSegment(segment, other string) bool {
	return segment == other || segment == iam.Wildcard && other != ""
}

func (s spot) covers(other spot) bool {
	for i, segment := range s.segments {
		if !matchesSegment(segment, other.segments[i]) {
			return false
		}
	}
	return s.level == other.level
}

// intersect returns the common part of two spots, and whether they have one.
func (s spot) intersect(other spot) (spot, bool) {
	for i, segment := range other.segments {
		switch {
		case matchesSegment(s.segments[i], segment):
			s.segments[i] = segment
		case !matchesSegment(segment, s.segments[i]):
			return spot{}, false
		}
	}
	return s, s.level == other.level
}

// intersections adds to some spots all their common parts. Names are unlimited, so every
// spot has a resource in it that is in no smaller one, and two unions of spots are equal
// if and only if they cover the same of these.
func intersections(spots []spot) []spot {
	known := map[spot]bool{}
	var all, open []spot // open has those with a wildcard, of which only two can overlap in part
	add := func(s spot) {
		if known[s] {
			return
		}
		known[s] = true
		all = append(all, s)
		if slices.Contains(s.segments[:], iam.Wildcard) {
			open = append(open, s)
		}
	}
	for _, s := range spots {
		add(s)
	}
	for i := 0; i < len(open); i++ {
		for _, other := range open[:i] {
			if common, meet := open[i].intersect(other); meet {
				add(common)
			}
		}
	}
	return all
}

// grant is a permission at a spot.
type grant struct {
	permission string
	spot       spot
}

// grants is a set of grants, by their index.
type grants []uint64

func (g grants) with(other grants) grants {
	all := slices.Clone(g)
	for i, word := range other {
		all[i] |= word
	}
	return all
}

func (g grants) without(other grants) grants {
	left := slices.Clone(g)
	for i, word := range other {
		left[i] &^= word
	}
	return left
}

func (g grants) and(other grants) grants {
	common := slices.Clone(g)
	for i, word := range other {
		common[i] &= word
	}
	return common
}

func (g grants) count() int {
	n := 0
	for _, word := range g {
		n += bits.OnesCount64(word)
	}
	return n
}

// holder is a list of principals with the same roles at every moment.
type holder struct {
	principals []access.Principal
	roles      []string // before
	steps      []int    // that change its roles
	must, may  grants   // before and after, before or after
}

// world evaluates who has what access after some of the steps. It implements the strict
// model of pkg/access.
type world struct {
	state    State
	steps    []Step
	roleDo   map[string][]int // steps by role ID
	all      []grant
	before   map[string]grants // of roles, by ID
	after    map[int]grants    // of roles, by step
	escalate grants
	holders  []*holder
	touched  [][]*holder // by step
	login    *holder
}

func newWorld(state State, steps []Step) *world {
	w := &world{state: state, steps: steps, roleDo: map[string][]int{}, before: map[string]grants{}, after: map[int]grants{}}
	for i, s := range steps {
		if s.Kind == RoleStep {
			w.roleDo[roleID(s)] = append(w.roleDo[roleID(s)], i)
		}
	}
	w.findHolders()
	w.findGrants()
	w.touched = make([][]*holder, len(steps))
	for _, h := range w.holders {
		h.must = w.access(h, func(int) bool { return false })
		last := w.access(h, func(int) bool { return true })
		h.must, h.may = h.must.and(last), h.must.with(last)
		for i := range steps {
			if w.touches(i, h) {
				w.touched[i] = append(w.touched[i], h)
			}
		}
	}
	return w
}

// roleID returns the ID of the role of a step, as other steps name it.
func roleID(s Step) string {
	if s.Action == Create {
		return CreatedID(s.RoleAfter.Name)
	}
	return s.ID
}

// afterRoles returns the roles that a principal has after its step.
func (s Step) afterRoles() []string {
	if s.UserAfter == nil {
		return nil // removed or revoked
	}
	return s.UserAfter.Roles
}

// findHolders groups the principals by their roles. One with a step of its own is alone.
func (w *world) findHolders() {
	own := map[string][]int{}
	for i, s := range w.steps {
		switch {
		case s.Kind == UserStep && s.Action == Invite:
			p := access.Principal{Kind: access.User, Name: cmp.Or(s.Name, s.UserAfter.Email), Status: access.Pending}
			w.holders = append(w.holders, &holder{principals: []access.Principal{p}, steps: []int{i}})
		case s.Kind == UserStep || s.Kind == TokenStep:
			key := string(s.Kind) + s.ID
			own[key] = append(own[key], i)
		}
	}
	groups := map[string]*holder{}
	add := func(p access.Principal) *holder {
		steps := own[string(p.Kind)+p.ID]
		key := strings.Join(slices.Compact(slices.Sorted(slices.Values(p.Roles))), "\n")
		h := groups[key]
		if h == nil || len(steps) > 0 {
			h = &holder{roles: p.Roles, steps: steps}
			w.holders = append(w.holders, h)
		}
		if len(steps) == 0 {
			groups[key] = h
		}
		h.principals = append(h.principals, p)
		return h
	}
	for _, p := range w.state.principals() {
		h := add(p)
		if p.Kind == access.Token && p.ID == w.state.Login.ClientID && p.ID != "" {
			w.login = h
		}
	}
	if login := w.state.Login; w.login == nil && len(login.Roles) > 0 {
		w.login = add(access.Principal{Kind: access.Token, ID: login.ClientID, Name: "the token in use", Status: access.Active, Roles: login.Roles})
	}
}

// principals returns the users, then the tokens that have not expired.
func (s State) principals() []access.Principal {
	var all []access.Principal
	for _, u := range s.Users {
		status := access.Active
		if u.Pending {
			status = access.Pending
		}
		all = append(all, access.Principal{Kind: access.User, ID: u.ID, Name: cmp.Or(u.Email, u.ID), Status: status, Roles: u.Roles})
	}
	for _, t := range s.Tokens {
		if t.isLive(s.Now) {
			name := cmp.Or(t.Description, t.SavedName, t.ClientID)
			all = append(all, access.Principal{Kind: access.Token, ID: t.ClientID, Name: name, Status: access.Active, Roles: t.Roles})
		}
	}
	return all
}

// role returns the role with an ID, also a default role that is not listed.
func (s State) role(id string) (StateRole, bool) {
	if i := slices.IndexFunc(s.Roles, func(r StateRole) bool { return r.ID == id }); i >= 0 {
		return s.Roles[i], true
	}
	r, found := iam.DefaultRole(id)
	return StateRole{ID: id, Name: r.Name, Default: true, Permissions: r.Policy.Actions, Resources: r.Policy.Resources}, found
}

// levels returns the levels at which a permission is checked: all for one that the catalog
// does not have.
func levels(permission string) []iam.ResourceLevel {
	if level := iam.Level(permission); level > 0 {
		return []iam.ResourceLevel{level}
	}
	return []iam.ResourceLevel{0, iam.DepthOrganization, iam.DepthDatabase, iam.DepthKeyspace, iam.DepthTable}
}

// findGrants numbers what the roles grant, before and after.
func (w *world) findGrants() {
	before := map[string]StateRole{}
	add := func(id string) {
		if r, found := w.state.role(id); found {
			before[id] = r
		}
	}
	for id := range w.roleDo {
		add(id)
	}
	for _, h := range w.holders {
		for _, id := range h.roles {
			add(id)
		}
		for _, i := range h.steps {
			for _, id := range w.steps[i].afterRoles() {
				add(id)
			}
		}
	}
	after := map[int]StateRole{}
	for i, s := range w.steps {
		if s.Kind == RoleStep && s.RoleAfter != nil {
			after[i] = *s.RoleAfter
		}
	}
	n := numbering{org: w.state.Organization.ID, index: map[grant]int{}, parts: map[iam.ResourceLevel][]spot{}}
	for _, r := range before {
		n.collect(r)
	}
	for _, r := range after {
		n.collect(r)
	}
	for level, spots := range n.parts {
		n.parts[level] = intersections(spots)
	}
	beforeIndex, afterIndex := map[string][]int{}, map[int][]int{}
	for id, r := range before {
		beforeIndex[id] = n.number(r)
	}
	for i, r := range after {
		afterIndex[i] = n.number(r)
	}
	w.all = n.all
	for id, index := range beforeIndex {
		w.before[id] = w.set(index)
	}
	for i, index := range afterIndex {
		w.after[i] = w.set(index)
	}
	w.escalate = w.none()
	for i, g := range w.all {
		if slices.Contains(escalationPermissions(), g.permission) && g.spot.level == iam.DepthOrganization {
			w.escalate[i/64] |= 1 << (i % 64)
		}
	}
}

// escalationPermissions returns the permissions by which a principal can take what any role grants.
func escalationPermissions() []string {
	return []string{"org-user-write", "org-role-write", "org-token-write"}
}

func (w *world) none() grants { return make(grants, len(w.all)/64+1) }

func (w *world) set(index []int) grants {
	g := w.none()
	for _, i := range index {
		g[i/64] |= 1 << (i % 64)
	}
	return g
}

// numbering gives numbers to grants.
type numbering struct {
	org   string
	parts map[iam.ResourceLevel][]spot
	index map[grant]int
	all   []grant
}

func (n *numbering) spots(r StateRole) []spot {
	var all []spot
	if r.Denies {
		return nil
	}
	for _, resource := range r.Resources {
		if s, ok := newSpot(n.org, resource); ok {
			all = append(all, s)
		}
	}
	return all
}

func (n *numbering) collect(r StateRole) {
	for _, s := range n.spots(r) {
		n.parts[s.level] = append(n.parts[s.level], s)
	}
}

func (n *numbering) number(r StateRole) []int {
	covered := map[iam.ResourceLevel][]spot{}
	spots := n.spots(r)
	for level, parts := range n.parts {
		for _, part := range parts {
			if slices.ContainsFunc(spots, func(s spot) bool { return s.covers(part) }) {
				covered[level] = append(covered[level], part)
			}
		}
	}
	var numbers []int
	for _, permission := range r.Permissions {
		for _, level := range levels(permission) {
			for _, part := range covered[level] {
				g := grant{permission, part}
				i, known := n.index[g]
				if !known {
					i = len(n.all)
					n.index[g] = i
					n.all = append(n.all, g)
				}
				numbers = append(numbers, i)
			}
		}
	}
	return numbers
}

// roles returns the roles of a holder after the steps that are done.
func (w *world) roles(h *holder, done func(int) bool) []string {
	roles := h.roles
	for _, i := range h.steps {
		if done(i) {
			roles = w.steps[i].afterRoles()
		}
	}
	return roles
}

// access returns what a holder can do after the steps that are done.
func (w *world) access(h *holder, done func(int) bool) grants {
	all := w.none()
	for _, id := range w.roles(h, done) {
		role := w.before[id]
		for _, i := range w.roleDo[id] {
			if done(i) {
				role = w.after[i]
			}
		}
		for i, word := range role {
			all[i] |= word
		}
	}
	return all
}

// touches reports whether a step can change the access of a holder.
func (w *world) touches(i int, h *holder) bool {
	if slices.Contains(h.steps, i) {
		return true
	}
	if w.steps[i].Kind != RoleStep {
		return false
	}
	id := roleID(w.steps[i])
	return slices.Contains(h.roles, id) || slices.ContainsFunc(h.steps, func(own int) bool {
		return slices.Contains(w.steps[own].afterRoles(), id)
	})
}

// violation is what a holder lacks or has at a moment although it does not before and
// after.
type violation struct{ gap, surplus grants }

func (w *world) violation(h *holder, done func(int) bool) violation {
	now := w.access(h, done)
	return violation{h.must.without(now), now.without(h.may)}
}

// cost compares moments: the fewest surplus escalating permissions, then the smallest gap,
// then the smallest surplus.
type cost [3]int

func (c cost) plus(other cost) cost {
	for i, n := range other {
		c[i] += n
	}
	return c
}

func (c cost) compare(other cost) int { return slices.Compare(c[:], other[:]) }

func (w *world) cost(h *holder, v violation) cost {
	n := len(h.principals)
	return cost{v.surplus.and(w.escalate).count() * n, v.gap.count() * n, v.surplus.count() * n}
}

// can reports whether grants have a permission of the organization.
func (w *world) can(g grants, permission string) bool {
	for i, known := range w.all {
		if known.permission == permission && g[i/64]&(1<<(i%64)) != 0 {
			return true
		}
	}
	return false
}

// asRole returns the role as pkg/iam knows it, with an ID.
func (r StateRole) asRole(id string) iam.Role {
	effect := iam.Allow
	if r.Denies {
		effect = ""
	}
	return iam.Role{ID: id, Name: r.Name, Policy: iam.Policy{
		Description: r.Description, Effect: effect, Actions: r.Permissions, Resources: r.Resources,
	}}
}
