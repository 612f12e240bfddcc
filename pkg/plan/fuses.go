package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Fuse is a limit of a plan that refuses it, unless its word is allowed for one run.
type Fuse struct {
	Word    string   `json:"word"`
	Tripped bool     `json:"tripped"`
	Value   float64  `json:"value"`
	Limit   float64  `json:"limit"`
	Why     []string `json:"why"`
	Count   int      `json:"-"` // of FuseRemovals: things of Of that are removed
	Of      int      `json:"-"`
	Section string   `json:"-"` // of FuseRemovals: users, roles, tokens or principals
}

// The words of fuses.
const (
	FuseLastAdministrator = "last-administrator"
	FuseOwnRights         = "own-rights"
	FuseProtected         = "protected"
	FuseRemovals          = "removals"
	FuseEmptySection      = "empty-section"
	FuseClosedNetwork     = "closed-network"
	FuseOpenNetwork       = "open-network"
	FuseHeldRole          = "held-role"
	FuseEscalation        = "escalation"
)

// AllowableFuses returns the words of the fuses that can be allowed for one run.
func AllowableFuses() []string {
	return []string{
		FuseLastAdministrator, FuseOwnRights, FuseRemovals, FuseEmptySection, FuseClosedNetwork, FuseOpenNetwork, FuseHeldRole, FuseEscalation,
	}
}

// Refusals returns the tripped fuses that are not allowed.
func Refusals(fuses []Fuse, allowed []string) []Fuse {
	return slices.DeleteFunc(slices.Clone(fuses), func(f Fuse) bool {
		return !f.Tripped || f.Word != FuseProtected && slices.Contains(allowed, f.Word)
	})
}

// NeedsName reports whether the name of the organization must confirm the plan.
func NeedsName(fuses []Fuse) bool {
	return slices.ContainsFunc(fuses, func(f Fuse) bool {
		return f.Tripped && (f.Word == FuseRemovals || f.Word == FuseEmptySection)
	})
}

// Fuses returns all fuses of ordered steps. own is the public address of this machine, or
// the zero Addr if it is unknown.
func Fuses(file File, state State, steps []Step, own netip.Addr) []Fuse {
	c := checker{newWorld(state, steps), file, Apply(state, steps), own}
	closed, opened := c.networks()
	return []Fuse{
		c.lastAdministrator(), newFuse(FuseOwnRights, c.ownRights()), newFuse(FuseProtected, c.protectedLosses()), c.removals(),
		newFuse(FuseEmptySection, c.emptySections()), newFuse(FuseClosedNetwork, closed),
		newFuse(FuseOpenNetwork, opened), newFuse(FuseHeldRole, c.heldRoles()), newFuse(FuseEscalation, c.escalations()),
	}
}

// newFuse returns a fuse that any reason trips.
func newFuse(word string, why []string) Fuse {
	if why == nil {
		why = []string{}
	}
	return Fuse{Word: word, Tripped: len(why) > 0, Value: float64(len(why)), Why: why}
}

type checker struct {
	*world
	file  File
	final State
	own   netip.Addr
}

func begin(int) bool  { return false }
func finish(int) bool { return true }

func (c checker) lastAdministrator() Fuse {
	limit := max(1, c.file.Protect.Administrators)
	before, after := administrators(c.state), administrators(c.final)
	f := newFuse(FuseLastAdministrator, nil)
	f.Value, f.Limit = float64(after), float64(limit)
	if after < limit && after < before {
		f.Why = append(f.Why, fmt.Sprintf("%s would be left, and %d must stay", spelling.Count(after, "Organization Administrator"), limit))
	}
	if before == 0 {
		for _, s := range c.steps {
			if s.Kind == UserStep && s.UserBefore != nil && slices.ContainsFunc(s.UserBefore.Roles, isAdministrator) && !slices.ContainsFunc(s.afterRoles(), isAdministrator) {
				f.Why = append(f.Why, s.UserBefore.Email+" would lose the role, and no Organization Administrator is known to have accepted")
			}
		}
	}
	both := func(done func(int) bool) bool {
		return slices.ContainsFunc(c.holders, func(h *holder) bool {
			accepted := slices.ContainsFunc(h.principals, func(p access.Principal) bool { return p.Kind == access.User && p.Status == access.Active })
			g := c.access(h, done)
			return accepted && c.can(g, "org-user-write") && c.can(g, "org-role-write")
		})
	}
	if both(begin) && !both(finish) {
		f.Why = append(f.Why, "no user would be left who can both change users and change roles")
	}
	f.Tripped = len(f.Why) > 0
	return f
}

func administrators(s State) int {
	n := 0
	for _, u := range s.Users {
		if !u.Pending && slices.ContainsFunc(u.Roles, isAdministrator) {
			n++
		}
	}
	return n
}

