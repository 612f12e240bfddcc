package plan

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

const head = "version: 1\norganization: {id: o}\n"

func load(files map[string]string) (File, string) {
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	f, err := Load(root, ".", "a.yaml")
	if err != nil {
		return f, err.Error()
	}
	return f, ""
}

func TestLoadReportsAllErrors(t *testing.T) {
	t.Parallel()
	token := "AstraCS:" + strings.Repeat("a", 24) + ":" + strings.Repeat("0", 64)
	for name, test := range map[string]struct{ text, want string }{
		"empty":        {"", "a.yaml:1:1: the file is empty"},
		"comments":     {"# nothing\n", "a.yaml:1:1: the file is empty"},
		"no head":      {"users: []\n", "a.yaml:1:1: the file has no version\na.yaml:1:1: the file has no organization"},
		"unknown":      {head + "user: []\n", `a.yaml:3:1: unknown key "user" in the file; did you mean users?`},
		"duplicate":    {head + "users: []\nusers: []\n", `a.yaml:4:1: duplicate key "users"`},
		"null section": {head + "users:\n", "a.yaml:3:7: users has no value: remove the key, or write one"},
		"boolean name": {head + "users: [{email: a@b.c, roles: [no]}]\n", "a.yaml:3:32: an element of roles must be text: put it in quotes"},
		"number name":  {head + "roles: [{name: 1e3, permissions: [], in: all}]\n", "a.yaml:3:16: the name of a role must be text: put it in quotes\na.yaml:3:9: this role has no name"},
		"merge key":    {head + "roles: [{<<: {name: a}, name: b, permissions: [], in: all}]\n", "a.yaml:3:10: merge keys are not supported; write the keys themselves"},
		"two errors":   {head + "manage: {users: al, roles: lsted}\n", "a.yaml:3:17: users cannot be \"al\"; did you mean all?\na.yaml:3:28: roles cannot be \"lsted\"; did you mean listed?"},
		"permission":   {head + "roles: [{name: a, permissions: [db-cqll], in: all}]\n", `a.yaml:3:33: unknown permission "db-cqll"; did you mean db-cql?`},
		"later":        {head + "variables: {a: b}\n", "a.yaml:3:1: variables are not supported in this version of astra; write the values themselves"},
		"cut off":      {head + "users: [{email: a@b.c", "a.yaml:2:1: this is not valid YAML: did not find expected ',' or '}'"},
		"cycle":        {head + "users: &a [*a]\n", "a.yaml:1:1: the aliases of this file expand to more than 1 MiB"},
		"token":        {head + "users: [] # " + token + "\n", "a.yaml:3:1: " + secretFound},
		"escaped":      {head + `users: [{email: "Astra\x43S:` + token[8:] + `"}]`, "a.yaml:3:1: " + secretFound},
		"outside":      {head + "include: [../b.yaml]\n", `a.yaml:3:11: include "../b.yaml": a fragment must be in the directory of the file or below it, as a path with /`},
		"no match":     {head + "include: [teams/*.yaml]\n", `a.yaml:3:11: include "teams/*.yaml": no such file`},
		"no place":     {head + "roles: [{name: a, permissions: []}]\n", "a.yaml:3:9: this role has neither in nor resources; in: all is every database"},
		"all, no list": {head + "manage: {users: all}\n", "a.yaml:3:9: users: all needs the section users, which may be empty"},
		"address":      {head + "access-lists: [{database: d, addresses: [{address: 1.2.3.4}, {address: 1.2.3.4/32}, {address: 1.2.3}]}]\n", "a.yaml:3:62: duplicate address 1.2.3.4/32\na.yaml:3:95: \"1.2.3\" is not an IP address or network"},
		"both":         {head + "users: [{email: a@b.c, roles: [R]}]\nremoved: {users: [A@b.c]}\n", "a.yaml:3:9: user \"a@b.c\" is also in removed"},
		"place":        {head + "roles: [{name: a, permissions: [], in: [{database: d, tables: [t]}]}]\n", "a.yaml:3:41: tables needs keyspaces"},
	} {
		_, got := load(map[string]string{"a.yaml": test.text})
		if name == "number name" { // sorted by column
			lines := strings.Split(test.want, "\n")
			test.want = lines[1] + "\n" + lines[0]
		}
		if got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
		if strings.Contains(got, token[8:]) {
			t.Errorf("%s: the token is shown", name)
		}
	}
}

