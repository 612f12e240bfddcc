package plan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// Difference is how a state differs from a file.
type Difference struct {
	Steps     []Step    // in no order; see Order
	Findings  []Finding // differences that no step changes
	Conflicts []Problem // what the file says about other people or roles than those who are there
	Foreign   Foreign
	Same      int // things of the file that are as it says
}

// Foreign is what exists in managed sections and is not in the file, ignored or removed by
// it. Default roles are not.
type Foreign struct {
	Roles  []StateRole
	Users  []StateUser
	Tokens []StateToken
}

// Diff compares a file with a state. A section that the file does not manage, or that was
// not read, has no differences. The error is an *Error with all names that cannot be
// resolved.
func Diff(file File, state State) (Difference, error) {
	d := &differ{file: file, state: state, sections: file.Sections(), names: newResolver(state), users: usersByAddress(state.Users), wanted: file.wantedUsers(), matched: map[string]*Role{}, deleted: map[string]bool{}}
	if name := file.Organization.Name; name != "" && state.Organization.Name != "" && name != state.Organization.Name {
		d.find(RuleOrganizationNamed, Info, Subject{"organization", state.Organization.ID, state.Organization.Name},
			Position{}, fmt.Sprintf("the organization is named %q, in the file %q", state.Organization.Name, name))
	}
	if d.sections.Roles && state.Roles != nil && !state.RolesForNames {
		d.compareRoles()
	}
	if d.sections.Users && state.Users != nil {
		d.compareUsers()
	}
	if d.sections.Tokens && state.Tokens != nil {
		d.compareTokens()
	}
	if d.sections.AccessLists && state.AccessLists != nil {
		d.compareAccessLists()
	}
	d.findUnmatched()
	if len(d.problems) > 0 {
		return Difference{}, &Error{sortProblems(d.problems)}
	}
	return d.Difference, nil
}

// findUnmatched reports entries of protect and ignore that mean nothing that was read.
func (d *differ) findUnmatched() {
	for _, l := range []struct {
		list, kind string
		read       bool
		entries    []string
		matches    func(entry string) bool
	}{
		{"protect", "user", d.state.Users != nil, d.file.Protect.Users, d.hasUser},
		{"ignore", "user", d.state.Users != nil, d.file.Ignore.Users, d.hasUser},
		{"protect", "role", d.state.Roles != nil, d.file.Protect.Roles, d.hasRole},
		{"ignore", "role", d.state.Roles != nil, d.file.Ignore.Roles, d.hasRole},
		{"protect", "token", d.state.Tokens != nil, d.file.Protect.Tokens, d.hasToken},
		{"ignore", "token", d.state.Tokens != nil, d.file.Ignore.Tokens, d.hasToken},
	} {
		for _, entry := range l.entries {
			if l.read && !l.matches(entry) {
				d.find(RuleUnmatched, Warning, Subject{l.kind, "", entry}, Position{}, fmt.Sprintf("%s under %s matches no %s", entry, l.list, l.kind))
			}
		}
	}
}

func (d *differ) hasUser(entry string) bool {
	return slices.ContainsFunc(d.state.Users, func(u StateUser) bool { return matchesAddress(entry, u.Email) }) ||
		slices.ContainsFunc(d.wanted, func(u User) bool { return matchesAddress(entry, u.Email) })
}

func (d *differ) hasRole(entry string) bool {
	id, _ := d.names.role(entry)
	_, exists := d.names.roleByID[id]
	return exists || slices.ContainsFunc(d.state.Roles, func(r StateRole) bool { return matchesAny([]string{entry}, r.Name) }) ||
		slices.ContainsFunc(d.file.Roles, func(r Role) bool { return matchesAny([]string{entry}, r.Name) })
}

func (d *differ) hasToken(entry string) bool {
	return slices.ContainsFunc(d.liveTokens(), func(t StateToken) bool { return matchesAny([]string{entry}, t.names()...) })
}

