// Package shellword writes words of a command line as a POSIX shell reads them,
// for commands that people are told to run.
package shellword

import "strings"

// Quote returns s as one word, for fish too: a backslash, which means something there
// within single quotes as well, is written outside of them. fish expands %self, and zsh
// a word that begins with an equals sign.
func Quote(s string) string {
	if s != "" && s[0] != '%' && s[0] != '=' && strings.IndexFunc(s, special) < 0 {
		return s
	}
	return "'" + strings.NewReplacer("'", `'\''`, `\`, `'\\'`).Replace(s) + "'"
}

// Line returns words as a command line.
func Line(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = Quote(w)
	}
	return strings.Join(quoted, " ")
}

// special reports whether a shell may take r for something else than itself.
func special(r rune) bool {
	letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	return !letter && !strings.ContainsRune("_-./:@=,+%", r)
}
