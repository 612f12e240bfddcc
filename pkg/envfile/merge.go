package envfile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/astra-admin/astra/pkg/textfile"
)

// entry is a part of an existing file: an assignment with all its lines, or any
// other line.
type entry struct {
	text   string
	name   string // of the variable to replace, if any
	before string // text before it: indent, export
	after  string // text after it: a comment
}

// lineParser splits text into entries. Entries that set a variable of own have
// its name. Ambiguous text is an [ErrMerge].
type lineParser func(text string, own map[string]bool) ([]entry, error)

// Merge returns existing with vars set and the assignments, or members of a
// JSON object, of gone removed. Everything else is preserved byte for byte:
// other variables, comments, order, line ends, export before a name, a byte
// order mark. A duplicate variable is set in each place, so that it does not
// matter whether a reader uses the first or the last. Missing variables are
// appended.
//
// The error is [ErrMerge] if readers could disagree about the assignments of
// the variables, and [ErrNoMerge] for unsupported formats.
func Merge(existing []byte, d Dialect, vars []Var, gone ...string) ([]byte, error) {
	if encoding := textfile.Encoding(existing); encoding != "" {
		return nil, fmt.Errorf("%w: it is %s; save it as UTF-8", ErrMerge, encoding)
	}
	rest, marked := bytes.CutPrefix(existing, []byte(bom))
	switch {
	case marked && d == JSON:
		return nil, fmt.Errorf("%w: it begins with a byte order mark, which is not allowed in JSON", ErrMerge)
	case marked && d != Systemd: // there the mark is part of a name
		text, err := merge(rest, d, vars, gone)
		if err != nil {
			return nil, err
		}
		return append([]byte(bom), text...), nil
	}
	return merge(existing, d, vars, gone)
}

// merge is Merge without a byte order mark.
func merge(existing []byte, d Dialect, vars []Var, gone []string) ([]byte, error) {
	r, err := d.rulesFor(vars)
	if err != nil {
		return nil, err
	}
	if d == JSON && len(bytes.TrimSpace(existing)) > 0 {
		return mergeJSON(existing, vars, gone)
	}
	if r.split == nil {
		return nil, fmt.Errorf("%s: %w", d, ErrNoMerge)
	}
	own := make(map[string]bool, len(vars))
	missing := make(map[string]bool, len(vars))
	assign := make(map[string]string, len(vars))
	for _, v := range vars {
		own[v.Name], missing[v.Name] = true, true
		assign[v.Name] = strings.TrimSuffix(string(r.export(nil, []Var{v})), "\n")
	}
	for _, name := range gone {
		own[name] = true
	}
	entries, err := split(string(existing), own, r.split)
	if err != nil {
		return nil, err
	}
	eol := lineEnd(string(existing))
	var b strings.Builder
	for _, e := range entries {
		if e.name == "" {
			b.WriteString(e.text)
			continue
		}
		text, kept := assign[e.name]
		if !kept {
			continue
		}
		delete(missing, e.name)
		if e.after != "" && text == e.name+"=" {
			text += "''" // or the comment would be the value
		}
		b.WriteString(e.before + text + e.after + lineBreak(e.text))
	}
	if b.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
		b.WriteString(eol)
	}
	for _, v := range vars {
		if missing[v.Name] {
			b.WriteString(assign[v.Name] + eol)
		}
	}
	// A removed quote may have closed another one.
	if _, err := split(b.String(), own, r.split); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}

func split(text string, own map[string]bool, cut lineParser) ([]entry, error) {
	for i, line := range lines(text) {
		if strings.ContainsAny(line, "\x00\x1a") {
			return nil, refuse(i, "contains a NUL or Ctrl-Z character, at which some readers stop")
		}
		if strings.Contains(strings.TrimSuffix(line, lineBreak(line)), "\r") {
			return nil, refuse(i, "contains a carriage return inside a line")
		}
	}
	if len(own) == 0 {
		return []entry{{text: text}}, nil
	}
	return cut(text, own)
}

func refuse(line int, why string) error { return fmt.Errorf("%w: line %d %s", ErrMerge, line+1, why) }

// lines splits text after each line feed.
func lines(text string) []string {
	all := strings.SplitAfter(text, "\n")
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}

// lineEnd returns the line end of text, a line feed if lines differ.
func lineEnd(text string) string {
	if n := strings.Count(text, "\r\n"); n > 0 && n == strings.Count(text, "\n") {
		return "\r\n"
	}
	return "\n"
}

// lineBreak returns the line end of a line, empty if it has none.
func lineBreak(line string) string {
	switch {
	case strings.HasSuffix(line, "\r\n"):
		return "\r\n"
	case strings.HasSuffix(line, "\n"):
		return "\n"
	}
	return ""
}
