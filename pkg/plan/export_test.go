package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/iam"
)

// TestExportLaw exports random organizations, with names that no one expects: the file has
// no errors and no difference from the state, and its bytes are always the same.
func TestExportLaw(t *testing.T) {
	t.Parallel()
	worlds := rounds(10_000)
	for seed := range worlds {
		random := rand.New(rand.NewPCG(uint64(seed), 5))
		state := randomState(random)
		options := ExportOptions{Pin: seed%2 == 0, Comments: seed%3 == 0}
		text, _, err := Export(state, options)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		shuffled := shuffle(random, state)
		if again, _, _ := Export(shuffled, options); string(again) != string(text) {
			t.Fatalf("seed %d: another order of the lists gives other bytes:\n%s\n%s", seed, text, again)
		}
		file, err := Parse("a.yaml", text)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		d, err := Diff(file, shuffled)
		if err != nil || len(d.Steps)+len(d.Conflicts) > 0 {
			t.Fatalf("seed %d: %v, %v, %+v\n%s", seed, err, d.Conflicts, d.Steps, text)
		}
	}
}

// shuffle returns a state with its lists in another order.
func shuffle(random *rand.Rand, s State) State {
	s.Roles, s.Users, s.Tokens = shuffled(random, s.Roles), shuffled(random, s.Users), shuffled(random, s.Tokens)
	s.AccessLists, s.Databases = shuffled(random, s.AccessLists), shuffled(random, s.Databases)
	for i := range s.Roles {
		s.Roles[i].Permissions, s.Roles[i].Resources = shuffled(random, s.Roles[i].Permissions), shuffled(random, s.Roles[i].Resources)
	}
	return s
}

func shuffled[T any](random *rand.Rand, all []T) []T {
	if all == nil {
		return nil
	}
	other := make([]T, len(all))
	for i, j := range random.Perm(len(all)) {
		other[i] = all[j]
	}
	return other
}

func hostile() []string {
	return []string{
		"", " ", "a", "A", "no", "Null", "~", "1e3", "0x1f", "2026-01-01", "12:30:45", "a: b", "# a", "a #b", "- a", "[a]", "{a: b}", "'", "\"", "\\", "it's",
		"a\nb", "a\n", "\n", "\r\n", "\t", "\x00", "\x1b[2J", "\x7f", "\u0085", "\u2028", "\ufeff", "\u202e", "e\u0301", "é", "日本", "👩‍💻", "\U0010ffff", "\ufffd",
		"*", "&a", "*a", "!t", "%a", "@a", "`a`", "|", ">", "? a", "a,b", "<<", "=", ".inf", "id:", "id:x", "name:a", "parameter:a", "${org}", "${db:a}", "$${", "$",
		"RO User", "Read Only User", "Organization Administrator", "d", "e", "a}b", strings.Repeat("long ", 300), "true", "db-cql", "Select Table", "drn:astra:org:o",
	}
}

func randomState(random *rand.Rand) State {
	names := hostile()
	text := func() string {
		if random.IntN(3) == 0 {
			return fmt.Sprintf("%s%d", names[random.IntN(len(names))], random.IntN(4))
		}
		return names[random.IntN(len(names))]
	}
	some := func() int { return random.IntN(12) * random.IntN(3) }
	s := State{Organization: Organization{ID: "o", Name: text()}, Now: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)}
	s.Databases = []StateDatabase{{"d", text()}, {"e", text()}}
	s.Roles = []StateRole{}
	for _, r := range iam.DefaultRoles() {
		s.Roles = append(s.Roles, StateRole{ID: r.ID, Name: r.Name, Default: true, Permissions: r.Policy.Actions, Resources: r.Policy.Resources})
	}
	for i := range some() {
		r := StateRole{ID: fmt.Sprint("r", i), Name: text(), Description: text(), Mark: []string{"", "", "m"}[random.IntN(3)], Denies: random.IntN(20) == 0}
		r.Permissions = randomPermissions(random)
		if random.IntN(4) == 0 {
			r.Permissions = append(r.Permissions, text(), text())
		}
		r.Resources = randomResources(random)
		if random.IntN(2) == 0 {
			r.Resources = compile("o", randomIn(random), r.Permissions)
		}
		s.Roles = append(s.Roles, r)
	}
	roles := func() []string {
		ids := []string{}
		for range random.IntN(3) {
			ids = append(ids, s.Roles[random.IntN(len(s.Roles))].ID)
		}
		if random.IntN(9) == 0 {
			ids = append(ids, "deleted")
		}
		return ids
	}
	s.Users = []StateUser{}
	for i := range some() {
		s.Users = append(s.Users, StateUser{ID: fmt.Sprint("u", i), Email: text(), Pending: random.IntN(3) == 0, Roles: roles()})
	}
	s.Tokens = []StateToken{}
	for i := range some() {
		token := StateToken{ClientID: fmt.Sprint("c", i), Description: text(), DescriptionKnown: true, Roles: roles(), GeneratedAt: s.Now.Add(-time.Duration(random.IntN(9)) * time.Hour)}
		if random.IntN(5) == 0 {
			token.ExpiresAt = s.Now.Add(time.Duration(random.IntN(3)-1) * time.Hour)
		}
		if random.IntN(9) == 0 {
			token.Roles = nil
		}
		s.Tokens = append(s.Tokens, token)
	}
	s.AccessLists = []StateAccessList{}
	for _, id := range []string{"", "d", "e", "gone"}[:random.IntN(5)] {
		l := StateAccessList{DatabaseID: id, Enabled: random.IntN(2) == 0}
		for range random.IntN(5) {
			address := []string{"1.2.3.4", "1.2.3.4/32", "10.0.0.0/8", "10.1.0.0/8", "2001:db8::/32", "::1", "junk", ""}[random.IntN(8)]
			l.Addresses = append(l.Addresses, Address{Address: address, Description: text(), Enabled: new(id == "" || random.IntN(2) == 0)})
		}
		s.AccessLists = append(s.AccessLists, l)
	}
	return s
}

