package applytest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/iam"
)

// small returns a state with one of each thing.
func (s *service) small() organization {
	custom := func(i int, name, permission string) role {
		actions := []string{permission}
		return role{uuid(i), name, policy{name, iam.Resources(s.orgID, []iam.Scope{{Database: s.dbs[0].ID, Keyspace: "app"}}, actions), actions, iam.Allow}}
	}
	return organization{
		Roles: []role{custom(1, "Reader", "db-cql"), custom(2, "Writer", "db-rest")},
		Users: []user{
			{uuid(100), "owner@example.com", "active", s.admin.Roles},
			{uuid(101), "ada@acme.example", "active", []string{uuid(1)}},
			{uuid(102), "bob@acme.example", "invited", []string{uuid(2)}},
		},
		Tokens:      []token{s.admin, {ClientID: strings.Repeat("a", 24), Hash: strings.Repeat("0", 64), Description: "service", Created: s.admin.Created, Roles: []string{uuid(1)}}},
		AccessLists: []accessList{{s.dbs[0].ID, true, []address{{"203.0.1.0/24", "office", true}, {"203.0.2.0/24", "home", false}}}},
		APIAccess:   []address{{"203.0.1.0/24", "office", true}, {"203.0.2.0/24", "home", true}},
	}
}

// TestUndoRestores applies a change of each kind and undoes it. What can be undone gives
// back the exact bytes of the export, and what cannot is said in the plan.
func TestUndoRestores(t *testing.T) {
	t.Parallel()
	const (
		newID     = "undo creates a role with another ID"
		again     = "undo sends a new invitation"
		permanent = "cannot be undone"
	)
	for _, test := range []struct {
		name string
		edit []string // what is replaced in the export, and by what
		want string   // the steps
		said string   // what the plan says of undo
	}{
		{"role created", []string{"  - name: Reader\n", "  - {name: New, permissions: [db-cql], in: all}\n  - name: Reader\n"}, "role create", ""},
		{"role changed", []string{"[db-cql]", "[db-cql, db-rest]"}, "role update", ""},
		{"description", []string{"name: Reader\n", "name: Reader\n    description: other\n"}, "role update", ""},
		{"role renamed", []string{"name: Reader\n", "name: Lector\n    was: [Reader]\n", "roles: [Reader]", "roles: [Lector]"}, "role update", ""},
		{"role deleted", []string{"roles: [Writer]", "roles: [Reader]", "  - name: Writer\n", "\x00"}, "role delete, user update", newID},
		{"user changed", []string{"ada@acme.example, roles: [Reader]", "ada@acme.example, roles: [Writer, RO User]"}, "user update", ""},
		{"pending user changed", []string{"roles: [Writer]", "roles: [RO User]"}, "user update", ""},
		{"user invited", []string{"  - {email: bob", "  - {email: new@acme.example, roles: [RO User]}\n  - {email: bob"}, "user invite", ""},
		{"user removed", []string{"  - {email: ada@acme.example", "\x00"}, "user remove", again},
		{"token revoked", []string{"  - {description: service", "\x00"}, "token revoke", permanent},
		{"address added", []string{"  - {address: 203.0.1.0/24", "  - {address: 203.0.9.0/24, description: x}\n      - {address: 203.0.1.0/24"}, "access-list add, access-list add", ""},
		{"address changed", []string{"office", "the office"}, "access-list update, access-list update", ""},
		{"address removed", []string{"      - {address: 203.0.1.0/24", "\x00"}, "access-list remove, access-list remove", ""},
		{"address enabled", []string{", enabled: false", ""}, "access-list update", ""},
		{"list disabled", []string{"enabled: true", "enabled: false"}, "access-list disable", ""},
		{"list emptied", []string{"      - {address", "\x00", "    addresses:\n", "    addresses: []\n"}, "access-list remove, access-list remove, access-list remove, access-list remove", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			s.load(s.small())
			before := s.export()
			d, path := s.plan(s.write("edited.yaml", edit(allOf(before), test.edit)))
			var steps []string
			for _, step := range d.Steps {
				steps = append(steps, string(step.Kind)+" "+string(step.Action))
			}
			slices.Sort(steps)
			if got := strings.Join(steps, ", "); got != test.want {
				t.Fatalf("steps: %s\n%s", got, before)
			}
			words, _, _ := s.run("org", "plan", "-f", filepath.Join(s.dir, "edited.yaml"))
			for _, text := range []string{newID, again, permanent} {
				if strings.Contains(words, text) != (text == test.said) {
					t.Errorf("that it %s is wrong or missing in the plan:\n%s", text, words)
				}
			}
			s.must(allowing("org", "apply", path)...)
			if s.export() == before {
				t.Fatal("nothing was changed")
			}
			if test.said == permanent {
				if _, words, status := s.run(allowing("org", "undo")...); status != 6 && status != 7 || !strings.Contains(words, "a revoked token stays revoked") {
					t.Errorf("undo: status %d\n%s", status, words)
				}
				return
			}
			s.must(allowing("org", "undo")...)
			if after := s.export(); after != before {
				t.Errorf("undone (-before +after):\n%s", cmp.Diff(before, after))
			}
		})
	}
}

// edit replaces texts of a file. \x00 deletes the lines with a text, and those of the role
// that it begins.
func edit(file string, pairs []string) string {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "\x00" {
			file = strings.ReplaceAll(file, pairs[i], pairs[i+1])
			continue
		}
		var kept []string
		dropping := false
		for line := range strings.Lines(file) {
			dropping = strings.HasPrefix(line, pairs[i]) || dropping && strings.HasPrefix(pairs[i], "  - name") && strings.HasPrefix(line, "    ")
			if !dropping {
				kept = append(kept, line)
			}
		}
		file = strings.Join(kept, "")
	}
	return file
}

// TestUndoOfRandomPlans applies plans between random states and undoes them: the export has
// the bytes of before. Tokens stay, since a revoked one would not come back.
func TestUndoOfRandomPlans(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for seed := range uint64(rounds(1000, 60, 15)) {
		from, to := dice{rand.New(rand.NewPCG(seed, 3)), s}.pair()
		s.load(to)
		file := s.write("b.yaml", strings.Replace(allOf(s.export()), "  tokens: all", "  tokens: watch", 1))
		s.load(from)
		before := s.export()
		if d, _ := s.plan(file); len(d.Steps) == 0 {
			continue
		}
		s.must(allowing("org", "apply", "-f", file)...)
		_, words, status := s.run(allowing("org", "undo")...)
		if after := s.export(); status != 0 || after != before {
			t.Fatalf("seed %d: status %d (-before +after):\n%s\n%s", seed, status, cmp.Diff(before, after), words)
		}
		testkit.Check(t, os.RemoveAll(filepath.Join(s.dir, "state", "runs")))
	}
}
