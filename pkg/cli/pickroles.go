package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/prompt"
)

// PickRoles lets the person at the terminal choose roles from a list, which
// shows them in groups with what they allow. It must not be used unless
// Interactive.
func (a *App) PickRoles(ctx context.Context, session *Session, question string) ([]devops.Role, error) {
	known, err := session.AllRoles(ctx)
	if err != nil {
		return nil, err
	}
	roles := slices.SortedStableFunc(slices.Values(known), func(x, y devops.Role) int {
		return cmp.Or(cmp.Compare(roleGroup(x), roleGroup(y)), cmp.Compare(x.Name, y.Name))
	})
	options := make([]prompt.Option, len(roles))
	for i, r := range roles {
		options[i] = prompt.Option{
			Label: r.Name, Group: roleGroups()[roleGroup(r)],
			Description: fmt.Sprintf("%d permissions", len(PermissionsOf(r))),
		}
	}
	chosen, err := a.ChooseSome(ctx, question, options)
	if err != nil {
		return nil, err
	}
	if len(chosen) == 0 {
		return nil, &Error{Exit: Unconfirmed, Name: "DECLINED", Message: "no role was chosen; nothing was changed"}
	}
	picked := make([]devops.Role, len(chosen))
	for i, at := range chosen {
		picked[i] = roles[at]
	}
	return picked, nil
}

// roleGroups are the headings of the list, in its order.
func roleGroups() []string { return []string{"special", "user", "service account", "custom"} }

// roleGroup returns which of roleGroups a role belongs to. The names of default
// roles say for whom they are.
func roleGroup(r devops.Role) int {
	_, isDefault := iam.DefaultRole(r.ID)
	switch {
	case !isDefault:
		return 3
	case strings.HasSuffix(r.Name, "Svc Acct"):
		return 2
	case strings.HasSuffix(r.Name, " User"):
		return 1
	}
	return 0
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
