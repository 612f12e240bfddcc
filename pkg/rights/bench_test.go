package rights

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/iam"
)

// BenchmarkQuestions asks about 10,000 principals with 3 of 200 roles each.
func BenchmarkQuestions(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	s := &Snapshot{Session: &cli.Session{}}
	s.Organization = access.Organization{ID: org, Databases: []access.Database{{ID: "d0", Name: "demo"}, {ID: "d1", Name: "shop"}}}
	actions := []string{"db-rest", "db-cql", "db-table-select", "db-table-modify", "org-db-view", "db-keyspace-create", "org-user-write"}
	for i := range 200 {
		policy := iam.Policy{Effect: iam.Allow}
		for _, k := range random.Perm(len(actions))[:4] {
			policy.Actions = append(policy.Actions, actions[k])
		}
		for range 8 {
			policy.Resources = append(policy.Resources, resources(iam.Scope{
				Database: fmt.Sprint("d", random.IntN(2)), Keyspace: fmt.Sprint("ks", random.IntN(9)), Table: fmt.Sprint("t", random.IntN(50)),
			}, actions...)...)
		}
		s.Roles = append(s.Roles, access.Role{Role: iam.Role{ID: fmt.Sprint("r", i), Name: fmt.Sprint("Role ", i), Policy: policy}})
	}
	for i := range 10_000 {
		p := access.Principal{Kind: access.User, ID: fmt.Sprint("u", i), Name: fmt.Sprint("user", i, "@example.com"), Status: access.Active}
		for _, k := range random.Perm(200)[:3] {
			p.Roles = append(p.Roles, fmt.Sprint("r", k))
		}
		s.Principals = append(s.Principals, p)
	}
	w, err := access.ParseWhat("read-rows")
	if err != nil {
		b.Fatal(err)
	}
	q := access.Question{What: w, Place: access.Place{Database: "d0"}}
	b.Run("can", func(b *testing.B) {
		for b.Loop() {
			s.Answer(s.Principals[77], q, unchanged{})
		}
	})
	b.Run("who", func(b *testing.B) {
		for b.Loop() {
			s.Who(q, true)
		}
	})
}