type differ struct {
	Difference

	file     File
	state    State
	sections Sections
	names    *resolver
	users    map[string][]StateUser // by address; see usersByAddress
	wanted   []User                 // of the file, with the roles of all their entries and groups
	matched  map[string]*Role       // roles of the file, by the ID of the role that each describes
	created  []string               // names of roles that are created
	deleted  map[string]bool        // IDs of roles
	problems []Problem
}

func (d *differ) fail(at Position, format string, args ...any) {
	d.problems = append(d.problems, Problem{Position: at, Why: fmt.Sprintf(format, args...)})
}

func (d *differ) conflict(at Position, format string, args ...any) {
	d.Conflicts = append(d.Conflicts, Problem{Position: at, Why: fmt.Sprintf(format, args...)})
}

func (d *differ) find(rule string, severity Severity, subject Subject, at Position, message string, fix ...string) {
	text := ""
	if at.Path != "" {
		text = at.String()
	}
	d.Findings = append(d.Findings, Finding{rule, severity, subject, message, text, orEmpty(fix)})
}

// add adds a step.
func (d *differ) add(s Step) {
	s.Undo = UndoOf(s)
	d.Steps = append(d.Steps, s)
}

// removedAt returns where a name is in a list of removed things.
func (d *differ) removedAt(list, name string) Position {
	return d.file.Removed.at[removedName{list, name}]
}

// matchesAny reports whether one of some names is in a list of names, and of regular
// expressions after ~.
func matchesAny(patterns []string, names ...string) bool {
	for _, p := range patterns {
		expression, isExpression := strings.CutPrefix(p, "~")
		for _, name := range names {
			if !isExpression && name != "" && p == name || isExpression && regexp.MustCompile(expression).MatchString(name) {
				return true
			}
		}
	}
	return false
}

func (d *differ) ignoresRole(r StateRole) bool { return matchesAny(d.file.Ignore.Roles, r.Name) }

func (d *differ) compareRoles() {
	owners := make([]*StateRole, len(d.file.Roles))
	taken := map[string]bool{}
	for pass := range 2 { // names before earlier names
		for i := range d.file.Roles {
			r := &d.file.Roles[i]
			if owners[i] != nil {
				continue
			}
			found, ok := d.findRole(r, pass == 1)
			if !ok || found == nil {
				continue
			}
			if taken[found.ID] {
				d.fail(r.At, "role %s is described twice", found.Name)
				continue
			}
			taken[found.ID] = true
			owners[i], d.matched[found.ID] = found, r
		}
	}
	for i := range d.file.Roles {
		d.role(&d.file.Roles[i], owners[i])
	}
	d.deleteRoles()
}

// findRole returns the custom role that a role of the file describes; nil if there is none.
// It is not ok after a problem.
func (d *differ) findRole(r *Role, earlier bool) (found *StateRole, ok bool) {
	if r.ID != "" {
		i := slices.IndexFunc(d.state.Roles, func(s StateRole) bool { return s.ID == r.ID })
		if i < 0 {
			return nil, true
		}
		return &d.state.Roles[i], true
	}
	references := []string{r.Name}
	if earlier {
		references = r.Was
	}
	for _, name := range references {
		var all []*StateRole
		for i, s := range d.state.Roles {
			if s.Name == name && !s.Default && d.matched[s.ID] == nil {
				all = append(all, &d.state.Roles[i])
			}
		}
		switch len(all) {
		case 0:
		case 1:
			return all[0], true
		default:
			_, err := d.names.role(name)
			d.fail(r.At, "%v, as the id of this role", err)
			return nil, false
		}
	}
	return nil, true
}

