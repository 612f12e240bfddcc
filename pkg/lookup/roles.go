package lookup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/suggest"
)

// RoleRef names a role in output.
type RoleRef struct {
	ID   string `json:"id" yaml:"id"`
	Name string `json:"name" yaml:"name"`

	deleted bool
}

// IsDeleted reports whether the role does not exist any more.
func (r RoleRef) IsDeleted() bool { return r.deleted }

// AllRoles returns the roles of the organization, requested once. A credential that
// must not list roles gets the default ones, which are the same everywhere.
func (d *Directory) AllRoles(ctx context.Context) ([]devops.Role, error) {
	if d.roles != nil {
		return d.roles, nil
	}
	roles, err := Answer(ctx, d, Roles())
	if errors.Is(err, devops.ErrForbidden) {
		for _, r := range iam.DefaultRoles() {
			roles = append(roles, devops.Role{ID: r.ID, Name: r.Name, Policy: devops.Policy(r.Policy)})
		}
		d.verbosef("this credential cannot list custom roles; only default roles are available")
		d.hidden = err
	} else if err != nil {
		return nil, err
	}
	d.roles = roles
	return roles, nil
}

// HiddenRoles returns why AllRoles had only the default roles; nil if it had all.
func (d *Directory) HiddenRoles() error { return d.hidden }

// Role finds the role that ref means: an id, or exactly one role's name. id: and
// name: before it say which, for a name that looks like an id. A default role has the
// Portal's name too, unless another role is called that.
func (d *Directory) Role(ctx context.Context, ref string) (devops.Role, error) {
	roles, err := d.AllRoles(ctx)
	if err != nil {
		return devops.Role{}, err
	}
	role, err := resolveWarning(d.warn, spelling.SameName, "role", ref, roles, func(r devops.Role) (string, string) { return r.ID, r.Name })
	missing, ok := errors.AsType[*exit.Error](err)
	if !ok || missing.Exit != exit.NotFound {
		return role, err
	}
	if named, found := portalRole(roles, ref); found {
		return named, nil
	}
	if d.hidden != nil {
		return role, fmt.Errorf("role %q is not a default role, and custom roles cannot be listed: %w", ref, d.hidden)
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

// FindRoles returns the roles of refs, each once.
func (d *Directory) FindRoles(ctx context.Context, refs []string) ([]devops.Role, error) {
	var found []devops.Role
	for _, ref := range refs {
		role, err := d.Role(ctx, ref)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(found, func(r devops.Role) bool { return r.ID == role.ID }) {
			found = append(found, role)
		}
	}
	return found, nil
}

// RoleRefs returns roles with their names, sorted by name. The name is empty for a role
// that does not exist, which RoleNames marks, or that the credential must not list.
func (d *Directory) RoleRefs(ctx context.Context, ids []string) ([]RoleRef, error) {
	if d.byID == nil {
		roles, err := d.AllRoles(ctx)
		if err != nil {
			return nil, err
		}
		d.nameRoles(roles)
	}
	refs := make([]RoleRef, 0, len(ids))
	for _, id := range ids {
		ref := RoleRef{ID: id}
		if i, found := slices.BinarySearchFunc(d.byID, id, func(r RoleRef, id string) int { return strings.Compare(r.ID, id) }); found {
			ref.Name = d.byID[i].Name
		} else if i, found := slices.BinarySearchFunc(d.byName, id, compareName); found && (i+1 == len(d.byName) || d.byName[i+1].Name != id) {
			ref = d.byName[i] // a list may have names instead of ids
		} else { // no ID is a name that several roles have
			ref.deleted = d.hidden == nil && devops.LooksLikeID(id)
		}
		refs = append(refs, ref)
	}
	slices.SortStableFunc(refs, func(a, b RoleRef) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return refs, nil
}

// DropPolicies makes RoleRefs keep only the names of roles, for a command that needs
// no more of them: policies take many times as much memory.
func (d *Directory) DropPolicies() { d.dropsPolicies = true }

// nameRoles makes the tables for RoleRefs, which a list of tokens calls for each row.
// They take less memory than maps.
func (d *Directory) nameRoles(roles []devops.Role) {
	d.byID = make([]RoleRef, 0, len(roles))
	for _, r := range roles {
		d.byID = append(d.byID, RoleRef{ID: r.ID, Name: r.Name})
	}
	d.byName = slices.Clone(d.byID)
	slices.SortStableFunc(d.byID, func(a, b RoleRef) int { return strings.Compare(a.ID, b.ID) })
	slices.SortStableFunc(d.byName, func(a, b RoleRef) int { return compareName(a, b.Name) })
	if d.dropsPolicies {
		d.roles = nil
	}
}

func compareName(r RoleRef, name string) int { return strings.Compare(r.Name, name) }

// HasNoRole reports whether none of a token's roles exists. It reports false where the
// credential must not list custom roles, or the list of tokens omits the roles.
func (d *Directory) HasNoRole(ctx context.Context, ids []string) (bool, error) {
	refs, err := d.RoleRefs(ctx, ids)
	if err != nil || d.hidden != nil || len(refs) == 0 {
		return false, err
	}
	return !slices.ContainsFunc(refs, func(r RoleRef) bool { return r.Name != "" }), nil
}

// RoleNames returns a list of role names. A role without a name is shown by its ID.
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

// PermissionsOf returns the API parameters of the permissions of roles, sorted, each
// once.
func PermissionsOf(roles ...devops.Role) []string {
	all := []string{}
	for _, r := range roles {
		all = append(all, r.Policy.Actions...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Manages names the kinds of resources that holders of roles can create and delete for
// others: users, roles and tokens. It is empty for none.
func Manages(roles ...devops.Role) string {
	var of []string
	for _, grant := range []struct{ action, of string }{
		{"org-user-write", "users"}, {"org-role-write", "roles"}, {"org-token-write", "tokens"},
	} {
		if slices.ContainsFunc(roles, func(r devops.Role) bool { return slices.Contains(r.Policy.Actions, grant.action) }) {
			of = append(of, grant.of)
		}
	}
	if n := len(of); n > 1 {
		return strings.Join(of[:n-1], ", ") + " and " + of[n-1]
	}
	return strings.Join(of, "")
}
