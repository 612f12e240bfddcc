package plan

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/iam"
)

// large returns an organization with 1,000 users, 200 roles and 500 tokens.
func large() State {
	s := State{Organization: Organization{ID: "o", Name: "Acme"}, Now: time.Unix(1e9, 0), Users: []StateUser{}, Tokens: []StateToken{}, AccessLists: []StateAccessList{}}
	for i := range 20 {
		s.Databases = append(s.Databases, StateDatabase{fmt.Sprint("d", i), fmt.Sprint("database-", i)})
	}
	for _, r := range iam.DefaultRoles() {
		s.Roles = append(s.Roles, StateRole{ID: r.ID, Name: r.Name, Default: true, Permissions: r.Policy.Actions, Resources: r.Policy.Resources})
	}
	catalog := iam.Permissions()
	for i := range 200 {
		r := StateRole{ID: fmt.Sprint("r", i), Name: fmt.Sprint("Role ", i)}
		for k := range 8 {
			r.Permissions = append(r.Permissions, catalog[(i*7+k*5)%len(catalog)].Parameter)
		}
		r.Resources = compile("o", In{Places: []Place{{Database: fmt.Sprint("d", i%20), Keyspaces: []string{"app", "other"}, Tables: []string{"a", "b", "c"}}}}, r.Permissions)
		s.Roles = append(s.Roles, r)
	}
	for i := range 1000 {
		s.Users = append(s.Users, StateUser{ID: fmt.Sprint("u", i), Email: fmt.Sprintf("user%d@acme.example", i), Roles: []string{fmt.Sprint("r", i%200), fmt.Sprint("r", i%7)}})
	}
	for i := range 500 {
		s.Tokens = append(s.Tokens, StateToken{ClientID: fmt.Sprint("c", i), Description: fmt.Sprint("service ", i), DescriptionKnown: true, Roles: []string{fmt.Sprint("r", i%200)}})
	}
	return s
}

// BenchmarkPlan reads a file of a large organization, and plans a change of the role of
// many users.
func BenchmarkPlan(b *testing.B) {
	state := large()
	text, _, err := Export(state, ExportOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range state.Roles {
		if i%20 == 0 && !state.Roles[i].Default {
			state.Roles[i].Permissions = append(state.Roles[i].Permissions, "org-token-write")
		}
	}
	for i := range 100 {
		state.Users[i].Roles = state.Users[i].Roles[:1]
	}
	for b.Loop() {
		f, err := Parse("a.yaml", text)
		if err != nil {
			b.Fatal(err)
		}
		d, err := Diff(f, state)
		if err != nil || len(d.Steps) < 100 {
			b.Fatal(err, len(d.Steps))
		}
		steps := Order(state, d.Steps)
		EffectLines(state, Effects(state, steps))
		Fuses(f, state, steps, netip.Addr{})
	}
}

// BenchmarkExport exports a large organization.
func BenchmarkExport(b *testing.B) {
	state := large()
	for b.Loop() {
		if _, _, err := Export(state, ExportOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