// role plans the changes of a role. s is nil if it does not exist.
func (d *differ) role(r *Role, s *StateRole) {
	resources, problems := d.names.resources(*r)
	d.problems = append(d.problems, problems...)
	want := StateRole{Name: r.Name, Description: cmp.Or(r.Description, r.Name), Mark: d.file.Manage.Mark, Permissions: d.names.sortPermissions(r.Permissions), Resources: resources}
	switch {
	case s == nil && r.ID != "":
		d.conflict(r.At, "there is no role with the ID %s; to create %s, remove the id", r.ID, r.Name)
	case s == nil && slices.ContainsFunc(d.state.Roles, func(o StateRole) bool { return o.Default && spelling.Fold(o.Name) == spelling.Fold(r.Name) }):
		d.fail(r.At, "%s is a default role, which cannot be changed", r.Name)
	case s == nil:
		if len(d.names.roles[r.Name]) > 1 {
			return // reported by findRole
		}
		if other := d.similarRole(r.Name); other != "" {
			d.fail(r.At, "role %s exists, and the names differ only in case; to rename it, add was: [%q]", other, other)
			return
		}
		d.created = append(d.created, r.Name)
		d.findUnknown(want, r.At)
		d.add(Step{Kind: RoleStep, Action: Create, Name: r.Name, At: r.At, RoleAfter: &want})
	case s.Default:
		d.fail(r.At, "%s is a default role, which cannot be changed", s.Name)
	case d.ignoresRole(*s):
		d.fail(r.At, "role %s is in the file and ignored", s.Name)
	case s.Denies:
		d.fail(r.At, "role %s denies permissions, which a file cannot describe", s.Name)
	default:
		d.updateRole(r, *s, want)
	}
}

// similarRole returns the name of a role that differs only in case, and that the file does
// not give another one.
func (d *differ) similarRole(name string) string {
	for _, s := range d.state.Roles {
		r := d.matched[s.ID]
		if spelling.Fold(s.Name) == spelling.Fold(name) && (r == nil || r.Name == "" || spelling.Fold(r.Name) == spelling.Fold(name)) {
			return s.Name
		}
	}
	return ""
}

func (d *differ) updateRole(r *Role, s, want StateRole) {
	want.ID, want.UpdatedBy, want.UpdatedAt = s.ID, s.UpdatedBy, s.UpdatedAt
	if r.Name == "" {
		want.Name, want.Description = s.Name, cmp.Or(r.Description, s.Name)
	}
	if s.Mark != "" && want.Mark != s.Mark { // of another file, or of none that has a mark now
		if want.Mark != "" {
			d.find(RuleRoleMark, Warning, roleSubject(s), r.At, fmt.Sprintf("role %s has the mark %s of another file", s.Name, s.Mark))
		}
		want.Mark = s.Mark
	}
	d.findUnknown(want, r.At)
	described := func(r StateRole) string { return cmp.Or(r.Description, r.Name) }
	if s.Name == want.Name && described(s) == described(want) && s.Mark == want.Mark &&
		slices.Equal(d.names.sortPermissions(s.Permissions), want.Permissions) && slices.Equal(distinct(s.Resources), want.Resources) {
		d.Same++
		return
	}
	d.add(Step{Kind: RoleStep, Action: Update, ID: s.ID, Name: want.Name, At: r.At, RoleBefore: &s, RoleAfter: &want})
}

func roleSubject(r StateRole) Subject { return Subject{"role", r.ID, r.Name} }

// findUnknown reports permissions that this program does not know.
func (d *differ) findUnknown(r StateRole, at Position) {
	for _, p := range r.Permissions {
		if d.names.catalog[p] == 0 {
			d.find(RuleRolePermission, Info, roleSubject(r), at, fmt.Sprintf("role %s has %q, which is not in the list of permissions of astra", r.Name, p))
		}
	}
}

func (d *differ) deleteRoles() {
	remove := map[string]Position{}
	for _, ref := range d.file.Removed.Roles {
		at := d.removedAt("roles", ref)
		id, err := d.names.role(ref)
		r, exists := d.names.roleByID[id]
		switch {
		case err != nil && len(d.names.roles[ref]) > 1:
			d.fail(at, "%v", err)
		case err != nil || !exists:
		case r.Default:
			d.fail(at, "%s is a default role, which cannot be deleted", r.Name)
		case d.matched[id] != nil:
			d.fail(d.matched[id].At, "role %s is also in removed", r.Name)
		default:
			remove[id] = at
		}
	}
	manage, mark := d.file.Manage.Roles, d.file.Manage.Mark
	for _, r := range d.state.Roles {
		owned := mark != "" && r.Mark == mark && manage == "owned"
		at, removed := remove[r.ID]
		switch {
		case r.Default || d.matched[r.ID] != nil:
		case removed:
			d.deleteRole(r, at, false)
		case d.ignoresRole(r):
		case (owned || manage == "all") && !d.file.Protect.coversRole(r):
			d.deleteRole(r, d.file.Manage.At, owned)
		default:
			d.Foreign.Roles = append(d.Foreign.Roles, r)
		}
	}
}

