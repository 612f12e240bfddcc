package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/audit"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
)

const (
	administrator = "ad0566b5-2a67-49de-89e8-92258c2f2c98"
	gone          = "00000000-0000-4000-8000-000000000099"
)

// state is an organization that no rule finds anything in.
func state() audit.State {
	now := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	s := audit.State{Name: "Acme", AsOf: now, Unread: map[audit.Section]string{}}
	s.ID = "org"
	s.Principals = []access.Principal{
		{Kind: access.User, ID: "u1", Name: "ada@example.com", Status: access.Active, Roles: []string{administrator}},
		{Kind: access.User, ID: "u2", Name: "bob@example.com", Status: access.Active, Roles: []string{administrator}},
		{Kind: access.Token, ID: "t1", Name: "ci", Status: access.Active, Roles: []string{"16a4b1d7-a615-41f8-95ca-52b0280f4d77"}},
	}
	s.Tokens = []audit.Token{{Token: devops.Token{ClientID: "t1", GeneratedOn: now.AddDate(0, 0, -1), ExpiresAt: now.AddDate(0, 0, 9)}, Text: "ci of ada@example.com"}}
	s.APIAddresses = []devops.Address{{Address: "192.0.2.0/24", Enabled: true}}
	return s
}

// check returns the rules and messages of the findings.
func check(s audit.State, ignores ...audit.Ignore) []string {
	var texts []string
	for _, f := range audit.Check(s, audit.Rules(), ignores).Findings {
		texts = append(texts, f.Rule+" "+f.Message)
	}
	return texts
}

