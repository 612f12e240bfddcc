package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/prompt"
	"github.com/astra-admin/astra/pkg/spelling"
)

// PickRoles asks for roles with a list, in the groups of the Portal, with its names and
// the number of permissions. The roles in selected are selected at the beginning; one
// that the credential must not read is listed as well, so that it is not removed by
// accident. It must not be used unless Interactive.
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
		if n := len(lookup.PermissionsOf(r)); n > 0 {
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

// includeUnreadable adds the roles of refs that are missing from known.
func includeUnreadable(known []devops.Role, refs []devops.RoleRef) []devops.Role {
	all := slices.Clone(known)
	for _, ref := range refs {
		if !slices.ContainsFunc(known, func(r devops.Role) bool { return r.ID == ref.ID }) {
			all = append(all, devops.Role{ID: ref.ID, Name: ref.Name})
		}
	}
	return all
}

// roleGroups returns the headings of the list, as in the Portal.
func roleGroups() []string {
	return []string{"Organization", "Database, keyspace, table", "API access", "Custom"}
}

// roleGroup returns the index of the heading for a role, by the name of a default role.
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
