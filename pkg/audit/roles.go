package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
)

// show returns the command that shows a role, for a decision that only a person can take.
func (a *auditor) show(r access.Role) string { return command("role", "get", a.roleRef(r.ID)) }

func (a *auditor) lintedRoles() []discovery {
	var found []discovery
	for _, r := range a.customRoles() {
		for _, f := range iam.Lint(r.Policy) {
			found = append(found, discovery{
				severity: Severity(f.Severity), subject: roleSubject(r), facts: []string{f.Rule, f.Message}, fix: a.show(r),
				message: r.Name + ": " + f.Message, evidence: map[string]any{"lint": f.Rule},
			})
		}
	}
	return found
}

func (a *auditor) equalRoles() []discovery {
	part := a.Organization
	part.Principals = nil
	var order []access.Role
	for _, r := range a.roles {
		if !r.Unreadable {
			order = append(order, r)
		}
	}
	custom := func(r access.Role) int {
		if _, isDefault := iam.DefaultRole(r.ID); isDefault {
			return 0
		}
		return 1
	}
	slices.SortFunc(order, func(x, y access.Role) int {
		return cmp.Or(custom(x)-custom(y), cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	for _, r := range order {
		part.Principals = append(part.Principals, alone(r.ID))
	}
	first := map[string]access.Role{} // by rights
	rights := map[string]string{}
	for _, c := range access.New(part).Classes() {
		for _, p := range c.Principals {
			rights[p.ID] = c.Rights
		}
	}
	var found []discovery
	for _, r := range order {
		same, known := first[rights[r.ID]]
		if !known {
			first[rights[r.ID]] = r
		}
		if !known || custom(r) == 0 || !a.contains(same.ID, r.ID) || !a.contains(r.ID, same.ID) {
			continue
		}
		found = append(found, discovery{
			subject: roleSubject(r), facts: []string{same.ID}, fix: command("role", "diff", a.roleRef(r.ID), a.roleRef(same.ID)),
			message: fmt.Sprintf("%s grants the same as %s", r.Name, same.Name), evidence: map[string]any{"role": same.Name},
		})
	}
	return found
}

func (a *auditor) heldByNone() []discovery {
	held := map[string]bool{}
	for _, p := range a.Principals {
		for _, id := range p.Roles {
			held[id] = true
		}
	}
	var found []discovery
	for _, r := range a.customRoles() {
		if !held[r.ID] {
			found = append(found, discovery{
				subject: roleSubject(r), message: r.Name + " has no holders", fix: command("role", "delete", a.roleRef(r.ID)), evidence: map[string]any{},
			})
		}
	}
	return found
}

func (a *auditor) broadRoles() []discovery {
	broad := func(permission string) bool {
		return permission == "org-db-terminate" || strings.HasPrefix(permission, "db-") &&
			slices.ContainsFunc([]string{"-modify", "-drop", "-grant"}, func(end string) bool { return strings.HasSuffix(permission, end) })
	}
	var found []discovery
	for _, r := range a.customRoles() {
		var permissions []string
		grants, _ := a.analyzer.Grants(r.ID)
		for _, g := range grants {
			if g.Place.Database != iam.Wildcard {
				continue
			}
			for _, permission := range g.Permissions {
				if broad(permission) {
					permissions = append(permissions, permission)
				}
			}
		}
		if permissions = distinct(permissions); len(permissions) == 0 {
			continue
		}
		found = append(found, discovery{
			subject: roleSubject(r), facts: permissions, fix: a.show(r), evidence: map[string]any{"permissions": permissions},
			message: fmt.Sprintf("%s has %s in all databases", r.Name, strings.Join(permissions, ", ")),
		})
	}
	return found
}

func (a *auditor) absentPlaces() []discovery {
	var found []discovery
	for _, r := range a.customRoles() {
		var absent []string
		for _, resource := range r.Policy.Resources {
			if d, ok := iam.DescribeResource(resource); ok {
				absent = append(absent, a.absentPlace(d)...)
			}
		}
		if absent = distinct(absent); len(absent) == 0 {
			continue
		}
		what := "a place that does not exist"
		if len(absent) > 1 {
			what = spelling.Count(len(absent), "place") + " that do not exist"
		}
		found = append(found, discovery{
			subject: roleSubject(r), facts: absent, fix: a.show(r), evidence: map[string]any{"places": absent},
			message: fmt.Sprintf("%s names %s: %s", r.Name, what, strings.Join(absent, ", ")),
		})
	}
	return found
}

// absentPlace returns the database or keyspace of a resource that does not exist.
func (a *auditor) absentPlace(d iam.DRN) []string {
	if d.Database == "" || strings.Contains(d.Database, iam.Wildcard) {
		return nil
	}
	i := slices.IndexFunc(a.Databases, func(o access.Database) bool { return o.ID == d.Database })
	switch {
	case i < 0:
		return []string{d.Database}
	case d.Keyspace == "", strings.Contains(d.Keyspace, iam.Wildcard), a.Databases[i].Keyspaces == nil,
		slices.Contains(iam.SystemKeyspaces(), d.Keyspace), slices.Contains(a.Databases[i].Keyspaces, d.Keyspace):
		return nil
	}
	return []string{a.Databases[i].Name + "." + d.Keyspace}
}

func (a *auditor) unclearRoles() []discovery {
	var found []discovery
	for _, r := range a.customRoles() {
		var unclear []string
		for _, e := range a.analyzer.List(alone(r.ID), access.Place{}, a.all) {
			if e.Answer == access.Unclear {
				unclear = append(unclear, e.What.Name)
			}
		}
		if len(unclear) == 0 {
			continue
		}
		slices.Sort(unclear)
		found = append(found, discovery{
			subject: roleSubject(r), facts: unclear, fix: a.show(r), evidence: map[string]any{"permissions": unclear},
			message: fmt.Sprintf("whether %s grants %s depends on an assumption about the service", r.Name, strings.Join(unclear, ", ")),
		})
	}
	return found
}
