package user

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/prompt"
)

// groups are the headings under which roles are offered, as in the Portal.
func groups() []string {
	return []string{"Organization", "Database, keyspace, table", "API access", "Custom"}
}

// group returns which of groups a role belongs to. The names of default roles
// say for what they are.
func group(r devops.Role) int {
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

// pickRoles lets the person at the terminal choose roles, by what they are for.
// Those of selected are chosen at the beginning. It returns ids.
func pickRoles(ctx context.Context, app *cli.App, session *cli.Session, text string, selected []string) ([]string, error) {
	known, err := session.AllRoles(ctx)
	if err != nil {
		return nil, err
	}
	roles := slices.SortedStableFunc(slices.Values(known), func(x, y devops.Role) int {
		return cmp.Or(cmp.Compare(group(x), group(y)), cmp.Compare(x.Name, y.Name))
	})
	var begin []int
	options := make([]prompt.Option, len(roles))
	for i, r := range roles {
		options[i] = prompt.Option{
			Group: groups()[group(r)], Label: r.Name,
			Description: fmt.Sprintf("%d permissions", len(cli.PermissionsOf(r))),
		}
		if slices.Contains(selected, r.ID) {
			begin = append(begin, i)
		}
	}
	chosen, err := app.ChooseFrom(ctx, text, options, begin)
	if err != nil {
		return nil, err
	}
	if len(chosen) == 0 {
		return nil, cli.Failf(cli.Unconfirmed, "no role was chosen; nothing was changed")
	}
	picked := make([]devops.Role, len(chosen))
	for i, at := range chosen {
		picked[i] = roles[at]
	}
	return idsOf(picked), nil
}
