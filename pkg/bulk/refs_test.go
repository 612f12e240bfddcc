package bulk

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadRefs(t *testing.T) {
	t.Parallel()
	const id = "0bd8c6e0-9a3f-4a1e-8f4e-2a3f0a8f5a01"
	for _, test := range []struct {
		name, text string
		read       func([]byte) ([]Ref, []InputError)
		want       []Ref
	}{
		{"users by address and ID", "ada@example.com, " + id + "\n", ReadUsers, []Ref{{1, "ada@example.com"}, {1, id}}},
		{"a printed list of users", "id,email,status,roles\n" + id + ",ada@example.com,active,\"RO User, UI View Only\"\n", ReadUsers, []Ref{{2, "ada@example.com"}}},
		{"users as JSON", `{"id":"` + id + `","email":"ada@example.com","status":"active","roles":[{"id":"x","name":"RO User"}]}`, ReadUsers, []Ref{{1, "ada@example.com"}}},
		{"a quoted formula", "email\n'+ada@example.com\no'brien@example.com\n", ReadUsers, []Ref{{2, "+ada@example.com"}, {3, "o'brien@example.com"}}},
		{"roles are whole lines", "# both\nSales, EMEA\n  Read #1 \n", ReadRoles, []Ref{{2, "Sales, EMEA"}, {3, "Read #1"}}},
		{"a printed list of roles", "id,name,kind,permissions\n" + id + ",'=Sales,custom,3\n", ReadRoles, []Ref{{2, "=Sales"}}},
		{"roles as JSON", `{"name":"Sales, EMEA"}`, ReadRoles, []Ref{{1, "Sales, EMEA"}}},
	} {
		got, faults := test.read([]byte(test.text))
		if diff := cmp.Diff(test.want, got); diff != "" || len(faults) > 0 {
			t.Errorf("%s: %v\n%s", test.name, faults, diff)
		}
	}
	const token = "AstraCS:abcdefghijklmnopqrstuvwx:0123456789012345678901234567890123456789012345678901234567890123"
	for _, test := range []struct {
		text, want string
		read       func([]byte) ([]Ref, []InputError)
	}{
		{"ann\n" + token, `line 1: "ann" is not an email address|line 2: found a whole token instead of email`, ReadUsers},
		{"id,status\n" + id + ",active\n", `line 1: column "email" is missing`, ReadUsers},
		{"email\n\"\"\n,\n", "", ReadUsers},
		{`{"email":7}`, "line 1: email is not a string", ReadUsers},
		{"{\"name\":\"\"}\n{\"name\":\"A\u200bB\"}", "line 1: no name|line 2: U+200B (zero width space) at character 2 is not allowed in a name", ReadRoles},
		{token, "line 1: found a whole token instead of name", ReadRoles},
	} {
		_, faults := test.read([]byte(test.text))
		var texts []string
		for _, f := range faults {
			texts = append(texts, f.String())
		}
		if got := strings.Join(texts, "|"); !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%q: %s\nwant %s", test.text, got, test.want)
		}
	}
}
