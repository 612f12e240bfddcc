package envfile

import "strings"

// splitSystemd follows the state machine of systemd: a value may have several
// quoted parts, and continue over lines within quotes or after a backslash.
func splitSystemd(text string, own map[string]bool) ([]entry, error) {
	var entries []entry
	for line := 0; text != ""; {
		size, name := systemdEntry(text)
		if size < 0 {
			return nil, refuse(line, "begins a value that never ends")
		}
		e := entry{text: text[:size]}
		if own[name] {
			e.name = name
			e.before = e.text[:strings.Index(e.text, name)]
		}
		line += strings.Count(e.text, "\n")
		text = text[size:]
		if isComment(strings.TrimLeft(e.text, " \t")) && strings.HasSuffix(strings.TrimSuffix(e.text, "\n"), `\`) && !isComment(text) {
			return nil, refuse(max(0, line-1), "is a comment that ends with a backslash, which some versions of systemd continue on the next line")
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// isComment reports whether text starts with a comment or an empty line.
func isComment(text string) bool { return text != "" && strings.IndexByte("#;\r\n", text[0]) >= 0 }

// systemdEntry returns the size of the first entry of text, or -1 if it is
// incomplete, and the variable that it sets.
func systemdEntry(text string) (size int, name string) {
	end := strings.IndexByte(text, '\n') + 1
	if end == 0 {
		end = len(text)
	}
	key, _, found := strings.Cut(text[:end], "=")
	if key = strings.Trim(key, " \t"); !found || isComment(key) {
		return end, ""
	}
	var quote byte
	begin := true // quotes open only at the start of a value or part
	for i := strings.IndexByte(text, '=') + 1; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && quote != '\'':
			if i++; i >= len(text)-1 {
				return -1, key
			}
			begin = false
		case quote != 0:
			if c == quote {
				quote, begin = 0, true
			}
		case c == '\n':
			return i + 1, key
		case begin && (c == '"' || c == '\''):
			quote = c
		case c != ' ' && c != '\t':
			begin = false
		}
	}
	if quote != 0 {
		return -1, key
	}
	return len(text), key
}
