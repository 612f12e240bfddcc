package cli

import (
	"slices"
	"strings"
	"sync"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/names"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/output"
)

// recorder are the lists that the service gave to a command, by place. They are kept
// for completion when the command ends.
type recorder struct {
	sync.Mutex

	places map[string]*lists
}

// lists are the last ones of each kind, nil where there was none.
type lists struct {
	databases []devops.Database
	regions   []devops.Region
	roles     []devops.Role
	tokens    []devops.Token
	users     []devops.User
}

// placeOf names the place that the names seen by a credential belong to. What has
// to read a secret to tell it has none.
func (a *App) placeOf(s CredentialSource) string {
	switch {
	case a.sandboxed:
		dir, err := a.SandboxDir()
		if err != nil || s.clientID == "" && s.Name != administratorName {
			return ""
		}
		return names.CacheKey("sandbox", dir, s.clientID)
	case s.profile.Name != "":
		return names.CacheKey("profile", s.profile.Name, serviceOf(s.profile), s.profile.Org.ID)
	case s.clientID != "":
		url, err := a.RequestedURL()
		if err != nil {
			return ""
		}
		return names.CacheKey("environment", url, s.clientID)
	}
	return ""
}

// mostNoted is the length of the longest list that is noted. The file of names has
// room for about as many, and a copy of a longer list would take much memory.
const mostNoted = 10_000

// note copies a list, unless it is too long.
func note[T any](list []T) []T {
	if len(list) > mostNoted {
		return nil
	}
	return slices.Clone(list)
}

// listed notes a list that the service gave whole.
func (s *Session) listed(list any) {
	if s.place == "" {
		return
	}
	n := &s.app.noted
	n.Lock()
	defer n.Unlock()
	if n.places == nil {
		n.places = map[string]*lists{}
	}
	if n.places[s.place] == nil {
		n.places[s.place] = &lists{}
	}
	switch l := n.places[s.place]; list := list.(type) {
	case []devops.Database:
		l.databases = note(list)
	case []devops.Region:
		l.regions = note(list)
	case []devops.Role:
		l.roles = note(list)
	case []devops.Token:
		l.tokens = note(list)
	case devops.Members:
		l.users = note(list.Users)
	}
}

// saveSeenNames keeps what was noted. Nobody asked for it, so that nobody is told if
// it cannot be done.
func (a *App) saveSeenNames() {
	n := &a.noted
	n.Lock()
	defer n.Unlock()
	if len(n.places) == 0 || a.Globals.DryRun {
		return
	}
	paths, _ := a.Paths() // those that can be told
	if paths.Cache == "" {
		return
	}
	for place, l := range n.places {
		for kind, all := range l.candidates(a.shown) {
			if names.Write(paths.Cache, place, string(kind), all, a.Now()) != nil {
				return
			}
		}
	}
}

// ForgetNames drops the names that were kept of the organization of a profile.
func (a *App) ForgetNames(p config.Profile) {
	if paths, _ := a.Paths(); paths.Cache != "" {
		names.Drop(paths.Cache, a.placeOf(CredentialSource{profile: p}))
	}
}

// ForgetSandboxNames drops the names that were kept of the sandbox.
func (a *App) ForgetSandboxNames() {
	dir, err := a.SandboxDir()
	if paths, _ := a.Paths(); err == nil && paths.Cache != "" {
		names.Drop(paths.Cache, names.CacheKey("sandbox", dir, ""))
	}
}

// shown makes text of the service harmless, for a file and for people.
func (a *App) shown(s string) string { return output.Sanitize(a.Secrets.Redact(s)) }

// candidates are the names in the lists, by what they are completed for.
func (l *lists) candidates(show func(string) string) map[Origin][]names.Candidate {
	all := map[Origin][]names.Candidate{}
	offer := func(kind Origin, things []names.Kind) {
		all[kind] = slices.DeleteFunc(names.ReadAll(things, show), func(c names.Candidate) bool { return show(c.Value) != c.Value })
	}
	if l.databases != nil {
		l.databases = slices.DeleteFunc(l.databases, devops.Database.IsTerminating)
		var databases []names.Kind
		for _, d := range l.databases {
			databases = append(databases, names.Kind{ID: d.ID, Name: d.Name, Description: strings.Join(append([]string{d.Type}, d.Regions...), ", ")})
		}
		offer(Databases, databases)
		all[Keyspaces] = within(l.databases, show, func(d devops.Database) []string { return d.Keyspaces })
		all[Regions] = within(l.databases, show, func(d devops.Database) []string { return d.Regions })
	}
	if l.regions != nil {
		regions := []names.Candidate{}
		for _, r := range l.regions {
			if c := (names.Candidate{Value: r.Name, Description: strings.ToLower(r.Cloud)}); r.Enabled && show(c.Value) == c.Value {
				regions = append(regions, names.Candidate{Value: c.Value, Description: show(c.Description)})
			}
		}
		all[AnyRegions] = regions
	}
	if l.roles != nil {
		var roles []names.Kind
		for _, r := range l.roles {
			roles = append(roles, names.Kind{ID: r.ID, Name: r.Name, Description: unlike(r.Name, r.Policy.Description)})
		}
		offer(Roles, roles)
	}
	if l.users != nil {
		var users []names.Kind
		for _, u := range l.users {
			var roles []string
			for _, r := range u.Roles {
				roles = append(roles, r.Name)
			}
			users = append(users, names.Kind{ID: u.ID, Name: u.Email, Description: strings.Join(roles, ", ")})
		}
		offer(Users, users)
	}
	if l.tokens != nil {
		roles := map[string]string{}
		for _, r := range l.roles {
			roles[r.ID] = r.Name
		}
		tokens := make([]names.Kind, 0, len(l.tokens))
		for _, t := range l.tokens {
			tokens = append(tokens, names.Kind{ID: t.ClientID, Name: t.ClientID, Description: says(t, roles)})
		}
		offer(Tokens, tokens)
	}
	return all
}

// says tells a token from others: by its description, else by the names of its roles.
func says(t devops.Token, names map[string]string) string {
	if text, _ := onetime.SplitDescription(t.Description); text != "" {
		return text
	}
	var roles []string
	for _, id := range t.Roles {
		if name := names[id]; name != "" {
			roles = append(roles, name)
		}
	}
	return strings.Join(roles, ", ")
}

// within are parts of databases, each with the name of its database.
func within(databases []devops.Database, show func(string) string, parts func(devops.Database) []string) []names.Candidate {
	all := []names.Candidate{}
	for _, d := range databases {
		for _, part := range parts(d) {
			if names.Safe(part) && show(part) == part {
				all = append(all, names.Candidate{Value: part, Description: show(d.Name)})
			}
		}
	}
	return all
}

// unlike is a description that says more than the name.
func unlike(name, description string) string {
	if description == name {
		return ""
	}
	return description
}
