package envfile

import (
	"regexp"
	"slices"
	"strings"
)

// splitDotenv parses a file like each of its readers: those with multi-line
// quoted values, those that parse each line alone, and shells, where quotes can
// also open inside a word. A variable to replace must be exactly one line for
// all of them.
func splitDotenv(text string, own map[string]bool) ([]entry, error) {
	all := lines(text)
	top, complete := shellTop(text, len(all))
	if !complete {
		return nil, refuse(len(all)-1, "ends with a backslash, which would continue on the next line")
	}
	parser := newDotenvParser(own)
	var entries []entry
	within := 0 // remaining lines of a quoted value
	for i, line := range all {
		a := parser.parse(line, i == 0)
		switch {
		case within > 0:
			if within--; parser.contains(line, parser.assigned) {
				return nil, refuse(i, "may be part of the quoted value above it")
			}
		case !a.comment:
			var ok bool
			if within, ok = a.extent(all[i+1:]); !ok {
				return nil, refuse(i, "begins a quoted value that never ends")
			}
			if why := parser.ambiguity(a, within, top[i] && top[i+1]); why != "" {
				return nil, refuse(i, why)
			}
			if own[a.name] {
				entries = append(entries, entry{line, a.name, a.before, parser.rest(a)})
				continue
			}
		}
		entries = append(entries, entry{text: line})
	}
	return entries, nil
}

// assignment is a line that may set a variable.
type assignment struct {
	comment bool   // comment or empty line
	before  string // indent and export
	name    string // empty without an assignment
	value   string // text after = and spaces, without the line end
	closed  bool   // only a comment follows the closing quote
	line    string
}

// dotenvParser has the patterns of a line.
type dotenvParser struct {
	own                                                 map[string]bool
	assignment, quoted, comment, breaks, assigned, word *regexp.Regexp
}

func newDotenvParser(own map[string]bool) dotenvParser {
	return dotenvParser{
		own:        own,
		assignment: regexp.MustCompile(`^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*`),
		quoted:     regexp.MustCompile(`^('[^'\\]*'|"[^"\\]*")[ \t]*(#.*)?$`),
		comment:    regexp.MustCompile(`^=[ \t]*(?:'[^'\\]*'|"[^"\\]*"|[^'"\x60\\]*?)([ \t]+#.*)$`),
		breaks:     regexp.MustCompile(`[ \t;&|()]+`),
		assigned:   regexp.MustCompile(`[A-Za-z0-9_]+[ \t]*[=:+]`),
		word:       regexp.MustCompile(`[A-Za-z0-9_]+`),
	}
}

func (p dotenvParser) parse(line string, first bool) assignment {
	a := assignment{line: strings.TrimSuffix(line, lineBreak(line))}
	s := a.line
	if first {
		s = strings.TrimPrefix(s, bom)
	}
	s = strings.TrimLeft(s, " \t")
	if s == "" || s[0] == '#' {
		a.comment = true
		return a
	}
	m := p.assignment.FindStringSubmatchIndex(s)
	if m == nil {
		return a
	}
	a.before = strings.TrimSuffix(a.line, s[m[2]:])
	a.name = s[m[2]:m[3]]
	a.value = s[m[1]:]
	a.closed = p.quoted.MatchString(a.value)
	return a
}

// quote returns the quote at the start of the value, if any.
func (a assignment) quote() string {
	if a.name != "" && a.value != "" && strings.IndexByte("'\"`", a.value[0]) >= 0 {
		return a.value[:1]
	}
	return ""
}

// extent returns how many of the following lines a may include, whether or not
// a reader treats a backslash as an escape.
func (a assignment) extent(behind []string) (within int, ok bool) {
	quote := a.quote()
	if quote == "" {
		return 0, true
	}
	escaped := false
	line := a.value[1:]
	for i := 0; ; i++ {
		for j := range len(line) {
			switch {
			case line[j] != quote[0]:
				escaped = line[j] == '\\' && !escaped
			case escaped:
				// One kind of reader ends the value here; the other may not.
				ok, within, escaped = true, i, false
			default:
				return i, true
			}
		}
		if i == len(behind) {
			return within, ok
		}
		line = behind[i]
	}
}

// ambiguity returns why a file with the line a cannot be changed.
func (p dotenvParser) ambiguity(a assignment, within int, shell bool) string {
	switch {
	case a.name == "" && strings.ContainsAny(a.line, "'\"`"):
		return "contains quotes outside a value"
	case !a.closed && strings.Contains(a.line, "<<"):
		return "may begin a here-document"
	case !p.own[a.name]:
		if p.references(a) {
			return "may set one of the variables with unsupported syntax"
		}
	case within > 0:
		return "begins a value of several lines"
	case !shell:
		return "is not a complete line for a shell, because of quotes or backslashes"
	case !a.closed && slices.ContainsFunc(p.words(a)[1:], func(w string) bool { return strings.Contains(w, "=") }):
		return "may set more than one variable"
	}
	return ""
}

// references reports whether a could set one of the variables other than as its
// assignment.
func (p dotenvParser) references(a assignment) bool {
	switch {
	case a.name == "":
		return p.contains(a.line, p.word)
	case a.closed:
		return false
	}
	return p.contains(strings.Join(p.words(a)[1:], " "), p.word)
}

// contains reports whether the pattern matches one of the variables in text.
func (p dotenvParser) contains(text string, pattern *regexp.Regexp) bool {
	return slices.ContainsFunc(pattern.FindAllString(text, -1), func(found string) bool {
		return p.own[strings.TrimRight(found, " \t=:+")]
	})
}

// rest returns the comment at the end of the line, with preceding spaces.
func (p dotenvParser) rest(a assignment) string {
	m := p.comment.FindStringSubmatch(a.line[strings.IndexByte(a.line, '='):])
	if m == nil {
		return ""
	}
	return m[1]
}

// words splits an unquoted value like a shell, without the comment.
func (p dotenvParser) words(a assignment) []string {
	value, _, _ := strings.Cut(a.value, " #")
	return p.breaks.Split(value, -1)
}

// shellTop reports for n lines, and the following one, whether a shell is
// outside of quotes at their start. With an unclosed quote, which no shell
// accepts, all lines count as outside. complete is false if the text ends with
// a backslash.
func shellTop(text string, n int) (top []bool, complete bool) {
	top = make([]bool, 1, n+2)
	top[0] = true
	var quote byte
	var word, comment, escaped bool
	for i := range len(text) {
		c := text[i]
		if c == '\n' {
			top = append(top, quote == 0 && !escaped)
			comment = false
		}
		switch {
		case escaped:
			escaped, word = false, c != '\n' || word
			continue
		case comment:
		case c == '\\' && quote != '\'':
			escaped = true
		case quote != 0:
			if c == quote {
				quote = 0
			}
			continue
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == '#' && !word:
			comment = true
		}
		word = strings.IndexByte(" \t\n;&|()", c) < 0
	}
	if len(top) <= n {
		top = append(top, true)
	}
	if quote != 0 {
		return slices.Repeat([]bool{true}, n+1), true
	}
	return top, !escaped && top[n]
}