func TestLoadFragments(t *testing.T) {
	t.Parallel()
	f, err := load(map[string]string{
		"a.yaml":       head + "include: ['teams/*.yaml']\nusers: []\n",
		"teams/b.yaml": "roles: [{name: R, permissions: [Select Table], in: all}]\nusers: [{email: a@b.c, roles: [R]}]\n",
		"teams/c.yaml": "users: [{email: A@b.c, roles: [S]}]\n",
	})
	if err != "" || len(f.Users) != 2 || f.Roles[0].Permissions[0] != "db-table-select" || f.Tokens != nil || len(f.Sources) != 3 {
		t.Errorf("%+v %s", f, err)
	}
	_, err = load(map[string]string{
		"a.yaml":       head + "include: ['teams/*.yaml', teams/b.yaml]\n",
		"teams/b.yaml": "roles: [{name: R, permissions: [], in: all}]\nmanage: {}\n",
		"teams/c.yaml": "roles: [{name: R, permissions: [], in: all}]\n",
	})
	for _, want := range []string{"teams/b.yaml is included twice", "manage belongs to the file", `teams/c.yaml:1:9: duplicate role "R", also in teams/b.yaml:1`} {
		if !strings.Contains(err, want) {
			t.Errorf("%s: no %q", err, want)
		}
	}
}

// TestAliases checks that aliases are limited by their expansion.
func TestAliases(t *testing.T) {
	t.Parallel()
	f, err := load(map[string]string{"a.yaml": head + "users: [{email: a@b.c, roles: &r [R]}, {email: b@b.c, roles: *r}]\n"})
	if err != "" || f.Users[1].Roles[0] != "R" {
		t.Errorf("%+v %s", f, err)
	}
	bomb := head + "ignore:\n  roles: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		prev, next := "*a"+string(rune('0'+i)), "&a"+string(rune('1'+i))
		bomb += "  k" + string(rune('0'+i)) + ": " + next + " [" + strings.TrimSuffix(strings.Repeat(prev+", ", 10), ", ") + "]\n"
	}
	if _, err := load(map[string]string{"a.yaml": bomb}); !strings.Contains(err, "more than 1 MiB") {
		t.Error(err)
	}
}

// FuzzLoad decodes any text and compares the file with an organization. Nothing panics, and
// the problems are in the file.
func FuzzLoad(f *testing.F) {
	f.Add("users: &a [{email: a@b.c, roles: *a}]\n")
	f.Add("protect: {removals: 25%, administrators: 2}\nroles: [{name: a, permissions: [db-cql], in: all, was: [Orders]}]\n")
	f.Add("manage: {roles: owned, users: all, tokens: all, mark: acme}\nroles: []\nusers: [{email: ana@acme.example, id: u2, roles: [Orders]}]\ntokens: [{client-id: c1}]\n")
	f.Add("access-lists: [{database: orders, addresses: [{address: 203.0.113.0/24, enabled: no}]}, {devops-api: true}]\nignore: {users: ['~(']}\n")
	f.Add("roles: [{name: a, permissions: ['parameter:x'], resources: ['drn:astra:org:${org}:db:${db:orders}', '$${', '${']}]\nremoved: {tokens: [c2], roles: [Made]}\n")
	f.Add("groups: [{name: a, roles: [RO User], members: [new@acme.example]}]\ninclude: ['*.yaml']\n? {a: b}\n: c\n")
	f.Fuzz(func(t *testing.T, text string) {
		text = "version: 1\norganization: {id: o}\n" + text
		lines := 1
		for _, end := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029"} {
			lines += strings.Count(text, end)
		}
		file, err := Parse("a.yaml", []byte(text))
		if err == nil {
			_, err = Diff(file, acme())
		}
		if err == nil {
			return
		}
		unsound, ok := errors.AsType[*Error](err)
		if !ok {
			t.Fatal(err)
		}
		for _, p := range unsound.Problems {
			if p.Path != "a.yaml" || p.Line < 0 || p.Line > lines || p.Why == "" {
				t.Errorf("%+v of %d lines", p, lines)
			}
		}
	})
}
