package envfile

import "strings"

const bom = "\ufeff"

// splitDocker takes a line for what it says, as docker does. A name alone
// stands for the variable of the same name where docker runs.
func splitDocker(text string, own map[string]bool) ([]entry, error) {
	return splitLines(text, func(line string) (string, string) {
		rest := strings.TrimLeft(line, " \t\v\f")
		name, _, _ := strings.Cut(strings.TrimSuffix(rest, lineBreak(rest)), "=")
		return name, rest
	}, own), nil
}

// splitGitLab cuts blanks off around the name, as GitLab does.
func splitGitLab(text string, own map[string]bool) ([]entry, error) {
	return splitLines(text, func(line string) (string, string) {
		name, _, found := strings.Cut(line, "=")
		if !found {
			return "", line
		}
		return strings.TrimSpace(name), line
	}, own), nil
}

// splitLines makes an entry of each line. named returns the name that a line
// sets, and what is left of the line behind its indent.
func splitLines(text string, named func(line string) (name, rest string), own map[string]bool) []entry {
	var entries []entry
	for i, line := range lines(text) {
		e := entry{text: line}
		s := line
		if i == 0 {
			s = strings.TrimPrefix(s, bom)
		}
		if name, rest := named(s); own[name] {
			e.name, e.before = name, strings.TrimSuffix(line, rest)
		}
		entries = append(entries, e)
	}
	return entries
}
