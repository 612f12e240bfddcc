package cli

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/devops"
)

// Manages names what roles let their holder give to others, "" for nothing.
func Manages(roles ...devops.Role) string {
	var of []string
	for _, power := range []struct{ action, of string }{
		{"org-user-write", "users"}, {"org-role-write", "roles"}, {"org-token-write", "tokens"},
	} {
		if slices.ContainsFunc(roles, func(r devops.Role) bool { return slices.Contains(r.Policy.Actions, power.action) }) {
			of = append(of, power.of)
		}
	}
	if n := len(of); n > 1 {
		return strings.Join(of[:n-1], ", ") + " and " + of[n-1]
	}
	return strings.Join(of, "")
}
