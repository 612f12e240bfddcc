package role

import (
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/suggest"
)

// scopeFlags is the scope of a role before compilation to resources.
type scopeFlags struct {
	compiled bool        // use scopes; without any, they mean every database
	scopes   []iam.Scope // with database IDs
	exact    []string    // resource names to list unchanged
}

// allDatabases returns the default scope.
func allDatabases() scopeFlags { return scopeFlags{compiled: true} }

// add adds a scope in a database.
func (p *scopeFlags) add(app *cli.App, d devops.Database, s iam.Scope) {
	p.compiled = true
	if s.Keyspace != "" && s.Keyspace != iam.Wildcard && !slices.Contains(d.Keyspaces, s.Keyspace) {
		suggestion := ""
		if near := suggest.Nearest(s.Keyspace, d.Keyspaces); len(near) > 0 {
			suggestion = fmt.Sprintf(" (did you mean %q?)", near[0])
		}
		app.Warn("keyspace %q does not exist in %s yet%s; the role applies once it is created", s.Keyspace, d.Name, suggestion)
	}
	p.scopes = append(p.scopes, s)
}

// resources returns the resources of a role with the actions in the scope.
func (p scopeFlags) resources(org string, actions []string) []string {
	var names []string
	if p.compiled {
		names = iam.Resources(org, p.scopes, actions)
	}
	for _, r := range p.exact {
		if r = displayResource(r, org); !slices.Contains(names, r) {
			names = append(names, r)
		}
	}
	return names
}

// displayResource replaces the placeholder of the organization in resources of
// default roles.
func displayResource(resource, org string) string {
	d, ok := iam.DescribeResource(resource)
	if !ok || d.Org != iam.OrgPlaceholder {
		return resource
	}
	d.Org = org
	return d.String()
}

// checkOrg refuses resources of another organization, as the service would.
func (p scopeFlags) checkOrg(org, source string) error {
	for _, r := range p.exact {
		if d, ok := iam.DescribeResource(displayResource(r, org)); ok && d.Org != org {
			return exit.Usagef("%s: %s belongs to another organization; this one is %s", source, r, org).
				WithHint("set the scope with --all-databases or --db")
		}
	}
	return nil
}
