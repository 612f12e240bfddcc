package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/iam"
)

// acme is an organization with one of each.
func acme() State {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	s := State{Organization: Organization{ID: "o", Name: "Acme"}, Now: now, Databases: []StateDatabase{{"d1", "orders"}, {"d2", "archive"}}}
	for _, r := range iam.DefaultRoles() {
		s.Roles = append(s.Roles, StateRole{ID: r.ID, Name: r.Name, Default: true, Permissions: r.Policy.Actions, Resources: r.Policy.Resources})
	}
	role := func(id, name, mark string, in In) {
		s.Roles = append(s.Roles, StateRole{ID: id, Name: name, Description: name, Mark: mark, Permissions: []string{"db-cql"}, Resources: compile("o", in, []string{"db-cql"})})
	}
	role("r1", "Orders", "", In{Places: []Place{{Database: "d1"}}})
	role("r2", "Made", "acme", In{Word: InAll})
	role("r3", "Theirs", "other", In{Word: InAll})
	s.Users = []StateUser{
		{ID: "u1", Email: "owner@acme.example", Roles: []string{"ad0566b5-2a67-49de-89e8-92258c2f2c98"}},
		{ID: "u2", Email: "ana@acme.example", Roles: []string{"r1"}},
		{ID: "u3", Email: "bo@acme.example", Pending: true, Roles: []string{"r1", "gone"}},
	}
	s.Tokens = []StateToken{
		{ClientID: "c1", Description: "order service", DescriptionKnown: true, Roles: []string{"r1"}, GeneratedAt: now.Add(-61 * 24 * time.Hour)},
		{ClientID: "c2", Description: "twice", DescriptionKnown: true, Roles: []string{"r1"}, GeneratedAt: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour)},
		{ClientID: "c3", Description: "twice", DescriptionKnown: true, Roles: []string{"r1"}, Mark: "acme"},
		{ClientID: "c4", Description: "expired", DescriptionKnown: true, Roles: []string{"r1"}, ExpiresAt: now.Add(-time.Hour)},
	}
	s.AccessLists = []StateAccessList{
		{},
		{DatabaseID: "d1", Enabled: true, Addresses: []Address{{Address: "203.0.113.0/24", Description: "office"}, {Address: "198.51.100.7", Enabled: new(false)}}},
	}
	return s
}

