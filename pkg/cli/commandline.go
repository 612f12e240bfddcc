package cli

import (
	"slices"
	"strings"
)

// repaired is the command line that the user gave, with one more flag.
func (a *App) repaired(flag string) string {
	args := slices.Clone(a.Args)
	at := slices.Index(args, "--")
	if at < 0 {
		at = len(args)
	}
	return CommandLine(append([]string{"astra"}, slices.Insert(args, at, flag)...))
}

// CommandLine writes words as a POSIX shell reads them.
func CommandLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quoteWord(w)
	}
	return strings.Join(quoted, " ")
}

func quoteWord(s string) string {
	unsafe := func(r rune) bool {
		return !strings.ContainsRune("_-./:@=,+%", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}
	if s != "" && strings.IndexFunc(s, unsafe) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
