package bulk

import "testing"

// The words about a line are for people, not those of the decoder.
func TestWrongJSON(t *testing.T) {
	t.Parallel()
	const ok, before = "{\"email\":\"a@example.com\"}\n", "line 2: this is not an object with email and roles: "
	for line, want := range map[string]string{
		`{"email":a@example.com}`:                 "it is no JSON from character 10 on",
		`{"email":"a@example.com",}`:              "it is no JSON from character 26 on",
		`{"email":"ä",é}`:                         "it is no JSON from character 14 on",
		`{"email":"a@example.com"`:                "it does not end on this line",
		`{"email":"a@example.com"} {}`:            "there is more after the object",
		`{"email":7}`:                             `"email" has a number where a text belongs`,
		`{"email":"a@example.com","roles":"x"}`:   `"roles" has a text where a list belongs`,
		`{"email":"a@example.com","roles":[1.5]}`: `"roles" has a number where a text belongs`,
		`{"email":"a@example.com","roles":[{}]}`:  `"roles" has an object where a text belongs`,
		`{"email":true}`:                          `"email" has true or false where a text belongs`,
		`["a@example.com"]`:                       "it is a list",
		`"a@example.com"`:                         "it is a text",
		`a@example.com`:                           "it is no JSON from character 1 on",
		`{"mail":"a@example.com"}`:                `it has the key "mail"; did you mean "email"?`,
	} {
		_, faults := Read([]byte(ok + line))
		if len(faults) != 1 || faults[0].String() != before+want {
			t.Errorf("%s: %v; want %s", line, faults, want)
		}
	}
}