func (d *differ) deleteRole(r StateRole, at Position, onlyByMark bool) {
	d.deleted[r.ID] = true
	d.add(Step{Kind: RoleStep, Action: Delete, ID: r.ID, Name: r.Name, At: at, RoleBefore: &r, OnlyByMark: onlyByMark})
}

// roleID returns the ID of a role that a user or a token of the file has.
func (d *differ) roleID(ref string, at Position) (string, bool) {
	var described []string
	for id, r := range d.matched {
		if r.Name == ref {
			described = append(described, id)
		}
	}
	switch {
	case len(described) == 1:
		return described[0], true
	case slices.Contains(d.created, ref):
		return CreatedID(ref), true
	}
	id, err := d.names.role(ref)
	switch r := d.matched[id]; {
	case err != nil && slices.ContainsFunc(d.file.Roles, func(r Role) bool { return r.Name == ref }):
		d.fail(at, "role %s does not exist yet, and the section roles is not part of this plan", ref)
	case err != nil:
		d.fail(at, "%v", err)
	case d.deleted[id]:
		d.fail(at, "role %s is deleted by this file", ref)
	case r != nil && r.Name != "" && d.names.roleByID[id].Name == ref && r.Name != ref:
		d.fail(at, "role %s is renamed to %s by this file", ref, r.Name)
	default:
		return id, true
	}
	return "", false
}

