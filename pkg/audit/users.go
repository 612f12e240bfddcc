package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
)

// administrators returns the users with the role Organization Administrator.
func (a *auditor) administrators() (active, pending []access.Principal) {
	for _, p := range a.of(access.User) {
		if !slices.ContainsFunc(p.Roles, isAdministrator) {
			continue
		}
		if p.Status == access.Active {
			active = append(active, p)
		} else {
			pending = append(pending, p)
		}
	}
	return active, pending
}

func isAdministrator(role string) bool {
	r, found := iam.DefaultRole(role)
	return found && r.Name == "Organization Administrator"
}

func namesOf(principals []access.Principal) []string {
	names := []string{}
	for _, p := range principals {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

func idsOf(principals []access.Principal) []string {
	ids := []string{}
	for _, p := range principals {
		ids = append(ids, p.ID)
	}
	slices.Sort(ids)
	return ids
}

func (a *auditor) fewAdministrators() []discovery {
	const least = 2
	active, pending := a.administrators()
	if len(active) >= least {
		return nil
	}
	d := discovery{
		subject: a.organizationSubject(), facts: idsOf(active), fix: command("access", "who", access.Administer),
		evidence: map[string]any{"active": namesOf(active), "pending": namesOf(pending)},
		message:  "no user is an active Organization Administrator",
	}
	if len(active) == 1 {
		d.message = active[0].Name + " is the only active Organization Administrator"
	}
	if len(pending) > 0 {
		d.message += "; pending: " + strings.Join(namesOf(pending), ", ")
		d.fix = command("user", "invite", "--resend", pending[0].Name)
	}
	return []discovery{d}
}

func (a *auditor) manyAdministrators() []discovery {
	const most, part = 5, 5
	active, pending := a.administrators()
	all, people := slices.Concat(active, pending), len(a.of(access.User))
	if len(all) <= most || len(all)*part <= people {
		return nil
	}
	return []discovery{{
		subject: a.organizationSubject(), facts: idsOf(all), fix: command("access", "who", access.Administer),
		message:  fmt.Sprintf("%d of %d users are Organization Administrators", len(all), people),
		evidence: map[string]any{"administrators": namesOf(all), "users": people},
	}}
}

func (a *auditor) escalations() []discovery {
	var found []discovery
	for _, p := range a.Principals {
		power := a.power(p)
		if power.could == nil || power.administers || p.Status == access.Expired || slices.ContainsFunc(p.Roles, isAdministrator) {
			continue
		}
		var via []string
		for _, v := range power.could.Via {
			via = append(via, v.Role.ID)
		}
		via = distinct(via)
		d := discovery{
			subject: principalSubject(p), facts: append([]string{power.could.Permission}, via...),
			message:  fmt.Sprintf("%s can %s, and so obtain every right, by %s", p.Name, power.could.Path, strings.Join(a.roleNames(via), ", ")),
			evidence: map[string]any{"permission": power.could.Permission, "roles": a.roleNames(via), "status": string(p.Status)},
			fix:      command("token", "delete", p.ID),
		}
		if p.Kind == access.User {
			d.fix = a.takeRoles(p, via)
		}
		found = append(found, d)
	}
	return found
}

// takeRoles returns the command that takes roles from a user, or removes a user without
// any other.
func (a *auditor) takeRoles(p access.Principal, roles []string) string {
	if len(roles) == len(distinct(p.Roles)) {
		return command("user", "remove", p.Name)
	}
	words := []string{"user", "update", p.Name}
	for _, id := range roles {
		words = append(words, "--remove-role", a.roleRef(id))
	}
	return command(words...)
}

func (a *auditor) deletedRoles() []discovery {
	var found []discovery
	for _, p := range a.of(access.User) {
		missing := a.missingRoles(p)
		if len(missing) == 0 {
			continue
		}
		found = append(found, discovery{
			subject: principalSubject(p), facts: missing, fix: a.takeRoles(p, missing),
			message:  fmt.Sprintf("%s holds a role that does not exist any more: %s", p.Name, strings.Join(missing, ", ")),
			evidence: map[string]any{"roles": missing},
		})
	}
	return found
}

func (a *auditor) containedRoles() []discovery {
	var found []discovery
	for _, p := range a.of(access.User) {
		held := slices.DeleteFunc(distinct(p.Roles), func(id string) bool { r, exists := a.roles[id]; return !exists || r.Unreadable })
		for i, smaller := range held {
			k := slices.IndexFunc(held, func(larger string) bool {
				return larger != smaller && a.contains(larger, smaller) && (!a.contains(smaller, larger) || slices.Index(held, larger) < i)
			})
			if k < 0 {
				continue
			}
			names := a.roleNames([]string{smaller})
			found = append(found, discovery{
				subject: principalSubject(p), facts: []string{smaller, held[k]}, fix: a.takeRoles(p, []string{smaller}),
				message:  fmt.Sprintf("%s holds %s, whose rights %s contains", p.Name, names[0], a.roles[held[k]].Name),
				evidence: map[string]any{"role": names[0], "containedIn": a.roles[held[k]].Name},
			})
		}
	}
	return found
}

func (a *auditor) serviceAccountRoles() []discovery {
	var found []discovery
	for _, p := range a.of(access.User) {
		for _, id := range distinct(p.Roles) {
			r, isDefault := iam.DefaultRole(id)
			stem, isService := strings.CutSuffix(r.Name, "Svc Acct")
			if !isDefault || !isService {
				continue
			}
			words := []string{"user", "update", p.Name, "--remove-role", r.Name}
			if slices.ContainsFunc(iam.DefaultRoles(), func(o iam.Role) bool { return o.Name == stem+"User" }) {
				words = append(words, "--add-role", stem+"User")
			}
			found = append(found, discovery{
				subject: principalSubject(p), facts: []string{id}, fix: command(words...),
				message:  fmt.Sprintf("%s holds %s, a role for service accounts", p.Name, r.Name),
				evidence: map[string]any{"role": r.Name},
			})
		}
	}
	return found
}
