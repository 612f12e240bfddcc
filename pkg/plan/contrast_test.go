package plan

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// otherIDs returns a state with other IDs of the organization, of databases, roles and users.
func otherIDs(s State) State {
	replace := strings.NewReplacer("org:o", "org:another", "db:d", "db:dd", "db:e", "db:ee")
	roles := map[string]string{}
	s.Organization.ID = "another"
	s.Databases = []StateDatabase{{"dd", "orders"}, {"ee", "archive"}}
	s.Roles = append([]StateRole{}, s.Roles...)
	for i, r := range s.Roles {
		if roles[r.ID] = r.ID; !r.Default {
			roles[r.ID] = "x" + r.ID
			s.Roles[i].ID, s.Roles[i].Resources = "x"+r.ID, convertAll(r.Resources, replace.Replace)
		}
	}
	s.Users = append([]StateUser{}, s.Users...)
	for i, u := range s.Users {
		s.Users[i].ID, s.Users[i].Email = "x"+u.ID, strings.ToUpper(u.Email)
		s.Users[i].Roles = convertAll(u.Roles, func(id string) string { return roles[id] })
	}
	s.AccessLists = append([]StateAccessList{}, s.AccessLists...)
	for i, l := range s.AccessLists {
		s.AccessLists[i].DatabaseID = map[string]string{"": "", "d": "dd", "e": "ee"}[l.DatabaseID]
	}
	return s
}

// TestContrast compares random organizations with the same under other IDs, with their
// files, and with others.
func TestContrast(t *testing.T) {
	t.Parallel()
	contrast := func(a, b State) string {
		t.Helper()
		steps, describer, err := Contrast(a, b)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, s := range steps {
			lines = append(lines, fmt.Sprintf("%s %s %s: %s", s.Sign(), s.Kind, s.Name, describer.Describe(s)))
		}
		return strings.Join(lines, "\n")
	}
	differ := 0
	for seed := range 100 {
		random := rand.New(rand.NewPCG(uint64(seed), 7))
		a, b := plainState(random, "a"), plainState(random, "b")
		text, _, err := Export(a, ExportOptions{Pin: true})
		if err != nil {
			t.Fatal(err)
		}
		file, err := Parse("a.yaml", text)
		if err != nil {
			t.Fatal(err)
		}
		described, err := StateOf(file)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		for name, same := range map[string]State{"itself": a, "other IDs": otherIDs(a), "file": described} {
			if got := contrast(a, same) + contrast(same, a); got != "" {
				t.Fatalf("seed %d, %s:\n%s\n%s", seed, name, got, text)
			}
		}
		if got, want := strings.ToLower(contrast(otherIDs(a), b)), strings.ToLower(contrast(a, b)); got != want {
			t.Fatalf("seed %d:\n got %s\nwant %s", seed, got, want)
		}
		if contrast(a, b) != "" {
			differ++
		}
	}
	if differ < 90 {
		t.Errorf("only %d of 100 organizations differ", differ)
	}
}

// TestContrastOfFiles compares files that name roles without describing them.
func TestContrastOfFiles(t *testing.T) {
	t.Parallel()
	state := func(text string) State {
		file, err := Parse("a.yaml", []byte("version: 1\norganization: {id: o}\n"+text))
		if err != nil {
			t.Fatal(err)
		}
		s, err := StateOf(file)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	a := state("users: [{email: ana@acme.example, roles: [Orders]}, {email: bo@acme.example, roles: [RO User]}]\n")
	b := state("groups: [{name: g, roles: [Sales], members: [Ana@acme.example]}]\naccess-lists: [{devops-api: true, addresses: [{address: 192.0.2.1}]}]\n")
	steps, describer, err := Contrast(a, b)
	var got []string
	for _, s := range steps {
		got = append(got, fmt.Sprintf("%s %s %s: %s", s.Sign(), s.Kind, s.Name, describer.Describe(s)))
	}
	want := "~ user ana@acme.example: + Sales, - Orders\n- user bo@acme.example: RO User"
	if text := strings.Join(got, "\n"); err != nil || text != want {
		t.Errorf("%v\n%s", err, text)
	}
}