func isAdministrator(roleID string) bool {
	r, found := iam.DefaultRole(roleID)
	return found && r.Name == "Organization Administrator"
}

// ownRights returns what the token in use loses of what the sections that were read need.
func (c checker) ownRights() []string {
	var why []string
	for _, s := range c.steps {
		if s.Kind == TokenStep && s.ID != "" && s.ID == c.state.Login.ClientID {
			why = append(why, "the token in use would be revoked")
		}
	}
	if len(why) > 0 {
		return why
	}
	if c.login == nil {
		for _, i := range c.uncertain() {
			if lost := c.losesNeeded(c.before[c.steps[i].ID], c.after[i]); len(lost) > 0 {
				why = append(why, fmt.Sprintf("%s, and would lose %s", c.state.unknownHolders(c.steps[i]), strings.Join(lost, ", ")))
			}
		}
		return why
	}
	for _, p := range c.losesNeeded(c.access(c.login, begin), c.access(c.login, finish)) {
		why = append(why, "the token in use would lose "+p)
	}
	return why
}

// losesNeeded returns the permissions that the sections that were read need, and that are in
// before and not in after.
func (c checker) losesNeeded(before, after grants) []string {
	var lost []string
	for _, section := range []struct {
		read        bool
		permissions []string
	}{
		{c.state.managesRoles(), []string{"org-role-read", "org-role-write", "org-role-delete"}},
		{c.state.Users != nil, []string{"org-user-read", "org-user-write"}},
		{c.state.Tokens != nil, []string{"org-token-read", "org-token-write"}},
		{c.state.AccessLists != nil, []string{"accesslist-read", "accesslist-write"}},
	} {
		for _, p := range section.permissions {
			if section.read && c.can(before, p) && !c.can(after, p) {
				lost = append(lost, p)
			}
		}
	}
	return lost
}

// unreadHolders returns what is not known of the holders of roles.
func (s State) unreadHolders() []string {
	var unread []string
	if s.Users == nil {
		unread = append(unread, "users")
	}
	switch {
	case s.Tokens == nil:
		unread = append(unread, "tokens")
	case slices.ContainsFunc(s.Tokens, func(t StateToken) bool { return t.Roles == nil && t.isLive(s.Now) }):
		unread = append(unread, "the roles of tokens")
	}
	return unread
}

// uncertain returns the steps that update a role of which not all holders are known.
func (c checker) uncertain() []int {
	var all []int
	for i, s := range c.steps {
		if s.Kind == RoleStep && s.Action == Update && len(c.state.unreadHolders()) > 0 {
			all = append(all, i)
		}
	}
	return all
}

func (s State) unknownHolders(step Step) string {
	return fmt.Sprintf("the holders of role %s could not be read (%s)", step.RoleBefore.Name, strings.Join(s.unreadHolders(), ", "))
}

// FindUnknownHolders returns a finding for each changed role whose holders are not all known.
func FindUnknownHolders(state State, steps []Step) []Finding {
	var d differ
	for _, s := range steps {
		if s.Kind == RoleStep && s.Action != Create && len(state.unreadHolders()) > 0 {
			d.find(RuleRoleHolders, Warning, roleSubject(*s.RoleBefore), s.At, state.unknownHolders(s))
		}
	}
	return d.Findings
}

func (c checker) protectedLosses() []string {
	var why []string
	protect := c.file.Protect
	for _, u := range c.state.Users {
		if !slices.ContainsFunc(protect.Users, func(a string) bool { return spelling.SameAddress(a, u.Email) }) {
			continue
		}
		i := slices.IndexFunc(c.final.Users, func(o StateUser) bool { return o.ID == u.ID })
		if i < 0 {
			why = append(why, u.Email+" would be removed")
			continue
		}
		for _, id := range u.Roles {
			_, existed := c.state.role(id)
			if _, exists := c.final.role(id); existed && (!exists || !slices.Contains(c.final.Users[i].Roles, id)) {
				why = append(why, u.Email+" would lose "+c.roleName(id))
			}
		}
	}
	for _, s := range c.steps {
		switch {
		case s.Kind == RoleStep && s.RoleBefore != nil && (protect.coversRole(*s.RoleBefore) || s.RoleAfter != nil && protect.coversRole(*s.RoleAfter)):
			verb := " would be changed"
			if s.RoleAfter == nil {
				verb = " would be deleted"
			}
			why = append(why, "role "+s.RoleBefore.Name+verb)
		case s.Kind == TokenStep:
			if protect.coversToken(*s.TokenBefore) {
				why = append(why, "token "+s.TokenBefore.name()+" would be revoked")
			}
		}
	}
	return why
}

