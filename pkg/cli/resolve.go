package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/prompt"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/suggest"
)

// RoleRef names a role in output.
type RoleRef struct {
	ID   string `json:"id" yaml:"id"`
	Name string `json:"name" yaml:"name"`

	deleted bool
}

// AllRoles returns the organization's roles, asked for once. A credential that
// may not read roles gets the default ones, which are the same everywhere.
func (s *Session) AllRoles(ctx context.Context) ([]devops.Role, error) {
	if s.roles != nil {
		return s.roles, nil
	}
	list := s.Roles.List
	if s.spare {
		list = s.Roles.Brief
	}
	roles, err := list(ctx)
	if errors.Is(err, devops.ErrForbidden) {
		for _, r := range iam.DefaultRoles() {
			roles = append(roles, devops.Role{ID: r.ID, Name: r.Name, Policy: devops.Policy(r.Policy)})
		}
		s.app.Verbosef("this credential cannot list custom roles; only default roles are available")
		s.hidden = err
	} else if err != nil {
		return nil, err
	}
	s.roles = roles
	return roles, nil
}

// Role finds the role that ref means: an id, or exactly one role's name. id: and
// name: before it say which, for a name that looks like an id. A default role has the
// Portal's name too, unless another role is called that.
func (s *Session) Role(ctx context.Context, ref string) (devops.Role, error) {
	roles, err := s.AllRoles(ctx)
	if err != nil {
		return devops.Role{}, err
	}
	role, err := pickWarning(s.app, spelling.SameName, "role", ref, roles, func(r devops.Role) (string, string) { return r.ID, r.Name })
	missing, ok := errors.AsType[*exit.Error](err)
	if !ok || missing.Exit != exit.NotFound {
		return role, err
	}
	if named, found := portalRole(roles, ref); found {
		return named, nil
	}
	if s.hidden != nil {
		return role, fmt.Errorf("role %q is not a default role, and custom roles cannot be listed: %w", ref, s.hidden)
	}
	var names []string
	for _, r := range roles {
		names = append(names, r.Name, iam.DisplayName(r.ID))
	}
	if near := suggest.Nearest(strings.TrimPrefix(ref, "name:"), names); len(near) > 0 {
		missing.Hint = "did you mean " + exit.QuoteList(near) + "?"
	}
	return role, missing
}

// portalRole finds the default role that the Portal calls ref.
func portalRole(roles []devops.Role, ref string) (devops.Role, bool) {
	want := spelling.Fold(strings.TrimPrefix(ref, "name:"))
	at := slices.IndexFunc(roles, func(r devops.Role) bool {
		name := iam.DisplayName(r.ID)
		return name != "" && spelling.Fold(name) == want
	})
	if at < 0 {
		return devops.Role{}, false
	}
	return roles[at], true
}

// RolesNamed finds every role of refs; one that is named twice counts once.
func (s *Session) RolesNamed(ctx context.Context, refs []string) ([]devops.Role, error) {
	var found []devops.Role
	for _, ref := range refs {
		role, err := s.Role(ctx, ref)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(found, func(r devops.Role) bool { return r.ID == role.ID }) {
			found = append(found, role)
		}
	}
	return found, nil
}

