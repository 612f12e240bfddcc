package envfile

import "strings"

const bom = "\ufeff"

// splitDocker parses each line literally, like docker. A name alone is the
// variable of that name in docker's environment.
func splitDocker(text string, own map[string]bool) ([]entry, error) {
	return splitLines(text, func(line string) (string, string) {
		rest := strings.TrimLeft(line, " \t\v\f")
		name, _, _ := strings.Cut(strings.TrimSuffix(rest, lineBreak(rest)), "=")
		return name, rest
	}, own), nil
}

// splitGitLab trims spaces around names, like GitLab.
func splitGitLab(text string, own map[string]bool) ([]entry, error) {
	return splitLines(text, func(line string) (string, string) {
		name, _, found := strings.Cut(line, "=")
		if !found {
			return "", line
		}
		return strings.TrimSpace(name), line
	}, own), nil
}

// splitLines makes an entry of each line. named returns the variable of a line
// and the line without its indent.
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
