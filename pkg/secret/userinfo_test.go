package secret

import "testing"

// TestReplaceUserinfo takes user and password from URLs, and nothing else from a text.
func TestReplaceUserinfo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"via http://u:p@proxy/ x":             "via http://proxy/ x",
		"via http://u:p@ss@proxy/ x":          "via http://proxy/ x",
		"pulsar://token@h:6650":               "pulsar://h:6650",
		`{"a":"https://h","b":"me@x.com"}`:    `{"a":"https://h","b":"me@x.com"}`,
		"https://h/path@2 and me@example.com": "https://h/path@2 and me@example.com",
		"me@example.com":                      "me@example.com",
	} {
		if got := ReplaceUserinfo(text, ""); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := HideInText("https://u:$1@h", "${1}"); got != "https://${1}@h" {
		t.Error(got)
	}
}