// TestDiff compares files with the same organization: steps, then findings and conflicts.
func TestDiff(t *testing.T) {
	t.Parallel()
	const orders = "roles: [{name: Orders, permissions: [Access CQL], in: [{database: orders}]}]\n"
	for name, test := range map[string]struct{ file, want string }{
		"nothing":                {"", ""},
		"same":                   {orders, ""},
		"order and case":         {"users: [{email: Ana@ACME.example, roles: ['id:r1', Orders]}]\n", ""},
		"description is name":    {"roles: [{name: Orders, description: Orders, permissions: [db-cql], in: [{database: 'id:d1'}]}]\n", ""},
		"rename":                 {"roles: [{name: Sales, was: [Old, Orders], permissions: [db-cql], in: [{database: orders}]}]\n", "update role r1 Sales"},
		"name before was":        {"roles: [{name: Orders, was: [Made], permissions: [db-cql], in: [{database: orders}]}]\n", ""},
		"case of a role":         {"roles: [{name: orders, permissions: [db-cql], in: [{database: orders}]}]\n", "error a.yaml:3:9: role Orders exists, and the names differ only in case; to rename it, add was: [\"Orders\"]"},
		"was in other case":      {"roles: [{name: orders, was: [Orders], permissions: [db-cql], in: [{database: orders}]}]\n", "update role r1 orders"},
		"protected by ID":        {"manage: {roles: all}\nprotect: {roles: ['id:r2', 'id:r3']}\n" + orders, ""},
		"permission":             {"roles: [{name: Orders, permissions: [db-rest], in: [{database: orders}]}]\n", "update role r1 Orders"},
		"place":                  {"roles: [{name: Orders, permissions: [db-cql], in: all}]\n", "update role r1 Orders"},
		"resources":              {"roles: [{name: Orders, permissions: [db-cql], resources: ['drn:astra:org:${org}:db:${db:orders}']}]\n", "update role r1 Orders"},
		"sign":                   {"manage: {mark: acme}\n" + orders, "update role r1 Orders"},
		"mark of another file":   {"manage: {mark: acme}\nroles: [{name: Theirs, permissions: [db-cql], in: all}]\n", "ROL101"},
		"owned":                  {"manage: {roles: owned, mark: acme}\n" + orders, "delete role r2 Made by mark, update role r1 Orders"},
		"owned, mark lost":       {"manage: {roles: owned, mark: another}\nroles: []\n", ""},
		"all":                    {"manage: {roles: all}\n" + orders, "delete role r2 Made, delete role r3 Theirs"},
		"all but protected":      {"manage: {roles: all}\nprotect: {roles: [Made]}\nignore: {roles: ['~^The']}\n" + orders, ""},
		"removed":                {"removed: {roles: [Made, Absent], users: [ana@acme.example, no@acme.example], tokens: [c1, absent]}\n", "delete role r2 Made, remove user u2 ana@acme.example, revoke token c1 order service"},
		"default role":           {"roles: [{name: RO User, permissions: [db-cql], in: all}]\n", "error a.yaml:3:9: RO User is a default role, which cannot be changed"},
		"removed default role":   {"removed: {roles: [Read Only User]}\n", "error a.yaml:3:19: RO User is a default role, which cannot be deleted"},
		"id of a role":           {"roles: [{name: Sales, id: r1, permissions: [db-cql], in: [{database: orders}]}]\n", "update role r1 Sales"},
		"id of no role":          {"roles: [{name: Orders, id: r9, permissions: [db-cql], in: all}]\n", "conflict there is no role with the ID r9; to create Orders, remove the id"},
		"ignored and listed":     {"ignore: {roles: [Orders]}\n" + orders, "error a.yaml:4:9: role Orders is in the file and ignored"},
		"roles none":             {"manage: {roles: none}\nroles: [{name: New, permissions: [db-cql], in: all}]\n", ""},
		"invite":                 {"users: [{email: new@acme.example, roles: [Orders]}]\n", "invite user  new@acme.example"},
		"invite with a new role": {"roles: [{name: New, permissions: [db-cql], in: all}]\nusers: [{email: new@acme.example, roles: [New]}]\n", "create role  New, invite user  new@acme.example"},
		"pending is present":     {"users: [{email: bo@acme.example, roles: [Orders, 'id:gone']}]\n", "USR002"},
		"set roles of pending":   {"users: [{email: bo@acme.example, roles: [Made]}]\n", "update user u3 bo@acme.example, USR002"},
		"at least":               {"manage: {user-roles: at-least}\nusers: [{email: ana@acme.example, roles: [Made]}]\n", "update user u2 ana@acme.example"},
		"at least has it":        {"manage: {user-roles: at-least}\nusers: [{email: ana@acme.example, roles: []}]\n", ""},
		"no roles":               {"users: [{email: ana@acme.example, roles: []}]\n", "error a.yaml:3:9: ana@acme.example would have no role, and every user needs one; to remove the user, list the address in removed"},
		"ignored role stays":     {"ignore: {roles: [Orders]}\nusers: [{email: ana@acme.example, roles: [Made]}]\n", "update user u2 ana@acme.example"},
		"all users":              {"manage: {users: all}\nprotect: {users: [owner@acme.example]}\nusers: [{email: ana@acme.example, roles: [Orders]}]\n", "remove user u3 bo@acme.example"},
		"ignored users":          {"manage: {users: all}\nprotect: {users: [owner@acme.example]}\nignore: {users: [Ana@ACME.example, '~^BO@']}\nusers: []\n", ""},
		"unmatched entries":      {"protect: {users: [no@acme.example], roles: [orders, 'id:r1', Read Only User]}\nignore: {users: ['~^x'], roles: [Nothing, '~^The']}\nusers: []\n", "ORG102, ORG102, ORG102, ORG102"},
		"pinned":                 {"users: [{email: ana@acme.example, id: u2, roles: [Orders]}]\n", ""},
		"another person":         {"users: [{email: ana@acme.example, id: u9, roles: [Orders]}]\n", "conflict ana@acme.example is another person than in the file: the ID is u2, and no user has u9"},
		"changed address":        {"users: [{email: an@acme.example, id: u2, roles: [Orders]}]\n", "conflict an@acme.example is another person than in the file: the user with the ID u2 has the address ana@acme.example"},
		"unknown role":           {"users: [{email: ana@acme.example, roles: [Order]}]\n", `error a.yaml:3:9: there is no role "Order"; did you mean "Orders"?`},
		"renamed role":           {"roles: [{name: Sales, was: [Orders], permissions: [db-cql], in: [{database: orders}]}]\nusers: [{email: ana@acme.example, roles: [Orders]}]\n", "error a.yaml:4:9: role Orders is renamed to Sales by this file"},
		"deleted role":           {"removed: {roles: [Orders]}\nusers: [{email: ana@acme.example, roles: [Orders]}]\n", "error a.yaml:4:9: role Orders is deleted by this file"},
		"token":                  {"tokens: [{description: order service, roles: [Orders], rotate: 60d, expires: required, owner: no@acme.example}]\n", "TOK002, TOK003"},
		"token roles":            {"tokens: [{client-id: c2, roles: [Made], expires: never}]\n", "TOK101, TOK103"},
		"missing tokens":         {"tokens: [{description: expired}, {client-id: c9}]\n", "TOK102, TOK102"},
		"two tokens":             {"tokens: [{description: twice}]\n", `error a.yaml:3:10: 2 tokens have the description "twice": use client-id with one of c2, c3`},
		"owned tokens":           {"manage: {tokens: owned, mark: acme}\ntokens: [{client-id: c1}]\n", "revoke token c3 twice by mark"},
		"all tokens":             {"manage: {tokens: all}\nprotect: {tokens: [order service]}\ntokens: []\n", "revoke token c2 twice, revoke token c3 twice"},
		"owner":                  {"users: [{email: owner@acme.example, roles: [Organization Administrator]}]\ntokens: [{client-id: c1, owner: no@acme.example}]\n", "TOK005"},
		"access list":            {"access-lists: [{database: orders, enabled: false, addresses: [{address: 203.0.113.9/24, description: HQ}, {address: 192.0.2.1}]}]\n", "add access-list d1 orders, disable access-list d1 orders, remove access-list d1 orders, update access-list d1 orders"},
		"same access list":       {"access-lists: [{database: orders, addresses: [{address: 203.0.113.0/24}, {address: 198.51.100.7/32, enabled: false}]}]\n", ""},
		"no addresses given":     {"access-lists: [{database: orders, enabled: true}]\n", ""},
		"new access list":        {"access-lists: [{devops-api: true, addresses: [{address: 10.0.0.0/8}]}]\n", "add access-list  DevOps API, NET101"},
		"unknown database":       {"access-lists: [{database: order}]\n", `error a.yaml:3:16: there is no database "order"; did you mean "orders"?`},
	} {
		f, err := Parse("a.yaml", []byte("version: 1\norganization: {id: o}\n"+test.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		state := acme()
		if !f.Sections().Users { // what is not managed is not read
			state.Users = nil
		}
		if got := summarize(Diff(f, state)); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

func summarize(d Difference, err error) string {
	if err != nil {
		return "error " + strings.ReplaceAll(err.Error(), "\n", ", ")
	}
	var parts []string
	for _, s := range d.Steps {
		text := fmt.Sprintf("%s %s %s %s", s.Action, s.Kind, s.ID, s.Name)
		if s.OnlyByMark {
			text += " by mark"
		}
		parts = append(parts, text)
	}
	for _, f := range d.Findings {
		parts = append(parts, f.Rule)
	}
	for _, c := range d.Conflicts {
		parts = append(parts, "conflict "+c.Why)
	}
	return strings.Join(sortedTexts(parts), ", ")
}

func sortedTexts(all []string) []string {
	steps, rest := []string{}, []string{}
	for _, text := range all {
		if strings.HasPrefix(text, "conflict") || strings.ToUpper(text) == text {
			rest = append(rest, text)
		} else {
			steps = append(steps, text)
		}
	}
	return append(slices.Sorted(slices.Values(steps)), rest...)
}

// TestHiddenDescriptions revokes no token that may be one of the file while its description
// is not known.
func TestHiddenDescriptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ file, hidden, want string }{
		{"tokens: [{description: order service}, {client-id: c2}]", "c1 c2 c3 c4", "TOK104, TOK104"},
		{"protect: {tokens: [order service]}\ntokens: []", "c1 c2 c3 c4", "TOK104, ORG102"},
		{"protect: {tokens: [c1]}\ntokens: []", "c1 c2 c3 c4", "revoke token c2 c2, revoke token c3 c3"},
		{"protect: {tokens: [saved]}\ntokens: []", "c1 c2 c3 c4", "revoke token c1 c1, revoke token c2 c2"},
		{"ignore: {tokens: ['~^order']}\ntokens: []", "c1 c2 c3 c4", "TOK104, ORG102"},
		{"ignore: {tokens: ['~^saved']}\ntokens: []", "c1 c2 c3 c4", "TOK104"},
		{"protect: {tokens: [order service]}\ntokens: []", "c1", "revoke token c2 twice, revoke token c3 twice, TOK104, ORG102"},
		{"protect: {tokens: [order service]}\ntokens: []", "c2", "revoke token c2 c2, revoke token c3 twice"},
		{"removed: {tokens: [order service]}\nprotect: {tokens: [c1, c2, c3]}\ntokens: []", "c1 c2 c3 c4", "TOK104"},
		{"removed: {tokens: [saved]}\nprotect: {tokens: [c1, c2, c3]}\ntokens: []", "", ""}, // a saved name is of this machine
	} {
		f, err := Parse("a.yaml", []byte("version: 1\norganization: {id: o}\nmanage: {tokens: all}\n"+test.file+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		s := acme()
		s.Tokens[2].SavedName = "saved"
		for i, token := range s.Tokens {
			if strings.Contains(test.hidden, token.ClientID) {
				s.Tokens[i].Description, s.Tokens[i].DescriptionKnown = "", false
			}
		}
		if got := strings.ReplaceAll(summarize(Diff(f, s)), "c3 saved", "c3 c3"); got != test.want {
			t.Errorf("%s, without the descriptions of %q: %s, want %s", test.file, test.hidden, got, test.want)
		}
	}
}