func (d *differ) roleIDs(refs []string, at Position) []string {
	ids := []string{}
	for _, ref := range refs {
		if id, ok := d.roleID(ref, at); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (d *differ) ignoresUser(u StateUser) bool {
	return slices.ContainsFunc(d.file.Ignore.Users, func(p string) bool { return matchesAddress(p, u.Email) })
}

// matchesAddress reports whether an address is the same as another, or matches a regular
// expression after ~, in upper or lower case.
func matchesAddress(pattern, email string) bool {
	if expression, is := strings.CutPrefix(pattern, "~"); is {
		return regexp.MustCompile("(?i)" + expression).MatchString(email)
	}
	return spelling.SameAddress(pattern, email)
}

// wantedUsers returns the users of the file, with the roles of all their entries and groups.
func (f File) wantedUsers() []User {
	var all []User
	byAddress, byID := map[string][]int{}, map[string]int{}
	find := func(u User) (int, bool) {
		if i, found := byID[u.ID]; found && u.ID != "" {
			return i, true
		}
		for _, i := range byAddress[spelling.Fold(u.Email)] {
			if all[i].ID == "" || u.ID == "" {
				return i, true
			}
		}
		return 0, false
	}
	add := func(u User) {
		i, found := find(u)
		if !found {
			i = len(all)
			key := spelling.Fold(u.Email)
			byAddress[key] = append(byAddress[key], i)
			u.Roles = slices.Clone(u.Roles)
			all = append(all, u)
		} else {
			all[i].ID = cmp.Or(all[i].ID, u.ID)
			all[i].Roles = append(all[i].Roles, u.Roles...)
		}
		if all[i].ID != "" {
			byID[all[i].ID] = i
		}
	}
	for _, u := range f.Users {
		add(u)
	}
	for _, g := range f.Groups {
		for _, member := range g.Members {
			add(User{Email: member, Roles: g.Roles, At: g.At})
		}
	}
	return all
}

func (d *differ) compareUsers() {
	listed := map[string]bool{}
	for _, u := range d.wanted {
		s, ok := d.findUser(u)
		if s == nil {
			if ok {
				d.invite(u)
			}
			continue
		}
		switch {
		case listed[s.ID]:
			d.fail(u.At, "user %s is described twice", s.Email)
		case d.ignoresUser(*s):
			d.fail(u.At, "user %s is in the file and ignored", s.Email)
		default:
			d.updateUser(u, *s)
		}
		listed[s.ID] = true
	}
	for _, s := range d.state.Users {
		at := d.file.Manage.At
		removed := slices.ContainsFunc(d.file.Removed.Users, func(email string) bool {
			same := spelling.SameAddress(email, s.Email)
			if same {
				at = d.removedAt("users", email)
			}
			return same
		})
		protected := slices.ContainsFunc(d.file.Protect.Users, func(email string) bool { return spelling.SameAddress(email, s.Email) })
		switch {
		case listed[s.ID]:
		case removed, d.file.Manage.Users == "all" && !d.ignoresUser(s) && !protected:
			d.add(Step{Kind: UserStep, Action: Remove, ID: s.ID, Name: s.Email, At: at, UserBefore: &s})
		case !d.ignoresUser(s):
			d.Foreign.Users = append(d.Foreign.Users, s)
		}
	}
}

// findUser returns the user whom an entry of the file means; nil if there is none. It is not
// ok after a problem or a conflict.
func (d *differ) findUser(u User) (found *StateUser, ok bool) {
	at := d.users[spelling.Fold(u.Email)]
	if u.ID == "" {
		switch len(at) {
		case 0:
			return nil, true
		case 1:
			return &at[0], true
		}
		var ids []string
		for _, s := range at {
			ids = append(ids, s.ID)
		}
		d.fail(u.At, "%d users have the address %s: add the id of one, %s", len(at), u.Email, strings.Join(ids, " or "))
		return nil, false
	}
	i := slices.IndexFunc(d.state.Users, func(s StateUser) bool { return s.ID == u.ID })
	switch {
	case i < 0 && len(at) > 0:
		d.conflict(u.At, "%s is another person than in the file: the ID is %s, and no user has %s", u.Email, at[0].ID, u.ID)
	case i < 0:
		d.conflict(u.At, "%s, the user with the ID %s, is not in the organization any more; to invite that address, remove the id", cmp.Or(u.Email, "someone"), u.ID)
	case u.Email != "" && !spelling.SameAddress(d.state.Users[i].Email, u.Email):
		d.conflict(u.At, "%s is another person than in the file: the user with the ID %s has the address %s", u.Email, u.ID, d.state.Users[i].Email)
	default:
		return &d.state.Users[i], true
	}
	return nil, false
}

func (d *differ) invite(u User) {
	after := StateUser{Email: u.Email, Pending: true, Roles: d.roleIDs(u.Roles, u.At)}
	if len(u.Roles) == 0 {
		d.fail(u.At, "%s needs at least one role", u.Email)
		return
	}
	d.add(Step{Kind: UserStep, Action: Invite, Name: u.Email, At: u.At, UserAfter: &after})
}

func (d *differ) updateUser(u User, s StateUser) {
	for _, id := range s.Roles {
		if _, exists := d.names.roleByID[id]; !exists {
			d.find(RuleDeletedRole, Warning, Subject{"user", s.ID, s.Email}, u.At, fmt.Sprintf("%s has the role %s, which does not exist", s.Email, id))
		}
	}
	want := d.roleIDs(u.Roles, u.At)
	for _, id := range s.Roles {
		if d.file.Manage.UserRoles == "at-least" || d.ignoresRole(d.names.roleByID[id]) {
			want = append(want, id)
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	has := slices.Compact(slices.Sorted(slices.Values(s.Roles)))
	switch {
	case slices.Equal(has, want):
		d.Same++
	case len(u.Roles) == 0 && len(want) == 0:
		d.fail(u.At, "%s would have no role, and every user needs one; to remove the user, list the address in removed", s.Email)
	default:
		after := s
		after.Roles = want
		d.add(Step{Kind: UserStep, Action: Update, ID: s.ID, Name: s.Email, At: u.At, UserBefore: &s, UserAfter: &after})
	}
}
