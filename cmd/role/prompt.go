package role

import (
	"context"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/prompt"
)

// pickPermissions prompts for permissions, by the groups of the Portal.
func pickPermissions(ctx context.Context, app *cli.App) ([]string, error) {
	catalogue := iam.Permissions()
	options := make([]prompt.Option, len(catalogue))
	for i, p := range catalogue {
		options[i] = prompt.Option{Label: p.Name, Alias: p.Parameter, Description: p.Description, Group: heading(p.Group)}
	}
	selected, err := app.ChooseSome(ctx, "Permissions of the role", options, nil)
	if err != nil {
		return nil, err
	}
	var actions []string
	for _, i := range selected {
		actions = append(actions, catalogue[i].Parameter)
	}
	return actions, nil
}

// heading returns the heading of a group in the Portal.
func heading(g iam.Group) string {
	if g == iam.API {
		return "API"
	}
	return strings.ToUpper(string(g[:1])) + string(g[1:])
}

// pickScope prompts for the scope of the role, unless all its permissions
// concern the organization.
func pickScope(ctx context.Context, app *cli.App, session *cli.Session, actions []string) (scopeFlags, error) {
	deep := depth(actions)
	if deep == iam.DepthOrganization {
		return allDatabases(), nil
	}
	databases, err := devops.Collect(session.Databases.All(ctx, "nonterminated"))
	if err != nil {
		return scopeFlags{}, err
	}
	options := make([]prompt.Option, len(databases))
	for i, d := range databases {
		options[i] = prompt.Option{Label: d.Name, Description: d.ID}
	}
	if len(options) == 0 {
		return allDatabases(), nil
	}
	all, err := app.Choose(ctx, "Scope of the role",
		prompt.Option{Label: "All databases", Description: "including future ones"}, prompt.Option{Label: "Some databases"})
	if err != nil || all == 0 {
		return allDatabases(), err
	}
	selected, err := app.ChooseSome(ctx, "Databases of the role", options, nil)
	if err != nil {
		return scopeFlags{}, err
	}
	var p scopeFlags
	for _, i := range selected {
		if err := p.pick(ctx, app, databases[i], deep); err != nil {
			return scopeFlags{}, err
		}
	}
	return p, nil
}

// pick adds a database, or selected keyspaces of it.
func (p *scopeFlags) pick(ctx context.Context, app *cli.App, d devops.Database, deep iam.ResourceLevel) error {
	if deep != iam.DepthTable || len(d.Keyspaces) == 0 {
		p.add(app, d, iam.Scope{Database: d.ID})
		return nil
	}
	options := []prompt.Option{{Label: "All keyspaces", Description: "including future ones"}}
	for _, k := range d.Keyspaces {
		options = append(options, prompt.Option{Label: k})
	}
	selected, err := app.ChooseSome(ctx, "Keyspaces of "+d.Name, options, nil)
	if err != nil {
		return err
	}
	if selected[0] == 0 {
		p.add(app, d, iam.Scope{Database: d.ID})
		return nil
	}
	for _, i := range selected {
		p.add(app, d, iam.Scope{Database: d.ID, Keyspace: d.Keyspaces[i-1]})
	}
	return nil
}

// depth returns the deepest level of resources for the actions.
func depth(actions []string) iam.ResourceLevel {
	deepest := iam.DepthOrganization
	for _, name := range iam.Resources("o", nil, actions) {
		if d, ok := iam.DescribeResource(name); ok {
			deepest = max(deepest, d.ResourceLevel())
		}
	}
	return deepest
}

// preview shows the role built from the prompts, and asks for confirmation.
func (in create) preview(ctx context.Context, app *cli.App, session *cli.Session, policy iam.Policy) error {
	names, err := databaseNames(ctx, session)
	if err != nil {
		return err
	}
	app.Say("Permissions of role %s:", in.name)
	for _, words := range permissionWords(policy.Actions) {
		app.Say("  %s", words)
	}
	app.Say("Scope of role %s:", in.name)
	for _, words := range formatScope(scopes(policy.Resources, names)) {
		app.Say("  %s", words)
	}
	return app.Confirm(ctx, "Create role %s?", in.name)
}
