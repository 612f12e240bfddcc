package envfile

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// exportSh writes text that means the same whether the shell reads it as it is
// or, after an unquoted eval $(…), splits it into words, expands those that
// look like file name patterns, and joins them by single blanks. Quotes do not
// protect from that, because they are only text at that stage. So nothing that
// could be split or expanded is written at all: each such byte comes out of a
// helper variable, which printf fills from its octal number. The helpers hold
// constants, so no part of a secret is ever an argument of a command.
//
// The whole text is ASCII. A shell decodes what it reads as its locale says, and
// in some of them, such as GB18030, a byte beyond ASCII makes one character with
// the quote, the backslash or the letter that follows it.
func exportSh(b []byte, vars []Var) []byte {
	h := helpers{unit: unitSh, seen: map[string]bool{}}
	worst := anyShell
	for _, v := range vars {
		takes := takersOf(v.Value)
		if worst = max(worst, takes); takes != anyShell {
			b = h.decoding(b)
		}
		b = h.define(b, v.Value, func(b []byte, name, octal string) []byte {
			return fmt.Appendf(b, "%s=\"`printf '%s.'`\";%s=\"${%s%%.}\";\n", name, octal, name, name)
		})
		b = append(append(append(b, takes.test()...), "export "...), v.Name...)
		b = append(b, '=')
		b = h.appendValue(b, v.Value)
		b = append(b, ";\n"...)
	}
	return h.unset(append(b, worst.test()...))
}

// takers are the shells that can have a value in a variable. All but yash keep any
// bytes; yash keeps characters of its locale and drops everything else without a
// word.
type takers int

const (
	anyShell takers = iota
	yashInUTF8
	noYash
)

func takersOf(value string) takers {
	switch {
	case isASCII(value):
		return anyShell
	case utf8.ValidString(value):
		return yashInUTF8
	}
	return noYash
}

// test returns a condition for the command that follows, so that a shell which
// cannot have the value does not set the variable and ends with a failing status.
func (t takers) test() string {
	switch t {
	case yashInUTF8:
		return `test "$_astra" = "${YASH_VERSION:+8364}" && `
	case noYash:
		return `test "" = "${YASH_VERSION:+y}" && `
	case anyShell:
	}
	return ""
}

// A helpers writes values with the helper variables that they need.
type helpers struct {
	unit  func(value string, i int) int // the size of what needs a helper at i, 0 for a byte that stands for itself
	seen  map[string]bool
	names []string // of the variables, in the order in which they were made

	decodes bool // it was asked how the shell decodes
}

// define writes the definitions of the helpers that value needs and that are not
// there yet.
func (h *helpers) define(b []byte, value string, definition func(b []byte, name, octal string) []byte) []byte {
	for i := 0; i < len(value); {
		size := h.unit(value, i)
		if size > 0 && !h.seen[value[i:i+size]] {
			unit := value[i : i+size]
			name := string(appendName(nil, unit))
			h.seen[unit] = true
			h.names = append(h.names, name)
			var octal []byte
			for _, c := range []byte(unit) {
				octal = fmt.Appendf(octal, `\%03o`, c)
			}
			b = definition(b, name, string(octal))
		}
		i += max(size, 1)
	}
	return b
}

// decoding writes, once, what the conditions look at: the number of the character
// that yash decodes the bytes of U+20AC (8364) to.
func (h *helpers) decoding(b []byte) []byte {
	if h.decodes {
		return b
	}
	h.decodes = true
	h.names = append(h.names, "_astra", "_astraeuro")
	return append(b, "_astraeuro=\"`printf '\\342\\202\\254.'`\";_astra=\"\";\n"+
		"test y = \"${YASH_VERSION:+y}\" && _astra=`printf '%d' \"'$_astraeuro\"`;\n"...)
}

// appendValue writes a value: in single quotes what stands for itself, and helpers.
func (h *helpers) appendValue(b []byte, value string) []byte {
	if value == "" {
		return append(b, "''"...)
	}
	quoted := false
	for i := 0; i < len(value); {
		size := h.unit(value, i)
		if plain := size == 0; plain != quoted {
			b, quoted = append(b, '\''), plain
		}
		if size == 0 {
			b = append(b, value[i])
			i++
			continue
		}
		b = append(appendName(append(b, `"$`...), value[i:i+size]), '"')
		i += size
	}
	if quoted {
		b = append(b, '\'')
	}
	return b
}

// appendName writes the name of the helper for some bytes.
func appendName(b []byte, unit string) []byte {
	const octal = "01234567"
	b = append(b, "_astra"...)
	for i := range len(unit) {
		c := unit[i]
		b = append(b, octal[c>>6], octal[c>>3&7], octal[c&7])
	}
	return b
}

// unset takes the helpers away.
func (h *helpers) unset(b []byte) []byte {
	if len(h.names) == 0 {
		return b
	}
	slices.Sort(h.names)
	b = append(b, "unset"...)
	for _, name := range h.names {
		b = append(append(b, ' '), name...)
	}
	return append(b, ";\n"...)
}

// unitSh keeps the bytes of a character together: yash keeps nothing else.
func unitSh(value string, i int) int {
	switch {
	case value[i] >= utf8.RuneSelf:
		_, size := utf8.DecodeRuneInString(value[i:])
		return size
	case safeSh(value, i):
		return 0
	}
	return 1
}

// safeSh tells whether byte i of value is one that no shell splits at, expands
// or treats as special within single quotes. After a colon zsh can be set to
// expand =command.
func safeSh(value string, i int) bool {
	c := value[i]
	if c == '=' && i > 0 && value[i-1] == ':' {
		return false
	}
	return safeEverywhere(c)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
