package role

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
)

// difference has the grants of one role that the other lacks.
type difference struct {
	Permissions []string `json:"permissions" yaml:"permissions"`
	Resources   []string `json:"resources" yaml:"resources"`
}

func (s difference) empty() bool { return len(s.Permissions)+len(s.Resources) == 0 }

func newDiff(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two roles",
		Long: `Compare the permissions and resources of two roles. A resource counts as shared
if a resource of the other role covers it. Exits with status 0 if the roles have
the same effect, 10 if they differ.

With -o json: {"onlyInA": {"permissions": […], "resources": […]}, "onlyInB":
{…}}.`,
		Example:     "  astra role diff 'RO User' 'R/W User' || test $? = 10",
		Args:        cli.Args("A", "B"),
		Annotations: completion.Args(completion.Roles, completion.Roles),
		RunE:        func(cmd *cobra.Command, args []string) error { return diff(cmd.Context(), app, args[0], args[1]) },
	}
}

func diff(ctx context.Context, app *cli.App, refA, refB string) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	session.Ahead(ctx, lookup.Roles(), lookup.Org(), lookup.Databases("all"))
	a, err := session.Role(ctx, refA)
	if err != nil {
		return err
	}
	b, err := session.Role(ctx, refB)
	if err != nil {
		return err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return err
	}
	databases, err := databaseNames(ctx, session)
	if err != nil {
		return err
	}
	both := [2]difference{subtract(org, a, b), subtract(org, b, a)}
	if err := cli.PrintOne(app, diffColumns(databases), both); err != nil {
		return err
	}
	if both[0].empty() && both[1].empty() {
		app.Say("%s and %s have the same effect.", a.Name, b.Name)
		return nil
	}
	return exit.Failf(exit.CheckFailed, "%s and %s differ", a.Name, b.Name)
}

// subtract returns the grants of a that b lacks.
func subtract(org string, a, b devops.Role) difference {
	local := func(r devops.Role) []string { return scopeFlags{exact: r.Policy.Resources}.resources(org, nil) }
	return difference{missingFrom(b.Policy.Actions, a.Policy.Actions), subtractResources(local(b), local(a))}
}

func diffColumns(databases map[string]string) []output.Column[[2]difference] {
	column := func(key string, i int) output.Column[[2]difference] {
		return output.Column[[2]difference]{
			Key: key, Value: func(both [2]difference) any { return both[i] },
			Lines: func(both [2]difference) []string { return both[i].words(databases) },
		}
	}
	return []output.Column[[2]difference]{column("onlyInA", 0), column("onlyInB", 1)}
}

// words returns permissions and scopes as text.
func (s difference) words(databases map[string]string) []string {
	return append(permissionWords(s.Permissions), formatScope(scopes(s.Resources, databases))...)
}
