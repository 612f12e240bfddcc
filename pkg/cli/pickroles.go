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
// shows them in the Portal's groups with how much they allow. Those whose ids are
// in selected are chosen at the beginning. It must not be used unless
// Interactive.
func (a *App) PickRoles(ctx context.Context, session *Session, question string, selected []string) ([]devops.Role, error) {
	known, err := session.AllRoles(ctx)
	if err != nil {
		return nil, err
	}
	roles := slices.SortedStableFunc(slices.Values(known), func(x, y devops.Role) int {
		return cmp.Or(cmp.Compare(roleGroup(x), roleGroup(y)), cmp.Compare(x.Name, y.Name))
	})
	var begin []int
	options := make([]prompt.Option, len(roles))
	for i, r := range roles {
		options[i] = prompt.Option{
			Group: roleGroups()[roleGroup(r)], Label: r.Name,
			Description: fmt.Sprintf("%d permissions", len(PermissionsOf(r))),
		}
		if slices.Contains(selected, r.ID) {
			begin = append(begin, i)
		}
	}
	chosen, err := a.ChooseSome(ctx, question, options, begin)
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