// TestPlanReaches plans from random organizations to others, and applies the steps: then
// nothing differs, and the export is that of the other one.
func TestPlanReaches(t *testing.T) {
	t.Parallel()
	pairs := rounds(2000)
	steps := 0
	for seed := range pairs {
		random := rand.New(rand.NewPCG(uint64(seed), 6))
		from, to := plainState(random, "a"), plainState(random, "b")
		if seed%4 == 0 { // a new organization with the same databases
			from.Roles = slices.DeleteFunc(from.Roles, func(r StateRole) bool { return !r.Default })
			from.Users, from.AccessLists = []StateUser{}, []StateAccessList{}
		}
		text, _, err := Export(to, ExportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		all := strings.NewReplacer("  roles: listed", "  roles: all", "  users: listed", "  users: all").Replace(string(text))
		file, err := Parse("a.yaml", []byte(all))
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, all)
		}
		d, err := Diff(file, from)
		if err != nil || len(d.Conflicts) > 0 {
			t.Fatalf("seed %d: %v %v", seed, err, d.Conflicts)
		}
		ordered := Order(from, d.Steps)
		steps += len(ordered)
		reached := Apply(from, ordered)
		if again, err := Diff(file, reached); err != nil || len(again.Steps) > 0 {
			t.Fatalf("seed %d: %v %+v\n%s", seed, err, again.Steps, all)
		}
		if got, _, err := Export(reached, ExportOptions{}); err != nil || string(got) != string(text) {
			t.Fatalf("seed %d: %v\n got %s\nwant %s", seed, err, got, text)
		}
	}
	if steps < 5*pairs {
		t.Errorf("only %d steps", steps)
	}
}

// plainState is a random organization with unique names, and without tokens.
func plainState(random *rand.Rand, ids string) State {
	s := State{Organization: Organization{ID: "o"}, Databases: []StateDatabase{{"d", "orders"}, {"e", "archive"}}, AccessLists: []StateAccessList{}}
	for _, r := range iam.DefaultRoles() {
		s.Roles = append(s.Roles, StateRole{ID: r.ID, Name: r.Name, Default: true, Permissions: r.Policy.Actions, Resources: r.Policy.Resources})
	}
	for _, i := range random.Perm(6)[:1+random.IntN(4)] {
		r := StateRole{ID: fmt.Sprint(ids, i), Name: fmt.Sprint("Role ", i), Permissions: randomPermissions(random)}
		r.Resources = compile("o", randomIn(random), r.Permissions)
		s.Roles = append(s.Roles, r)
	}
	for _, i := range random.Perm(8)[:1+random.IntN(7)] {
		u := StateUser{ID: fmt.Sprint(ids, "u", i), Email: fmt.Sprintf("user%d@acme.example", i)}
		for _, k := range random.Perm(len(s.Roles))[:1+random.IntN(3)] {
			u.Roles = append(u.Roles, s.Roles[k].ID)
		}
		s.Users = append(s.Users, u)
	}
	l := StateAccessList{DatabaseID: "d", Enabled: random.IntN(2) == 0}
	for _, i := range random.Perm(4)[:1+random.IntN(3)] {
		l.Addresses = append(l.Addresses, Address{Address: fmt.Sprintf("203.0.%d.0/24", i), Description: "office", Enabled: new(random.IntN(2) == 0)})
	}
	s.AccessLists = append(s.AccessLists, l)
	return s
}
