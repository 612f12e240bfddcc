package role

import (
	"context"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/spelling"
)

// analyze evaluates roles of an organization; names are those of databases. Other roles of
// a holder are unknown.
func analyze(org string, names map[string]string, roles ...devops.Role) *access.Analyzer {
	all := access.Organization{ID: org, RolesIncomplete: true}
	for id, name := range names {
		all.Databases = append(all.Databases, access.Database{ID: id, Name: name})
	}
	for _, r := range roles {
		all.Roles = append(all.Roles, rights.NewRole(r))
	}
	return access.New(all)
}

// newRoleID is the ID of a role as it will be.
const newRoleID = "new"

// effect is what holders gain or lose by a change.
type effect struct {
	verb    string // gain or lose
	certain bool
	where   string
	places  []access.Place
	names   []string // of capabilities or permissions
	holders []holder
}

// effects returns what the holders of the role gain and lose, considering their other
// roles: capabilities, and permissions that none of them explains. What they lose is first.
func (c roleChange) effects(org string, all []devops.Role, held assignments, names map[string]string) []effect {
	after := c.after
	after.ID = newRoleID
	analyzer := analyze(org, names, append([]devops.Role{after}, all...)...)
	found := c.compare(analyzer, held, access.Capabilities())
	capabilities := slices.Clone(found)
	for _, e := range c.compare(analyzer, held, access.Permissions()) {
		if !slices.ContainsFunc(capabilities, e.isExplainedBy) {
			found = append(found, e)
		}
	}
	found = joinEffects(found)
	slices.SortStableFunc(found, func(a, b effect) int { return strings.Compare(b.verb, a.verb) })
	return found
}

// isExplainedBy reports whether the effect on a permission is part of that on a capability
// which takes it. What is lost elsewhere is not.
func (e effect) isExplainedBy(capability effect) bool {
	takes := func(a access.Atom) bool { return a.Permission == e.names[0] }
	isTaken := slices.ContainsFunc(access.Capabilities(), func(w access.What) bool {
		return w.Name == capability.names[0] && slices.ContainsFunc(w.Ways, func(way access.Way) bool { return slices.ContainsFunc(way.Atoms, takes) })
	})
	if !isTaken || e.verb != capability.verb || !slices.Equal(e.holders, capability.holders) {
		return false
	}
	return e.verb == "gain" || !slices.ContainsFunc(e.places, func(p access.Place) bool {
		return !slices.ContainsFunc(capability.places, func(other access.Place) bool { return overlaps(p, other) })
	})
}

// overlaps reports whether one of two places contains a part of the other.
func overlaps(p, other access.Place) bool {
	for _, s := range [][2]string{{p.Database, other.Database}, {p.Keyspace, other.Keyspace}, {p.Table, other.Table}} {
		if s[0] != s[1] && !slices.Contains([]string{"", iam.Wildcard}, s[0]) && !slices.Contains([]string{"", iam.Wildcard}, s[1]) {
			return false
		}
	}
	return true
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
			certain := d.Certain && d.A != access.Unclear && d.B != access.Unclear
			found = addEffect(found, effect{verb: "lose", certain: certain}, d.What.Name, d.OnlyA, h)
			found = addEffect(found, effect{verb: "gain", certain: certain}, d.What.Name, d.OnlyB, h)
		}
	}
	return found
}

// addEffect adds a holder to an effect for one name.
func addEffect(all []effect, e effect, name string, places []access.Place, h holder) []effect {
	if len(places) == 0 {
		return all
	}
	e.places = rights.WithoutSystem(places)
	e.where = rights.DescribePlaces(e.places)
	i := slices.IndexFunc(all, func(o effect) bool { return o.isAlike(e) && o.names[0] == name })
	if i < 0 {
		e.names, e.holders = []string{name}, []holder{h}
		return append(all, e)
	}
	all[i].holders = append(all[i].holders, h)
	return all
}

// isAlike reports whether two effects differ at most in names and holders.
func (e effect) isAlike(other effect) bool {
	return e.verb == other.verb && e.certain == other.certain && e.where == other.where
}

// joinEffects joins the names that the same holders gain or lose in the same places.
func joinEffects(all []effect) []effect {
	var joined []effect
	for _, e := range all {
		i := slices.IndexFunc(joined, func(o effect) bool { return o.isAlike(e) && slices.Equal(o.holders, e.holders) })
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

// printEffects says what the holders of the role gain and lose.
func (c roleChange) printEffects(ctx context.Context, app *cli.App, session *cli.Session, held assignments, names map[string]string) error {
	all, err := session.AllRoles(ctx)
	var org string
	if err == nil {
		org, err = session.OrgID(session.LimitExtras(ctx))
	}
	if err != nil {
		return rights.Forgo(ctx, app, err, "what they gain or lose is unknown")
	}
	effects := c.effects(org, all, held, names)
	if len(effects) == 0 {
		app.Say("This changes nothing that they can do.")
	}
	for i, e := range effects {
		if i == maxEffects {
			app.Say("  and %s", spelling.Count(len(effects)-i, "other difference"))
			break
		}
		verb := e.verb
		switch {
		case !e.certain:
			verb = "may " + verb
		case len(e.holders) == 1:
			verb += "s"
		}
		app.Say("  %s %s %s in %s", countHolders(e.holders), verb, strings.Join(e.names, ", "), e.where)
	}
	return nil
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
