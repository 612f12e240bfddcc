package applytest

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/astra-admin/astra/pkg/iam"
)

// large returns an organization with 1,000 people, 200 roles and 500 tokens.
func (s *service) large() organization {
	o := organization{
		Users:       []user{{uuid(1), "owner@example.com", "active", s.admin.Roles}},
		Tokens:      []token{s.admin},
		AccessLists: []accessList{{s.dbs[0].ID, true, []address{{"203.0.1.0/24", "office", true}}}},
	}
	catalog := iam.Permissions()
	for i := range 200 {
		var actions []string
		for k := range 8 {
			actions = append(actions, catalog[(i*7+k*5)%len(catalog)].Parameter)
		}
		scopes := []iam.Scope{{Database: s.dbs[i%2].ID, Keyspace: "app", Table: fmt.Sprint("table", i%9)}}
		name := fmt.Sprint("Role ", i)
		o.Roles = append(o.Roles, role{uuid(10_000 + i), name, policy{name, iam.Resources(s.orgID, scopes, actions), actions, iam.Allow}})
	}
	for i := range 999 {
		roles := []string{o.Roles[i%200].ID}
		if i%200 != i%7 {
			roles = append(roles, o.Roles[i%7].ID)
		}
		o.Users = append(o.Users, user{uuid(20_000 + i), fmt.Sprintf("user%d@acme.example", i), "active", roles})
	}
	for i := range 499 {
		id := strings.NewReplacer("0", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7", "h", "8", "i", "9", "j").Replace(fmt.Sprintf("%024d", i))
		o.Tokens = append(o.Tokens, token{ClientID: id, Hash: strings.Repeat("0", 64), Description: fmt.Sprint("service ", i), Created: s.admin.Created, Roles: []string{o.Roles[i%200].ID}})
	}
	return o
}

// changed returns the file of an organization with other roles for 100 people and another
// permission for 10 roles.
func changed(file string) string {
	people, roles := 0, 0
	var text strings.Builder
	for line := range strings.Lines(file) {
		switch {
		case strings.Contains(line, "permissions: [") && roles < 10:
			roles++
			line = strings.Replace(line, "permissions: [", "permissions: [db-unheard-of, ", 1)
		case strings.Contains(line, "email: user") && people < 100:
			people++
			line = strings.Replace(line, "roles: [", "roles: [RO User, ", 1)
		}
		text.WriteString(line)
	}
	return text.String()
}

// TestPlanOfLargeOrganization plans changes of a large organization, each request to which
// takes a wave: there are at most 8, however many people, roles and tokens there are, and
// no more than 3 wait for each other.
func TestPlanOfLargeOrganization(t *testing.T) {
	t.Parallel()
	const wave = 200 * time.Millisecond // by a clock that does not advance while the program works
	s := newService(t)
	s.load(s.large())
	file := s.write("a.yaml", changed(s.export()))
	start := time.Now()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s.t, s.wave, s.now = t, wave, func() time.Time { return start.Add(time.Since(began)) }
		d, _ := s.plan(file)
		depth := float64(time.Since(began)) / float64(wave)
		if len(d.Steps) != 110 || s.reads.Load() > 8 || s.writes > 0 || depth > 3.5 {
			t.Errorf("%d steps, %d requests that read and %d that write, %.1f of them one after the other", len(d.Steps), s.reads.Load(), s.writes, depth)
		}
		t.Logf("%d steps, %d requests, %.1f of them one after the other", len(d.Steps), s.reads.Load(), depth)
	})
	s.t = t
}

// BenchmarkPlan plans changes of a large organization at the emulator.
func BenchmarkPlan(b *testing.B) {
	s := newService(b)
	s.load(s.large())
	file := s.write("a.yaml", changed(s.export()))
	for b.Loop() {
		s.run("org", "plan", "-f", file)
	}
	b.ReportMetric(float64(s.reads.Load()), "requests")
}
