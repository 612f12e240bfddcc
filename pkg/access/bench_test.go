package access

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/astra-admin/astra/pkg/iam"
)

// largeOrganization returns 10,000 principals and 200 custom roles.
func largeOrganization() Organization {
	r := rand.New(rand.NewPCG(7, 8))
	org := Organization{ID: "o"}
	for i := range 100 {
		org.Databases = append(org.Databases, Database{fmt.Sprintf("d%d", i), fmt.Sprintf("database %d", i), []string{"k", "l", "m"}})
	}
	ids := []string{iam.DefaultRoles()[0].ID, iam.DefaultRoles()[3].ID}
	for i := range 200 {
		var scopes []iam.Scope
		for range 1 + r.IntN(10) {
			scopes = append(scopes, iam.Scope{Database: org.Databases[r.IntN(100)].ID, Keyspace: one(r, "", "k", "l"), Table: one(r, "", "t", "u")})
		}
		actions := []string{"db-cql", "db-rest", "db-table-select", "db-table-modify", "org-db-view"}[r.IntN(3):]
		role := iam.Role{ID: fmt.Sprint(i), Name: fmt.Sprint("role ", i), Policy: iam.Policy{Effect: iam.Allow, Actions: actions, Resources: iam.Resources("o", scopes, actions)}}
		org.Roles = append(org.Roles, Role{Role: role})
		ids = append(ids, role.ID)
	}
	for i := range 10_000 {
		p := Principal{Kind: one(r, User, Token), ID: fmt.Sprint(i), Name: fmt.Sprint("principal ", i), Status: Active}
		for range r.IntN(6) {
			p.Roles = append(p.Roles, one(r, ids...))
		}
		org.Principals = append(org.Principals, p)
	}
	return org
}

func BenchmarkWho(b *testing.B) {
	for _, place := range []Place{{}, {Database: "d7", Keyspace: "k", Table: "t"}} {
		b.Run(place.String(), func(b *testing.B) {
			q := Question{What: mustParse(b, "read-rows"), Place: place}
			org := largeOrganization()
			for b.Loop() {
				if len(New(org).Who(q, true).Holders) == 0 {
					b.Fatal("no holders")
				}
			}
			reportMemory(b)
		})
	}
}

func BenchmarkExplain(b *testing.B) {
	org := largeOrganization()
	org.Principals[0].Roles = nil
	for i := range 200 {
		org.Principals[0].Roles = append(org.Principals[0].Roles, fmt.Sprint(i))
	}
	q := Question{What: mustParse(b, "write-rows")}
	for b.Loop() {
		New(org).Explain(org.Principals[0], q)
	}
}

func BenchmarkClasses(b *testing.B) {
	org := largeOrganization()
	for b.Loop() {
		New(org).Classes()
	}
}

func BenchmarkListAll(b *testing.B) {
	org := largeOrganization()
	whats := Capabilities()
	for b.Loop() {
		a := New(org)
		for _, p := range org.Principals[:1000] {
			a.List(p, Place{}, whats)
		}
	}
}

// reportMemory reports what the program has obtained from the system.
func reportMemory(b *testing.B) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	b.ReportMetric(float64(stats.Sys)/1e6, "MB")
}
