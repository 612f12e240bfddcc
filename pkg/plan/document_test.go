package plan

import (
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// TestDocumentKeepsSteps encodes random plans, and steps of access lists, and decodes them
// again.
func TestDocumentKeepsSteps(t *testing.T) {
	for seed := range uint64(rounds(2000)) {
		state, steps := draw(rand.New(rand.NewPCG(seed, 4)))
		off := false
		steps = append(
			Order(state, steps), switchList("d1", true), addAddress("", "192.0.2.9"), removeAddress("d1", "192.0.2.9"),
			Step{
				Kind: AccessListStep, Action: Update, AddressList: "d1", AddressBefore: &Address{Address: "192.0.2.9"},
				AddressAfter: &Address{Address: "192.0.2.9", Description: "x", Enabled: &off}, At: Position{"dir/a.yaml", 3, 7},
			},
		)
		for i := range steps {
			steps[i].Undo = UndoOf(steps[i])
		}
		d := Document{Version: DocumentVersion, Steps: steps, Basis: Basis(state, steps), Effect: Effects(state, steps)}
		text, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := DecodeDocument(text)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		again, err := decoded.Encode()
		if err != nil || string(again) != string(text) {
			t.Fatalf("seed %d: %v\n%s\n%s", seed, err, text, again)
		}
		a, b := Apply(state, decoded.Steps), Apply(state, steps)
		if names(a) != names(b) {
			t.Fatalf("seed %d: the decoded steps lead elsewhere", seed)
		}
	}
}

// TestDocumentRejects checks that a damaged plan is no plan.
func TestDocumentRejects(t *testing.T) {
	d := Document{Version: DocumentVersion, Steps: Order(company(), []Step{setRoles("u1", "r1", "r2"), revokeToken("t2"), createRole("R", "db-cql")})}
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"version": 1`, `"version": 2`},
		{`"action": "revoke"`, `"action": "create"`},
		{`"kind": "user"`, `"kind": "person"`},
		{`"action": "create"`, `"action": "enable"`},
		{`"u1"`, `""`},
		{`"undo": "no"`, `"undone": "no"`},
		{`"email"`, `"mail"`},
		{"}\n", "} {}\n"},
		{"}\n", "\n"},
	} {
		damaged := strings.Replace(string(text), change[0], change[1], 1)
		if damaged == string(text) {
			t.Fatalf("%s is not in the plan:\n%s", change[0], text)
		}
		if _, err := DecodeDocument([]byte(damaged)); err == nil {
			t.Errorf("%s instead of %s is accepted", change[1], change[0])
		}
	}
}

// TestDigest checks that a plan may be formatted in another way, and not edited.
func TestDigest(t *testing.T) {
	state := company()
	d := Document{Version: DocumentVersion, Steps: Order(state, []Step{removeUser("u2")}), Limits: Limits{Administrators: 2}}
	d.Seal()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for change, ok := range map[[2]string]bool{
		{`,"steps"`, `, "steps"`}:                          true,
		{`"administrators":2`, `"administrators":1`}:       false,
		{`"sections":null`, `"sections":[]`}:               false,
		{`"madeAt":"0001`, `"madeAt":"2099`}:               false,
		{`"digest":"` + d.Digest, `"digest":"`}:            false,
		{`"limits":{"administrators":2},`, `"limits":{},`}: false,
	} {
		edited := strings.Replace(string(text), change[0], change[1], 1)
		again, err := DecodeDocument([]byte(edited))
		if err != nil || edited == string(text) {
			t.Fatalf("%s: %v", change, err)
		}
		if err := again.CheckDigest(); (err == nil) != ok {
			t.Errorf("%s instead of %s: %v", change[1], change[0], err)
		}
	}
}

// TestRenew checks that the fuses of a plan follow from its limits and the state, not from
// what the document says of them.
func TestRenew(t *testing.T) {
	state := company()
	for _, limits := range []Limits{{Administrators: 9}, {Users: []string{state.Users[2].Email}}, {Removals: 1}, {Empty: []string{"users"}}} {
		f := limits.File()
		if got := f.Limits(); !slices.Equal(got.Empty, limits.Empty) || got.Administrators != limits.Administrators || got.Removals != limits.Removals {
			t.Errorf("%+v instead of %+v", got, limits)
		}
		d := Document{Steps: Order(state, []Step{removeUser("u2"), removeUser("u1")}), Limits: limits, Summary: map[string]int{"same": 3}}
		d.Renew(state, netip.Addr{})
		want := Fuses(f, state, d.Steps, netip.Addr{})
		if len(Refusals(d.Fuses, nil)) != len(Refusals(want, nil)) || d.Summary["delete"] != 2 || d.Summary["same"] != 3 || len(d.Effect) == 0 {
			t.Errorf("%+v: %+v, %v", limits, d.Fuses, d.Summary)
		}
	}
}

// TestBasis checks that a plan depends on what it changes and on the holders of its roles,
// and on nothing else.
func TestBasis(t *testing.T) {
	steps := Order(company(), []Step{updateRole("r1", "db-cql"), removeUser("u2"), addAddress("d1", "192.0.2.9")})
	basis := Basis(company(), steps)
	change := func(change func(*State)) State {
		s := Apply(company(), nil)
		change(&s)
		return s
	}
	for _, test := range []struct {
		name  string
		state State
		want  []string
	}{
		{"nothing", company(), nil},
		{"order", change(func(s *State) { slices.Reverse(s.Roles[1].Permissions) }), nil},
		{"another user", change(func(s *State) { s.Users[5].Roles = nil }), nil},
		{"another role", change(func(s *State) { s.Roles[7].Name = "x" }), nil},
		{"a new user", change(func(s *State) { s.Users = append(s.Users, StateUser{ID: "n"}) }), nil},
		{"the role", change(func(s *State) { s.Roles[1].Permissions = nil }), []string{"role r1"}},
		{"its holder", change(func(s *State) { s.Users[1].Roles = nil }), []string{"user u1"}},
		{"its token", change(func(s *State) { s.Tokens[1].Roles = nil }), []string{"token t1"}},
		{"the user", change(func(s *State) { s.Users = slices.Delete(s.Users, 2, 3) }), []string{"user u2"}},
		{"the list", change(func(s *State) { s.AccessLists[1].Addresses = nil }), []string{"access-list d1"}},
		{"a new holder", change(func(s *State) { s.Users = append(s.Users, StateUser{ID: "n", Roles: []string{"r1"}}) }), []string{"user n"}},
		{"the other list", change(func(s *State) { s.AccessLists[0].Addresses = nil }), nil},
	} {
		var got []string
		for _, e := range Differs(basis, test.state, steps) {
			got = append(got, string(e.Kind)+" "+e.ID)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// FuzzDecodeDocument checks that no text is decoded to a plan that cannot be encoded.
func FuzzDecodeDocument(f *testing.F) {
	text, err := json.Marshal(Document{Version: 1, Steps: Order(company(), []Step{setRoles("u1", "r2"), revokeToken("t1")})})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := DecodeDocument(data); err == nil {
			if _, err := d.Encode(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
