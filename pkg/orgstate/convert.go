package orgstate

import (
	"cmp"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/plan"
)

// Role returns a role as a plan has it, with the mark cut off from its description.
func Role(role devops.Role) plan.StateRole {
	text, mark := splitMark(role.Policy.Description)
	return plan.StateRole{
		ID: role.ID, Name: role.Name, Description: text, Mark: mark,
		Denies:      role.Policy.Effect != "" && role.Policy.Effect != iam.Allow,
		Permissions: role.Policy.Actions, Resources: role.Policy.Resources,
		UpdatedBy: role.UpdatedBy, UpdatedAt: role.UpdatedAt,
	}
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

// User returns a user as a plan has it.
func User(u devops.User) plan.StateUser {
	user := plan.StateUser{ID: u.ID, Email: u.Email, Pending: u.Status != "active", Roles: []string{}}
	for _, role := range u.Roles {
		user.Roles = append(user.Roles, role.ID)
	}
	return user
}

// AccessList returns an access list as a plan has it.
func AccessList(list devops.AccessList) plan.StateAccessList {
	return plan.StateAccessList{DatabaseID: list.DatabaseID, Enabled: list.Enabled, Addresses: addresses(list.Addresses)}
}
