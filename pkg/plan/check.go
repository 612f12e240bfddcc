package plan

import (
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/spelling"
)

// check returns the contradictions between parts of a file.
func (f File) check() []Problem {
	var problems []Problem
	add := func(at Position, format string, args ...any) {
		problems = append(problems, Problem{Position: at, Why: fmt.Sprintf(format, args...)})
	}
	for _, s := range []struct {
		key, manage string
		absent      bool
	}{
		{"roles", f.Manage.Roles, f.Roles == nil},
		{"users", f.Manage.Users, f.Users == nil},
		{"tokens", f.Manage.Tokens, f.Tokens == nil},
	} {
		if s.absent && (s.manage == "all" || s.manage == "owned") { // what is absent is not empty
			add(f.Manage.At, "%s: %s needs the section %[1]s, which may be empty", s.key, s.manage)
		}
	}
	for _, r := range f.Roles {
		if slices.Contains(f.Removed.Roles, r.Name) {
			add(r.At, "role %q is also in removed", r.Name)
		}
	}
	removedUser := func(email string) bool {
		return slices.ContainsFunc(f.Removed.Users, func(other string) bool { return spelling.SameAddress(other, email) })
	}
	for _, u := range f.Users {
		if removedUser(u.Email) {
			add(u.At, "user %q is also in removed", u.Email)
		}
	}
	for _, g := range f.Groups {
		for _, member := range g.Members {
			if removedUser(member) {
				add(g.At, "user %q, a member of this group, is also in removed", member)
			}
		}
	}
	for _, t := range f.Tokens {
		if slices.Contains(f.Removed.Tokens, t.ClientID) || slices.Contains(f.Removed.Tokens, t.Description) {
			add(t.At, "this token is also in removed")
		}
	}
	return problems
}

// CheckOrganizations returns a problem for each file that has the organization of another
// one: each would undo what the other says.
func CheckOrganizations(files []File) []Problem {
	var problems []Problem
	for i, f := range files {
		j := slices.IndexFunc(files[:i], func(other File) bool { return f.Organization.ID == other.Organization.ID })
		if j < 0 {
			continue
		}
		problems = append(problems, Problem{
			Position: Position{Path: f.Sources[0].Path},
			Why:      fmt.Sprintf("%s is for the same organization; put both in one file with include", files[j].Sources[0].Path),
		})
	}
	return problems
}
