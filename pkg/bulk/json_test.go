package bulk

import "testing"

// Messages about a line are for people, unlike the decoder's.
func TestWrongJSON(t *testing.T) {
	t.Parallel()
	const ok, before = "{\"email\":\"a@example.com\"}\n", "line 2: expected a JSON object with email and roles: "
	for line, want := range map[string]string{
		`{"email":a@example.com}`:                 "invalid JSON at character 10",
		`{"email":"a@example.com",}`:              "invalid JSON at character 26",
		`{"email":"ä",é}`:                         "invalid JSON at character 14",
		`{"email":"a@example.com"`:                "object does not end on this line",
		`{"email":"a@example.com"} {}`:            "unexpected text after the object",
		`{"email":7}`:                             `"email" has a number instead of a string`,
		`{"email":"a@example.com","roles":"x"}`:   `"roles" has a string instead of a list`,
		`{"email":"a@example.com","roles":[1.5]}`: `"roles" has a number instead of a string`,
		`{"email":"a@example.com","roles":[{}]}`:  `"roles" has an object instead of a string`,
		`{"email":true}`:                          `"email" has true or false instead of a string`,
		`["a@example.com"]`:                       "got a list",
		`"a@example.com"`:                         "got a string",
		`a@example.com`:                           "invalid JSON at character 1",
		`{"mail":"a@example.com"}`:                `unknown key "mail"; did you mean "email"?`,
	} {
		_, faults := Read([]byte(ok + line))
		if len(faults) != 1 || faults[0].String() != before+want {
			t.Errorf("%s: %v; want %s", line, faults, want)
		}
	}
}
