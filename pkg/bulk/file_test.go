package bulk

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/spelling"
)

func TestRead(t *testing.T) {
	t.Parallel()
	ada, bob := Entry{1, "ada@example.com", nil}, Entry{2, "bob@example.com", nil}
	both := []Entry{{2, "ada@example.com", []string{"RO User"}}, {3, "bob@example.com", []string{"Sales, EMEA", "R/W User"}}}
	for _, test := range []struct {
		name, text string
		want       []Entry
	}{
		{"nothing", "", nil},
		{"only comments", "# nobody\n\n  # yet\n", nil},
		{"lines", "ada@example.com\nbob@example.com\n", []Entry{ada, bob}},
		{"no line break at the end, CRLF, BOM", "\ufeffada@example.com\r\nbob@example.com", []Entry{ada, bob}},
		{"several a line", "ada@example.com; eve@example.com,zoe@example.com", []Entry{ada, {1, "eve@example.com", nil}, {1, "zoe@example.com", nil}}},
		{"comments", "ada@example.com # the first\n#eve@example.com\n", []Entry{ada}},
		{"UTF-16", "\xff\xfea\x00@\x00b\x00.\x00c\x00\r\x00\n\x00", []Entry{{1, "a@b.c", nil}}},
		{"CR, and Ctrl-Z at the end", "ada@example.com\rbob@example.com\r\x1a", []Entry{ada, bob}},
		{"quotes", "'ada@example.com'\n\"bob@example.com\"\n", []Entry{ada, bob}},
		{"an apostrophe is a letter", "o'brien@example.com", []Entry{{1, "o'brien@example.com", nil}}},
		{"CSV", "email,roles\nada@example.com,RO User\nbob@example.com,\"Sales, EMEA; R/W User\"\n", both},
		{"CSV in any order, in any case", "Role , EMail\nRO User,ada@example.com\n\"Sales, EMEA;R/W User\", bob@example.com\n", both},
		{"CSV as some countries write it", "\ufeffemail;roles\r\nada@example.com;RO User\r\nbob@example.com;\"Sales, EMEA;R/W User\"\r\n", both},
		{"tabs", "email\troles\nada@example.com\tRO User\nbob@example.com\tSales, EMEA;R/W User\n", both},
		{"one column", "email\nbob@example.com\n\n,\n", []Entry{bob}},
		{"a short row", "email,role\nbob@example.com\n", []Entry{bob}},
		{
			"a quoted line break moves the lines on", "roles,email\n\"RO User\n\",ada@example.com\nx,bob@example.com\n",
			[]Entry{{2, "ada@example.com", []string{"RO User"}}, {4, "bob@example.com", []string{"x"}}},
		},
		{"JSON lines", "\n{\"email\":\"ada@example.com\",\"roles\":[\"RO User\"]}\n{\"email\": \"bob@example.com\", \"roles\": [\"Sales, EMEA\"], \"role\": \"R/W User\"}\r\n", both},
	} {
		got, faults := Read([]byte(test.text))
		if diff := cmp.Diff(test.want, got); diff != "" || len(faults) > 0 {
			t.Errorf("%s: %v\n%s", test.name, faults, diff)
		}
	}
}

