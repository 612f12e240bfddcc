package role

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "get ROLE",
		Aliases: []string{"show", "describe"},
		Short:   "Show a role",
		Long: `Show a role: its permissions, resources, users and tokens. "capabilities" says what
its holders can do, and where.`,
		Example:     "  astra role get 'RO User'\n  astra role get 'RO User' -o json",
		Args:        cli.Args("ROLE"),
		Annotations: completion.Args(completion.Roles),
		RunE: func(cmd *cobra.Command, args []string) error {
			session, err := app.Session(cmd.Context())
			if err != nil {
				return err
			}
			session.Ahead(cmd.Context(), lookup.Roles(), lookup.Users(), lookup.Tokens(), lookup.Databases("all"))
			if showsCapabilities(app) {
				session.Ahead(session.LimitExtras(cmd.Context()), lookup.Org())
			}
			found, err := session.Role(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			holders, err := readAssignments(cmd.Context(), app, session)
			if err != nil {
				return err
			}
			return show(cmd.Context(), app, session, found, holders.holdersOf(found.ID))
		},
	}
}

type roleDetail struct {
	devops.Role
	scopes  []scope
	holders []holder
	can     rights.Capabilities
}

// show prints a role with its holders.
func show(ctx context.Context, app *cli.App, session *cli.Session, r devops.Role, holders []holder) error {
	names, err := databaseNames(ctx, session)
	if err != nil {
		return err
	}
	return printDetail(ctx, app, session, r, holders, names)
}

// printDetail is show with the names of databases.
func printDetail(ctx context.Context, app *cli.App, session *cli.Session, r devops.Role, holders []holder, names map[string]string) error {
	d := roleDetail{Role: r, scopes: scopes(r.Policy.Resources, names), holders: holders}
	if showsCapabilities(app) {
		org, err := session.OrgID(session.LimitExtras(ctx))
		if err == nil {
			d.can = rights.NewCapabilities(analyze(org, names, r), access.Principal{Roles: []string{r.ID}})
		} else if err := rights.Forgo(ctx, app, err, "capabilities are unknown"); err != nil {
			return err
		}
	}
	return cli.PrintOne(app, detailedColumns(), d)
}

func showsCapabilities(app *cli.App) bool {
	return cli.ShowsOne(app, detailedColumns(), rights.CapabilityKey)
}

func detailedColumns() []output.Column[roleDetail] {
	var all []output.Column[roleDetail]
	for _, c := range columns() {
		wide := output.Column[roleDetail]{Key: c.Key, Name: c.Name, Value: func(d roleDetail) any { return c.Value(d.Role) }}
		switch c.Key {
		case "permissions":
			wide.Lines = func(d roleDetail) []string { return permissionWords(d.Policy.Actions) }
		case "resources":
			wide.Data = true // the column scopes has them as text
		}
		all = append(all, wide)
	}
	return append(all,
		output.Column[roleDetail]{Key: "scopes", Value: func(d roleDetail) any { return d.scopes }, Lines: func(d roleDetail) []string { return formatScope(d.scopes) }},
		output.Column[roleDetail]{Key: "holders", Value: func(d roleDetail) any { return d.holders }, Lines: func(d roleDetail) []string { return holderWords(d.holders) }},
		rights.CapabilityColumn(func(d roleDetail) rights.Capabilities { return d.can }),
	)
}