func TestNothingIsFound(t *testing.T) {
	t.Parallel()
	if got := check(state()); len(got) > 0 {
		t.Error(strings.Join(got, "\n"))
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*audit.State)
		want   string
	}{
		{"a user with a deleted role", func(s *audit.State) { s.Principals[1].Roles = append(s.Principals[1].Roles, gone) }, "USR002 bob@example.com holds a role that does not exist any more: " + gone},
		{"an interrupted operation", func(s *audit.State) { s.Pending = []string{"op1"} }, "TOK009 an operation on a token was interrupted on this machine and is pending"},
		{"an expired saved token", func(s *audit.State) {
			s.Principals[2].Status, s.Saved = access.Expired, []audit.SavedToken{{Name: "ci", ClientID: "t1"}}
		}, "TOK009 token ci (t1) is saved here, but expired"},
		{"a token without roles", func(s *audit.State) { s.Principals[2].Roles = nil }, "TOK006 token ci (t1) holds no role"},
		{"no administrator", func(s *audit.State) { s.Principals = s.Principals[2:]; s.Tokens[0].Text = "ci" }, "ORG001 no user is an active Organization Administrator"},
		{"an expired token is not looked at", func(s *audit.State) {
			s.Principals[2].Status, s.Tokens[0].Text = access.Expired, ""
		}, ""},
	} {
		s := state()
		test.change(&s)
		if got := strings.Join(check(s), "\n"); got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestUnreadIsNotPassed makes sure that no rule passes without a section that it needs,
// and that rules which need nothing of it are run.
func TestUnreadIsNotPassed(t *testing.T) {
	t.Parallel()
	needed := map[string]bool{"IGN001": true, "IGN002": true}
	for _, section := range audit.Sections() {
		s := state()
		s.Unread[section] = "needs " + string(section)
		report := audit.Check(s, audit.Rules(), nil)
		notRun := report.NotRun()
		if len(notRun) == 0 || report.Read[section] {
			t.Errorf("all rules pass without the %s", section)
		}
		for _, run := range notRun {
			needed[run.Rule] = true
			if *run.Why != "needs "+string(section) {
				t.Errorf("%s without the %s: %s", run.Rule, section, *run.Why)
			}
		}
	}
	for _, r := range audit.Rules() {
		if !needed[r.ID] {
			t.Errorf("%s needs no section", r.ID)
		}
	}
}

func TestRulesAreListedOnce(t *testing.T) {
	t.Parallel()
	const widest = 59 // of a line of help
	seen := map[string]bool{}
	for _, r := range audit.Rules() {
		if seen[r.ID] || len(r.Title) > widest || r.Title == "" || r.Help == "" || !strings.HasSuffix(r.Help, ".") || strings.HasSuffix(r.Title, ".") || !slices.Contains(audit.Severities(), r.Severity) {
			t.Errorf("%+v", r)
		}
		seen[r.ID] = true
	}
}

func TestFingerprints(t *testing.T) {
	t.Parallel()
	fingerprints := func(change func(*audit.State)) (all []string) {
		s := state()
		s.Principals[0].Roles = append(s.Principals[0].Roles, gone)
		s.Tokens[0].ExpiresAt = time.Time{}
		change(&s)
		for _, f := range audit.Check(s, audit.Rules(), nil).Findings {
			all = append(all, f.Fingerprint)
		}
		return all
	}
	before := fingerprints(func(*audit.State) {})
	if len(before) != 2 || before[0] == before[1] {
		t.Fatal(before)
	}
	renamed := fingerprints(func(s *audit.State) {
		s.AsOf, s.Name = s.AsOf.AddDate(0, 0, 7), "Other"
		s.Principals[0].Name, s.Principals[2].Name, s.Tokens[0].Text = "ada@example.org", "build", "build"
	})
	if !slices.Equal(before, renamed) {
		t.Errorf("%v is %v after a week and with other names", before, renamed)
	}
	other := fingerprints(func(s *audit.State) { s.Principals[0].Roles[1] = strings.Replace(gone, "99", "98", 1) })
	if slices.Equal(before, other) {
		t.Error("another deleted role has the same fingerprint")
	}
}

func TestIgnores(t *testing.T) {
	t.Parallel()
	s := state()
	s.Tokens[0].ExpiresAt = time.Time{}
	day := func(text string) audit.Ignore {
		ignores, err := audit.ParseIgnores(fmt.Sprintf("- {rule: TOK002, subject: CI, reason: agreed, until: %s}", text))
		if err != nil {
			t.Fatal(err)
		}
		return ignores[0]
	}
	for until, want := range map[string]audit.Summary{
		"2026-11-30": {Ignored: 1},
		"2026-11-29": {Warning: 2},
	} {
		if got := audit.Check(s, audit.Rules(), []audit.Ignore{day(until)}).Summary; got != want {
			t.Errorf("until %s: %+v, want %+v", until, got, want)
		}
	}
}

// BenchmarkCheck checks 10,000 users and tokens with 3 of 200 roles each.
func BenchmarkCheck(b *testing.B) {
	s := state()
	for i := range 200 {
		policy := iam.Policy{Effect: iam.Allow, Actions: []string{"db-rest", "db-table-select", "org-db-view", []string{"db-table-modify", "org-user-read", "db-cql"}[i%3]}}
		policy.Resources = iam.Resources(s.ID, []iam.Scope{{Database: fmt.Sprint("d", i%7), Keyspace: fmt.Sprint("ks", i%11)}}, policy.Actions)
		s.Roles = append(s.Roles, access.Role{Role: iam.Role{ID: fmt.Sprint("r", i), Name: fmt.Sprint("Role ", i), Policy: policy}})
	}
	for i := range 10_000 {
		p := access.Principal{Kind: access.User, ID: fmt.Sprint("p", i), Name: fmt.Sprint("user", i, "@example.com"), Status: access.Active}
		if i%2 == 0 {
			p.Kind = access.Token
			s.Tokens = append(s.Tokens, audit.Token{Token: devops.Token{ClientID: p.ID, GeneratedOn: s.AsOf}, Text: fmt.Sprint("app ", i)})
		}
		for k := range 3 {
			p.Roles = append(p.Roles, fmt.Sprint("r", (i*31+k*77)%200))
		}
		s.Principals = append(s.Principals, p)
	}
	for b.Loop() {
		audit.Check(s, audit.Rules(), nil)
	}
}