// coversRole reports whether protect names a role, by its name or by id: and its ID.
func (p Protect) coversRole(r StateRole) bool {
	return slices.Contains(p.Roles, r.Name) || slices.Contains(p.Roles, idPrefix+r.ID)
}

func includes(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

func (w *world) roleName(id string) string {
	r, _ := w.state.role(id)
	return cmp.Or(r.Name, strings.TrimPrefix(id, createdPrefix))
}

// smallSection is the number of members from which on a percentage limits removals, and
// smallLimit the limit below.
const (
	smallSection   = 8
	smallLimit     = 2
	defaultPercent = 25
)

func (c checker) removals() Fuse {
	removed := map[StepKind]int{}
	for _, s := range c.steps {
		if s.Action == Remove && s.Kind == UserStep || s.Action == Delete || s.Action == Revoke {
			removed[s.Kind]++
			if s.OnlyByMark {
				removed[s.Kind]++
			}
		}
	}
	principals, losers := 0, 0
	for _, h := range c.holders {
		before := c.access(h, begin)
		if before.count() > 0 {
			principals += len(h.principals)
			if before.without(c.access(h, finish)).count() > 0 {
				losers += len(h.principals)
			}
		}
	}
	custom := slices.DeleteFunc(slices.Clone(c.state.Roles), func(r StateRole) bool { return r.Default })
	sections := []Fuse{
		c.removal("users", removed[UserStep], len(c.state.Users)), c.removal("roles", removed[RoleStep], len(custom)),
		c.removal("tokens", removed[TokenStep], len(c.state.Tokens)), c.removal("principals", losers, principals),
	}
	most := slices.MaxFunc(sections, func(a, b Fuse) int { return cmp.Compare(a.Value/a.Limit, b.Value/b.Limit) })
	most.Why = []string{}
	for _, f := range sections {
		if f.Tripped {
			most.Why = append(most.Why, f.Why...)
		}
	}
	for _, i := range c.uncertain() {
		before := c.before[c.steps[i].ID]
		own := c.login == nil && len(c.losesNeeded(before, c.after[i])) > 0 // FuseOwnRights
		if !own && before.without(c.after[i]).count() > 0 {
			most.Tripped = true
			most.Why = append(most.Why, c.state.unknownHolders(c.steps[i])+", and would lose access")
		}
	}
	return most
}

func (c checker) removal(section string, count, of int) Fuse {
	f := Fuse{Word: FuseRemovals, Section: section, Count: count, Of: of, Value: float64(count)}
	limit, percent := c.file.Protect.Removals, c.file.Protect.RemovalsAreAPercentage
	if limit == 0 {
		limit, percent = defaultPercent, true
	}
	text := ""
	switch {
	case !percent:
		f.Limit = float64(limit)
		text = fmt.Sprintf("the limit is %d", limit)
	case of < smallSection:
		f.Limit = smallLimit
		text = fmt.Sprintf("the limit is %d of fewer than %d", smallLimit, smallSection)
	default:
		f.Value, f.Limit = float64(count)/float64(of), float64(limit)/100
		text = fmt.Sprintf("the limit is %d%%", limit)
	}
	if f.Tripped = f.Value > f.Limit; f.Tripped {
		verb := map[string]string{"users": "removed", "roles": "deleted", "tokens": "revoked"}[section]
		if verb == "" {
			f.Why = []string{fmt.Sprintf("%d of %d users and tokens would lose access; %s", count, of, text)}
		} else {
			f.Why = []string{fmt.Sprintf("%d of %d %s would be %s; %s", count, of, section, verb, text)}
		}
	}
	return f
}

// emptySections returns the sections that say that nothing shall exist.
func (c checker) emptySections() []string {
	var why []string
	add := func(name string, empty bool) {
		if empty {
			why = append(why, name+" is empty in the file")
		}
	}
	add("roles", c.file.Roles != nil && len(c.file.Roles) == 0 && c.state.managesRoles())
	add("users", c.file.Users != nil && len(c.file.Users) == 0 && c.state.Users != nil &&
		!slices.ContainsFunc(c.file.Groups, func(g Group) bool { return len(g.Members) > 0 }))
	add("tokens", c.file.Tokens != nil && len(c.file.Tokens) == 0 && c.state.Tokens != nil)
	add("access-lists", c.file.AccessLists != nil && len(c.file.AccessLists) == 0 && c.state.AccessLists != nil)
	return why
}

func (s State) managesRoles() bool { return s.Roles != nil && !s.RolesForNames }

// admittedEntries returns the entries that let addresses in.
func (l StateAccessList) admittedEntries() []Address {
	return slices.DeleteFunc(slices.Clone(l.Addresses), func(a Address) bool { return !a.admits() })
}

// restricts reports whether a list rejects any address.
func (l StateAccessList) restricts() bool { return l.Enabled && len(l.admittedEntries()) > 0 }

func (l StateAccessList) allows(own netip.Addr) bool {
	return !l.restricts() || slices.ContainsFunc(l.admittedEntries(), func(a Address) bool {
		prefix, err := netip.ParsePrefix(a.Address)
		if err != nil {
			address, _ := netip.ParseAddr(a.Address)
			return own.IsValid() && address == own
		}
		return prefix.Contains(own)
	})
}

func (s State) accessList(databaseID string) StateAccessList {
	if i := slices.IndexFunc(s.AccessLists, func(l StateAccessList) bool { return l.DatabaseID == databaseID }); i >= 0 {
		return s.AccessLists[i]
	}
	return StateAccessList{DatabaseID: databaseID}
}

// networks returns the access lists after whose change this machine may be rejected, and
// those that admit every address after it, and did not before.
func (c checker) networks() (closed, opened []string) {
	var seen []string
	for _, s := range c.steps {
		id := s.ListID()
		if s.Kind != AccessListStep || slices.Contains(seen, id) {
			continue
		}
		seen = append(seen, id)
		before, after := c.state.accessList(id), c.final.accessList(id)
		name := "the DevOps API"
		if id != "" {
			name = cmp.Or(c.databaseName(id), id)
		}
		begins := after.restricts() && !before.restricts()
		closer := slices.ContainsFunc(before.admittedEntries(), func(a Address) bool {
			return !slices.ContainsFunc(after.admittedEntries(), func(b Address) bool { return a.Address == b.Address })
		})
		switch {
		case after.Enabled && len(after.admittedEntries()) == 0:
			closed = append(closed, "the access list of "+name+" would be enabled without an address")
		case before.restricts() && !after.restricts():
			opened = append(opened, "every address could reach "+name)
		case !after.restricts():
		case c.own.IsValid() && before.allows(c.own) && !after.allows(c.own):
			closed = append(closed, fmt.Sprintf("the access list of %s would not have this machine's address %s", name, c.own))
		case id == "" && (begins || closer):
			closed = append(closed, "fewer addresses could reach the DevOps API")
		case !c.own.IsValid() && begins:
			closed = append(closed, "the access list of "+name+" would apply, and the public address of this machine is unknown")
		}
	}
	return closed, opened
}

func (w *world) databaseName(id string) string {
	for _, d := range w.state.Databases {
		if d.ID == id {
			return d.Name
		}
	}
	return ""
}

// heldRoles returns the roles that are deleted although someone still has them.
func (c checker) heldRoles() []string {
	var why []string
	for _, s := range c.steps {
		if s.Kind != RoleStep || s.Action != Delete {
			continue
		}
		var names []string
		for _, p := range c.final.principals() {
			if slices.Contains(p.Roles, s.ID) {
				names = append(names, p.Name)
			}
		}
		switch {
		case len(names) > maxGrants:
			why = append(why, fmt.Sprintf("role %s is held by %s and %d more", s.RoleBefore.Name, strings.Join(names[:maxGrants], ", "), len(names)-maxGrants))
		case len(names) > 0:
			why = append(why, fmt.Sprintf("role %s is held by %s", s.RoleBefore.Name, strings.Join(names, ", ")))
		case len(c.final.unreadHolders()) > 0:
			why = append(why, "role "+s.RoleBefore.Name+" may have holders: not all users and tokens were read with their roles")
		}
	}
	return why
}

// escalations returns who gains a permission by which it can take any other.
func (c checker) escalations() []string {
	var why []string
	for _, h := range c.holders {
		gained := c.access(h, finish).and(c.escalate)
		if c.access(h, begin).and(c.escalate).count() > 0 || gained.count() == 0 {
			continue
		}
		for _, p := range h.principals {
			why = append(why, p.Name+" would gain "+strings.Join(c.escalating(gained), ", "))
		}
	}
	for _, i := range c.uncertain() {
		if gained := c.after[i].without(c.before[c.steps[i].ID]).and(c.escalate); gained.count() > 0 {
			why = append(why, c.state.unknownHolders(c.steps[i])+", and would gain "+strings.Join(c.escalating(gained), ", "))
		}
	}
	for _, m := range Moments(c.state, c.steps) {
		if m.escalates {
			why = append(why, m.String())
		}
	}
	return why
}

// escalating returns the permissions of g by which its holder can take any other.
func (c checker) escalating(g grants) []string {
	return slices.DeleteFunc(escalationPermissions(), func(p string) bool { return !c.can(g, p) })
}
