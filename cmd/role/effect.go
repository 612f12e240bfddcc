package role

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/rights"
)

// analyze evaluates roles. The organization is that of their resources; names are those
// of databases.
func analyze(names map[string]string, roles ...devops.Role) *access.Analyzer {
	var org access.Organization
	for id, name := range names {
		org.Databases = append(org.Databases, access.Database{ID: id, Name: name})
	}
	for _, r := range roles {
		for _, text := range r.Policy.Resources {
			if d, ok := iam.DescribeResource(text); ok && org.ID == "" {
				org.ID = d.Org
			}
		}
		org.Roles = append(org.Roles, access.Role{Role: iam.Role{ID: r.ID, Name: r.Name, Policy: iam.Policy(r.Policy)}})
	}
	return access.New(org)
}

// newRoleID is the ID of a role as it will be.
const newRoleID = "new"

// effect is what holders gain or lose by a change.
type effect struct {
	verb    string // gain or lose
	where   string
	names   []string // of capabilities or permissions
	holders []holder
}

// effects returns what the holders of the role gain and lose, considering their other
// roles: capabilities, or permissions if no capability changes.
func (c roleChange) effects(all []devops.Role, held assignments, names map[string]string) []effect {
	after := c.after
	after.ID = newRoleID
	analyzer := analyze(names, append([]devops.Role{c.before, after}, all...)...) // the organization is not in default roles
	for _, whats := range [][]access.What{access.Capabilities(), access.Permissions()} {
		if found := c.compare(analyzer, held, whats); len(found) > 0 {
			return found
		}
	}
	return nil
}

func (c roleChange) compare(analyzer *access.Analyzer, held assignments, whats []access.What) []effect {
	var found []effect
	known := map[string][]access.Difference{} // by the roles of a holder
	for _, h := range held.holdersOf(c.before.ID) {
		roles := held.rolesOf(h)
		key := strings.Join(roles, " ")
		differences, done := known[key]
		if !done {
			changed := slices.Clone(roles)
			for i, id := range changed {
				if id == c.before.ID {
					changed[i] = newRoleID
				}
			}
			differences = analyzer.Diff(access.Principal{Roles: roles}, access.Principal{Roles: changed}, access.Place{}, whats)
			known[key] = differences
		}
		for _, d := range differences {
			found = addEffect(found, "lose", d.What.Name, d.OnlyA, h)
			found = addEffect(found, "gain", d.What.Name, d.OnlyB, h)
		}
	}
	return joinEffects(found)
}

// addEffect adds a holder to the effect of one name.
func addEffect(all []effect, verb, name string, places []access.Place, h holder) []effect {
	if len(places) == 0 {
		return all
	}
	where := rights.DescribePlaces(rights.WithoutSystem(places))
	i := slices.IndexFunc(all, func(e effect) bool { return e.verb == verb && e.where == where && e.names[0] == name })
	if i < 0 {
		return append(all, effect{verb, where, []string{name}, []holder{h}})
	}
	all[i].holders = append(all[i].holders, h)
	return all
}

// joinEffects joins the names that the same holders gain or lose in the same places.
func joinEffects(all []effect) []effect {
	var joined []effect
	for _, e := range all {
		i := slices.IndexFunc(joined, func(o effect) bool {
			return o.verb == e.verb && o.where == e.where && slices.Equal(o.holders, e.holders)
		})
		if i < 0 {
			joined = append(joined, e)
			continue
		}
		joined[i].names = append(joined[i].names, e.names...)
	}
	return joined
}

// maxEffects is the maximum number of effects listed before a prompt.
const maxEffects = 10

// printEffects says who gains and loses what.
func printEffects(app *cli.App, effects []effect) {
	if len(effects) == 0 {
		app.Say("This changes nothing that they can do.")
		return
	}
	for i, e := range effects {
		if i == maxEffects {
			app.Say("  and %d more differences", len(effects)-i)
			return
		}
		verb := e.verb
		if len(e.holders) == 1 {
			verb += "s"
		}
		app.Say("  %s %s %s in %s", countHolders(e.holders), verb, strings.Join(e.names, ", "), e.where)
	}
}

// rolesOf returns the IDs of the roles of a holder, sorted.
func (a assignments) rolesOf(h holder) []string {
	for _, u := range a.users {
		if h.Kind == "user" && u.ID == h.ID {
			var ids []string
			for _, r := range u.Roles {
				ids = append(ids, r.ID)
			}
			return distinct(ids)
		}
	}
	for _, t := range a.tokens {
		if h.Kind == "token" && t.ClientID == h.ID {
			return distinct(t.Roles)
		}
	}
	return nil
}
