package completion

import (
	"slices"
	"strings"
	"sync"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/onetime"
)

// A recorder remembers the last lists that a command received, by the credential that
// received them, and writes their names to files when the command ends.
type recorder struct {
	app *cli.App

	mu    sync.Mutex
	lists map[string]*lists // by cache key
}

// lists are the last ones of each kind, nil where there was none.
type lists struct {
	databases []devops.Database
	groups    []devops.PCUGroup
	regions   []devops.Region
	roles     []devops.Role
	tenants   []devops.Tenant
	tokens    []devops.Token
	users     []devops.User
}

// Record makes app write the names in the lists that its command receives.
func Record(app *cli.App) {
	r := &recorder{app: app, lists: map[string]*lists{}}
	app.OnList, app.AtExit = r.add, r.save
}

// maxList is the length of the longest list that is remembered. The file of names has
// room for about as many, and a copy of a longer list would take much memory.
const maxList = 10_000

// copyOf copies a list, unless it is too long.
func copyOf[T any](list []T) []T {
	if len(list) > maxList {
		return nil
	}
	return slices.Clone(list)
}

// add remembers a complete list.
func (r *recorder) add(identity []string, list any) {
	key := cacheKey(identity)
	if key == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lists[key] == nil {
		r.lists[key] = &lists{}
	}
	switch l := r.lists[key]; list := list.(type) {
	case []devops.Database:
		l.databases = copyOf(list)
	case []devops.PCUGroup:
		l.groups = copyOf(list)
	case []devops.Region:
		l.regions = copyOf(list)
	case []devops.Role:
		l.roles = copyOf(list)
	case []devops.Tenant:
		l.tenants = copyOf(list)
	case []devops.Token:
		l.tokens = copyOf(list)
	case devops.Members:
		l.users = copyOf(list.Users)
	}
}

// save writes the names. A failure is not reported, since no command depends on them.
func (r *recorder) save() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lists) == 0 || r.app.Globals.DryRun {
		return
	}
	paths, _ := r.app.Paths() // as far as they are known
	if paths.Cache == "" {
		return
	}
	for key, l := range r.lists {
		for source, all := range l.candidates(func(s string) string { return sanitize(r.app, s) }) {
			if writeNames(paths.Cache, key, string(source), all, r.app.Now()) != nil {
				return
			}
		}
	}
}

// Forget deletes the names that were recorded with a profile.
func Forget(app *cli.App, p config.Profile) {
	if paths, _ := app.Paths(); paths.Cache != "" {
		deleteNames(paths.Cache, cacheKey(app.Identity(cli.CredentialSource{Profile: p})))
	}
}

// ForgetSandbox deletes the names that were recorded with the sandbox's administrator.
func ForgetSandbox(app *cli.App) {
	dir, err := app.SandboxDir()
	if paths, _ := app.Paths(); err == nil && paths.Cache != "" {
		deleteNames(paths.Cache, cacheKey(cli.SandboxIdentity(dir, "")))
	}
}

// candidates returns the names in the lists by their source. show sanitizes text.
func (l *lists) candidates(show func(string) string) map[Source][]candidate {
	all := map[Source][]candidate{}
	add := func(source Source, resources []resource) {
		all[source] = slices.DeleteFunc(candidatesOf(resources, show), func(c candidate) bool { return show(c.Value) != c.Value })
	}
	if l.databases != nil {
		l.databases = slices.DeleteFunc(l.databases, devops.Database.IsTerminating)
		var databases []resource
		for _, d := range l.databases {
			databases = append(databases, resource{ID: d.ID, Name: d.Name, Description: strings.Join(append([]string{d.Type}, d.Regions...), ", ")})
		}
		add(Databases, databases)
		all[Keyspaces] = partsOf(l.databases, show, func(d devops.Database) []string { return d.Keyspaces })
		all[Regions] = partsOf(l.databases, show, func(d devops.Database) []string { return d.Regions })
	}
	if l.groups != nil {
		var groups []resource
		for _, g := range l.groups {
			groups = append(groups, resource{ID: g.ID, Name: g.Title, Description: g.Region})
		}
		add(PCUGroups, groups)
	}
	if l.regions != nil {
		regions := []candidate{}
		for _, r := range l.regions {
			if r.Enabled && show(r.Name) == r.Name {
				regions = append(regions, candidate{Value: r.Name, Description: show(strings.ToLower(r.Cloud))})
			}
		}
		all[CloudRegions] = regions
	}
	if l.roles != nil {
		var roles []resource
		for _, r := range l.roles {
			description := r.Policy.Description
			if description == r.Name {
				description = ""
			}
			roles = append(roles, resource{ID: r.ID, Name: r.Name, Description: description})
		}
		add(Roles, roles)
	}
	if l.users != nil {
		var users []resource
		for _, u := range l.users {
			var roles []string
			for _, r := range u.Roles {
				roles = append(roles, r.Name)
			}
			users = append(users, resource{ID: u.ID, Name: u.Email, Description: strings.Join(roles, ", ")})
		}
		add(Users, users)
	}
	if l.tenants != nil {
		var tenants []resource
		for _, t := range l.tenants {
			tenants = append(tenants, resource{ID: t.ID, Name: t.Name, Description: t.Cluster})
		}
		add(Tenants, tenants)
	}
	if l.tokens != nil {
		roleNames := map[string]string{}
		for _, r := range l.roles {
			roleNames[r.ID] = r.Name
		}
		tokens := make([]resource, 0, len(l.tokens))
		for _, t := range l.tokens {
			tokens = append(tokens, resource{ID: t.ClientID, Name: t.ClientID, Description: describeToken(t, roleNames)})
		}
		add(Tokens, tokens)
	}
	return all
}

// describeToken returns the description of a token, else the names of its roles.
func describeToken(t devops.Token, roleNames map[string]string) string {
	if text, _ := onetime.SplitDescription(t.Description); text != "" {
		return text
	}
	var roles []string
	for _, id := range t.Roles {
		if name := roleNames[id]; name != "" {
			roles = append(roles, name)
		}
	}
	return strings.Join(roles, ", ")
}

// partsOf returns parts of databases, each with the name of its database.
func partsOf(databases []devops.Database, show func(string) string, parts func(devops.Database) []string) []candidate {
	all := []candidate{}
	for _, d := range databases {
		for _, part := range parts(d) {
			if isSafe(part) && show(part) == part {
				all = append(all, candidate{Value: part, Description: show(d.Name)})
			}
		}
	}
	return all
}