// RoleRefs names roles by their ids, and sorts them by name. A role that is no more, or that the
// credential may not see, has an empty name.
func (s *Session) RoleRefs(ctx context.Context, ids []string) ([]RoleRef, error) {
	if s.byID == nil {
		roles, err := s.AllRoles(ctx)
		if err != nil {
			return nil, err
		}
		s.nameRoles(roles)
	}
	refs := make([]RoleRef, 0, len(ids))
	for _, id := range ids {
		ref := RoleRef{ID: id}
		if i, found := slices.BinarySearchFunc(s.byID, id, func(r RoleRef, id string) int { return strings.Compare(r.ID, id) }); found {
			ref.Name = s.byID[i].Name
		} else if i, found := slices.BinarySearchFunc(s.byName, id, compareName); found && (i+1 == len(s.byName) || s.byName[i+1].Name != id) {
			ref = s.byName[i] // a list may have names instead of ids
		} else {
			ref.deleted = s.hidden == nil
		}
		refs = append(refs, ref)
	}
	slices.SortStableFunc(refs, func(a, b RoleRef) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return refs, nil
}

// SparePolicies makes RoleRefs keep nothing but names of the roles. It is for a command
// that needs no more of them: the rest takes many times as much memory.
func (s *Session) SparePolicies() { s.spare = true }

// nameRoles makes the tables of RoleRefs, which a list of tokens asks for each of its
// rows. They take less memory than maps.
func (s *Session) nameRoles(roles []devops.Role) {
	s.byID = make([]RoleRef, 0, len(roles))
	for _, r := range roles {
		s.byID = append(s.byID, RoleRef{ID: r.ID, Name: r.Name})
	}
	s.byName = slices.Clone(s.byID)
	slices.SortStableFunc(s.byID, func(a, b RoleRef) int { return strings.Compare(a.ID, b.ID) })
	slices.SortStableFunc(s.byName, func(a, b RoleRef) int { return compareName(a, b.Name) })
	if s.spare {
		s.roles = nil
	}
}

func compareName(r RoleRef, name string) int { return strings.Compare(r.Name, name) }

// User finds the member or invited user that ref means: an id or an address.
// The service compares addresses without regard to case, and so does spelling.
func (s *Session) User(ctx context.Context, ref string) (devops.User, error) {
	members, err := s.Members(ctx)
	if err != nil {
		return devops.User{}, err
	}
	return pickWarning(s.app, spelling.SameAddress, "user", ref, members.Users, func(u devops.User) (string, string) { return u.ID, u.Email })
}

// Database finds the database that ref means: an id, or exactly one database's
// name among those that are not terminated.
func (s *Session) Database(ctx context.Context, ref string) (devops.Database, error) {
	all, err := devops.Collect(s.Databases.All(ctx, "nonterminated"))
	if err != nil {
		return devops.Database{}, err
	}
	return pickWarning(s.app, spelling.SameName, "database", ref, all, func(d devops.Database) (string, string) { return d.ID, d.Name })
}

// Resolve finds the one of items that ref means: by its id, or exactly one's name.
// id: and name: before it say which.
func Resolve[T any](kind, ref string, items []T, names func(T) (id, name string)) (T, error) {
	return resolveOne(kind, ref, items, names)
}

// pickWarning is Pick for names that same compares. It warns of names that only look
// like the one that was found: they may be what the caller has in mind.
func pickWarning[T any](app *App, same func(a, b string) bool, kind, ref string, items []T, names func(T) (id, name string)) (T, error) {
	found, err := pickBy(same, kind, ref, items, names)
	id, name := names(found)
	if err != nil || ref == id || ref == "id:"+id {
		return found, err
	}
	for _, item := range items {
		_, other := names(item)
		app.WarnAlike(kind, name, other)
	}
	return found, nil
}

// WarnAlike warns where another name of a kind looks like the one that is meant.
func (a *App) WarnAlike(kind, name, other string) {
	if spelling.Alike(name, other) {
		a.Warn("another %s has a name that looks like %q: %s", kind, name, spelling.Difference(name, other))
	}
}

// resolveOne finds the one of items that ref means, by id or by name. Ids are compared
// exactly.
func resolveOne[T any](kind, ref string, items []T, names func(T) (id, name string)) (T, error) {
	return pickBy(spelling.SameName, kind, ref, items, names)
}

// pickBy is pick for names that same compares.
func pickBy[T any](same func(a, b string) bool, kind, ref string, items []T, names func(T) (id, name string)) (T, error) {
	var zero T
	byID, byName := true, true
	want := ref
	if rest, ok := strings.CutPrefix(ref, "id:"); ok {
		want, byName = rest, false
	} else if rest, ok := strings.CutPrefix(ref, "name:"); ok {
		want, byID = rest, false
	}
	var found []T
	var ids, known []string
	for _, item := range items {
		id, name := names(item)
		known = append(known, name)
		if byID && id == want || byName && same(name, want) {
			found, ids = append(found, item), append(ids, id)
		}
	}
	switch len(found) {
	case 0:
		e := exit.NotFoundf(kind, want, known)
		if list, ok := map[string]string{"role": "role", "user": "user", "database": "db", "group": "pcu"}[kind]; ok {
			e = e.WithNext("astra " + list + " list")
		}
		return zero, e
	case 1:
		return found[0], nil
	}
	return zero, exit.Ambiguous(kind, want, ids)
}

// RolesGone reports whether none of a token's roles exists any more. It does not where
// the credential may not read custom roles, or the list of tokens leaves the roles out.
func (s *Session) RolesGone(ctx context.Context, ids []string) (bool, error) {
	refs, err := s.RoleRefs(ctx, ids)
	if err != nil || s.hidden != nil || len(refs) == 0 {
		return false, err
	}
	return !slices.ContainsFunc(refs, func(r RoleRef) bool { return r.Name != "" }), nil
}

// RoleNames lists roles in words. A role without a visible name is shown by its ID.
func RoleNames(refs []RoleRef) string {
	words := make([]string, len(refs))
	for i, r := range refs {
		words[i] = cmp.Or(r.Name, r.ID)
		if r.deleted {
			words[i] = "(deleted role) " + r.ID
		}
	}
	return strings.Join(words, ", ")
}

// PermissionsOf returns the API parameters of what roles allow together, sorted,
// each once.
func PermissionsOf(roles ...devops.Role) []string {
	all := []string{}
	for _, r := range roles {
		all = append(all, r.Policy.Actions...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TargetDatabase is DatabaseOrBound for what needs no more than id and name: a
// credential that may not see databases can name one by its id.
func (s *Session) TargetDatabase(ctx context.Context, ref string) (config.DB, error) {
	d, err := s.DatabaseOrBound(ctx, ref)
	if !errors.Is(err, devops.ErrForbidden) {
		return config.DB{ID: d.ID, Name: d.Name}, err
	}
	selected, _ := s.Selection("") // as before
	id := cmp.Or(ref, selected.Binding.DB.ID, selected.Ref)
	if devops.LooksLikeID(id) {
		return config.DB{ID: id, Name: id}, nil
	}
	return config.DB{ID: d.ID, Name: d.Name}, err
}

// SomeDatabases returns the one that ref means, or without one all that are not
// terminated.
func (s *Session) SomeDatabases(ctx context.Context, ref string) ([]devops.Database, error) {
	if ref == "" {
		return devops.Collect(s.Databases.All(ctx, "nonterminated"))
	}
	d, err := s.Database(ctx, ref)
	if err != nil {
		return nil, err
	}
	return []devops.Database{d}, nil
}

// PickRoles lets the person at the terminal choose roles from a list, which
// shows them in the Portal's groups and with its names, and with how much they
// allow. Those in selected
// are chosen at the beginning; one that the credential may not read is offered
// all the same, so that it is not taken away by an oversight. It must not be used
// unless Interactive.
func (a *App) PickRoles(ctx context.Context, session *Session, question string, selected []devops.RoleRef) ([]devops.Role, error) {
	known, err := session.AllRoles(ctx)
	if err != nil {
		return nil, err
	}
	roles := slices.SortedStableFunc(slices.Values(includeUnreadable(known, selected)), func(x, y devops.Role) int {
		return cmp.Or(cmp.Compare(roleGroup(x), roleGroup(y)), cmp.Compare(x.Name, y.Name))
	})
	var begin []int
	options := make([]prompt.Option, len(roles))
	for i, r := range roles {
		options[i] = prompt.Option{Group: roleGroups()[roleGroup(r)], Label: cmp.Or(r.Name, r.ID), Alias: iam.DisplayName(r.ID)}
		var facts []string
		if n := len(PermissionsOf(r)); n > 0 {
			facts = append(facts, spelling.Count(n, "permission"))
		}
		if namesake := func(other devops.Role) bool { return other.ID != r.ID && other.Name == r.Name }; slices.ContainsFunc(roles, namesake) {
			facts = append(facts, r.ID) // what is the same otherwise
		}
		options[i].Description = strings.Join(facts, ", ")
		if slices.ContainsFunc(selected, func(ref devops.RoleRef) bool { return ref.ID == r.ID }) {
			begin = append(begin, i)
		}
	}
	chosen, err := a.ChooseSome(ctx, question, options, begin)
	if err != nil {
		return nil, err
	}
	picked := make([]devops.Role, len(chosen))
	for i, at := range chosen {
		picked[i] = roles[at]
	}
	return picked, nil
}

// includeUnreadable adds the roles of refs that are not among the known ones.
func includeUnreadable(known []devops.Role, refs []devops.RoleRef) []devops.Role {
	all := slices.Clone(known)
	for _, ref := range refs {
		if !slices.ContainsFunc(known, func(r devops.Role) bool { return r.ID == ref.ID }) {
			all = append(all, devops.Role{ID: ref.ID, Name: ref.Name})
		}
	}
	return all
}

// roleGroups are the headings of the list, as in the Portal.
func roleGroups() []string {
	return []string{"Organization", "Database, keyspace, table", "API access", "Custom"}
}

// roleGroup returns which of roleGroups a role belongs to. The names of default
// roles say for what they are.
func roleGroup(r devops.Role) int {
	_, isDefault := iam.DefaultRole(r.ID)
	switch {
	case !isDefault:
		return 3
	case strings.HasPrefix(r.Name, "API "):
		return 2
	case strings.HasSuffix(r.Name, " User"), strings.HasSuffix(r.Name, " Svc Acct"):
		return 1
	}
	return 0
}
