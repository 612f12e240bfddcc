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

// scopeFlags is where a role is to hold.
type scopeFlags struct {
	compiled bool        // whether scopes count; if so, none of them are every database
	scopes   []iam.Scope // with ids of databases
	exact    []string    // resource names to list as they are
}

// allDatabases is the place of a role for which nothing is said.
func allDatabases() scopeFlags { return scopeFlags{compiled: true} }

// add puts a scope in a database to the place.
func (p *scopeFlags) add(app *cli.App, d devops.Database, s iam.Scope) {
	p.compiled = true
	if s.Keyspace != "" && s.Keyspace != iam.Wildcard && !slices.Contains(d.Keyspaces, s.Keyspace) {
		meant := ""
		if near := suggest.Nearest(s.Keyspace, d.Keyspaces); len(near) > 0 {
			meant = fmt.Sprintf(" (did you mean %q?)", near[0])
		}
		app.Warn("keyspace %q does not exist in %s yet%s; the role applies once it is created", s.Keyspace, d.Name, meant)
	}
	p.scopes = append(p.scopes, s)
}

// resources returns what a role with the actions has to list to hold there.
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

// displayResource puts the organization in the place of what stands for it in the
// default roles.
func displayResource(resource, org string) string {
	d, ok := iam.DescribeResource(resource)
	if !ok || d.Org != iam.OrgPlaceholder {
		return resource
	}
	d.Org = org
	return d.String()
}

// checkOrg refuses resources of another organization: the service would, too.
func (p scopeFlags) checkOrg(org, source string) error {
	for _, r := range p.exact {
		if d, ok := iam.DescribeResource(displayResource(r, org)); ok && d.Org != org {
			return exit.Usagef("%s: %s is of another organization; this one is %s", source, r, org).
				WithHint("say where the role is to hold with --all-databases or --db")
		}
	}
	return nil
}