func TestReadFindsEveryFault(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"ada@example.com\nbob\n\nAda <ada@example.com>", `line 2: "bob" is not an email address|line 4: "Ada" is not an email address|line 4: "<ada@example.com>" is not an email address`},
		{"email,rolle\nada@example.com,RO User\n", `line 1: unknown column "rolle"; did you mean "role"?`},
		{"Email,Name,Team\nada@example.com,Ada,x\nbob,,\n", `line 1: unknown column "Name" is ignored; expected email and role|line 1: unknown column "Team" is ignored; expected email and role|line 3: "bob" is not an email address`},
		{"{\"email\":\"ada@example.com\",\"name\":\"Ada\"}\n{\"email\":\"bob@example.com\",\"name\":\"Bob\"}", `line 1: unknown key "name" is ignored; expected email and role`},
		{"email,email\n", `line 1: column "email" is repeated`},
		{"email,role\n,RO User\nbob,\nada@example.com,a,b\neve@example.com,x\"y\n", `line 2: no address|line 3: "bob" is not an email address|line 4: 3 cells, but the header has 2|line 5: bare " in non-quoted-field`},
		{"email\n\"ada@example.com\n", `line 2: extraneous or missing " in quoted-field`},
		{`[{"email":"ada@example.com"}]`, "line 1: expected one JSON object per line, not an array"},
		{
			"{\"email\":\"ada@example.com\"} x\n{\"mail\":\"x\"}\n{\"email\":\"a@example.com\",\"roles\":[\"\"]}\n{}",
			"line 1: expected a JSON object with email and roles: unexpected text after the object|line 2: expected a JSON object with email and roles: unknown key \"mail\"; did you mean \"email\"?|line 3: a role has no name|line 4: no address",
		},
		{"a\x00d\x00a\x00\n\x00", "line 1: this file is UTF-16 without a byte order mark; save it as UTF-8"},
		{"ada@example.com\nb\xf6b@example.com", "line 2: not UTF-8 text; save the file as UTF-8"},
		{"ada@example.com\n\ufeffbob@example.com", `line 2: "\ufeffbob@example.com": U+FEFF (byte order mark) at character 1 is invisible`},
		{"email,role\neve@example.com\u200b,RO User", `line 2: "eve@example.com\u200b": U+200B (zero width space) at character 16 is invisible`},
		{"{\"email\":\"ada@ex\u0430mple.com\"}", `line 1: "ada@exаmple.com": U+0430 (Cyrillic) at character 7 among Latin letters: the address mixes scripts`},
		{"ada@example.com.", `line 1: "ada@example.com." is not an email address: it ends with a dot`},
		{"ada@localhost", `line 1: "ada@localhost" is not an email address`},
		{"mailto:ada@example.com", `line 1: "mailto:ada@example.com" is not an email address`},
		{"ada@example.com?subject=x", `line 1: "ada@example.com?subject=x" is not an email address`},
	} {
		_, faults := Read([]byte(test.text))
		var got []string
		for _, f := range faults {
			got = append(got, f.String())
		}
		if diff := cmp.Diff(strings.Split(test.want, "|"), got); diff != "" {
			t.Errorf("%q:\n%s", test.text, diff)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	entries, faults := Addresses([]string{"ada@example.com, bob@example.com;eve@example.com\nzoe@example.com\u00a0", "max"})
	var got []string
	for _, e := range entries {
		got = append(got, e.Address)
	}
	want := []string{"ada@example.com", "bob@example.com", "eve@example.com", "zoe@example.com"}
	if diff := cmp.Diff(want, got); diff != "" || len(faults) != 1 || faults[0].String() != `"max" is not an email address` {
		t.Errorf("%v\n%s", faults, diff)
	}
}

// FuzzRead checks that no input is ignored silently: a file with content has
// entries or errors, and entries survive a round trip.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"ada@example.com # x\n", "email;roles\nada@example.com;\"a;b\"\n", "{\"email\":\"ada@example.com\",\"roles\":[\"a\"]}\n",
		"email,role\n\"a\"\"b\"@x.y,\"\n\"", "\ufeffemail\r\nx@y.z\r\r\n", "[", "\"", "#\n{", "email\temail", "roles,email\n;,a@b.c",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, faults := Read(data)
		total := strings.Count(strings.ReplaceAll(string(data), "\r", "\n"), "\n") + 1
		for _, fault := range faults {
			if fault.Line < 1 || fault.Line > total || fault.Text == "" {
				t.Errorf("%+v of %d lines", fault, total)
			}
		}
		var again strings.Builder
		for _, e := range entries {
			if e.Line < 1 || e.Line > total || spelling.NoAddress(e.Address) != "" || slices.Contains(e.Roles, "") {
				t.Errorf("%+v of %d lines", e, total)
			}
			again.WriteString(e.Address + "\n")
		}
		if strings.ContainsAny(again.String(), "\"'#,; ") {
			return // an address that requires a quoted cell
		}
		if reread, faults := Read([]byte(again.String())); len(reread) != len(entries) || len(faults) > 0 {
			t.Errorf("%d entries, read again %d: %v", len(entries), len(reread), faults)
		}
	})
}
