package orgstate

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/plan"
)

// Role returns a role as a plan has it, with the mark cut off from its description.
func Role(role devops.Role) plan.StateRole {
	text, mark := splitMark(role.Policy.Description)
	_, isDefault := iam.DefaultRole(role.ID)
	return plan.StateRole{
		ID: role.ID, Name: role.Name, Description: text, Mark: mark,
		Default:     isDefault || slices.ContainsFunc(role.Policy.Resources, isOfEveryOrganization),
		Denies:      role.Policy.Effect != "" && role.Policy.Effect != iam.Allow,
		Permissions: role.Policy.Actions, Resources: role.Policy.Resources,
		UpdatedBy: role.UpdatedBy, UpdatedAt: role.UpdatedAt,
	}
}

// isOfEveryOrganization reports whether a resource is one of a default role, also of one
// that this program does not know.
func isOfEveryOrganization(resource string) bool {
	d, err := iam.ParseDRN(resource)
	return err == nil && d.Org == iam.OrgPlaceholder
}

// Policy returns the policy of a role of a plan, with its mark.
func Policy(role plan.StateRole) devops.Policy {
	text := cmp.Or(role.Description, role.Name)
	if role.Mark != "" {
		text += " [astra:" + role.Mark + "]"
	}
	policy := devops.Policy{Description: text, Actions: role.Permissions, Resources: role.Resources}
	if role.Denies {
		policy.Effect = "deny"
	}
	return policy
}

// splitMark cuts off the mark at the end of a description.
func splitMark(description string) (text, mark string) {
	m := regexp.MustCompile(`(?s)^(.*?) ?\[astra:([a-z0-9-]+)\]$`).FindStringSubmatch(description)
	if m == nil {
		return description, ""
	}
	return m[1], m[2]
}

// User returns a user as a plan has it. Only a known word for an invitation makes a user
// pending: taken for one of another status, the last administrator would not count.
func User(u devops.User) plan.StateUser {
	invited := strings.EqualFold(u.Status, "invited") || strings.EqualFold(u.Status, "pending")
	user := plan.StateUser{ID: u.ID, Email: u.Email, Pending: invited, Roles: []string{}}
	for _, role := range u.Roles {
		user.Roles = append(user.Roles, role.ID)
	}
	return user
}

// AccessList returns an access list as a plan has it.
func AccessList(list devops.AccessList) plan.StateAccessList {
	l := plan.StateAccessList{DatabaseID: list.DatabaseID, Enabled: list.Enabled, Addresses: []plan.Address{}}
	for _, a := range list.Addresses {
		l.Addresses = append(l.Addresses, plan.Address{Address: a.Address, Description: a.Description, Enabled: &a.Enabled})
	}
	return l
}
