package envfile

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// exportSh writes text that means the same whether a shell evaluates it
// unchanged or, after an unquoted eval $(…), splits it into words, expands file
// name patterns, and joins the words with single spaces. Quotes do not prevent
// that, because they are only text at that stage. So bytes that could be split
// or expanded are not written: each comes from a helper variable, which printf
// sets from its octal code. The helpers are constants, so no part of a secret
// is an argument of a command.
//
// The text is ASCII. A shell decodes its input in its locale, and in some, such
// as GB18030, a byte beyond ASCII forms one character with the following quote,
// backslash or letter.
func exportSh(b []byte, vars []Var) []byte {
	h := helpers{unit: unitSh, seen: map[string]bool{}}
	worst := anyShell
	for _, v := range vars {
		takes := shellsFor(v.Value)
		if worst = max(worst, takes); takes != anyShell {
			b = h.defineDecoder(b)
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

// shells classifies the shells that can store a value. All but yash keep any
// bytes; yash keeps characters of its locale and silently drops the rest.
type shells int

const (
	anyShell shells = iota
	yashInUTF8
	noYash
)

func shellsFor(value string) shells {
	switch {
	case isASCII(value):
		return anyShell
	case utf8.ValidString(value):
		return yashInUTF8
	}
	return noYash
}

// test returns a condition before a command, so that a shell that cannot store
// the value does not set the variable and fails.
func (t shells) test() string {
	switch t {
	case yashInUTF8:
		return `test "$_astra" = "${YASH_VERSION:+8364}" && `
	case noYash:
		return `test "" = "${YASH_VERSION:+y}" && `
	case anyShell:
	}
	return ""
}

// helpers writes values with the helper variables that they need.
type helpers struct {
	unit  func(value string, i int) int // size of the unit at i that needs a helper, 0 for a literal byte
	seen  map[string]bool
	names []string // of the variables, in order of definition

	decodes bool // decoding was written
}

// define writes the definitions of missing helpers for value.
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

// defineDecoder writes, once, the variable for the conditions: the code point to
// which yash decodes the bytes of U+20AC (8364).
func (h *helpers) defineDecoder(b []byte) []byte {
	if h.decodes {
		return b
	}
	h.decodes = true
	h.names = append(h.names, "_astra", "_astraeuro")
	return append(b, "_astraeuro=\"`printf '\\342\\202\\254.'`\";_astra=\"\";\n"+
		"test y = \"${YASH_VERSION:+y}\" && _astra=`printf '%d' \"'$_astraeuro\"`;\n"...)
}

// appendValue writes a value: literal parts in single quotes, and helpers.
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

// appendName writes the name of the helper for a unit.
func appendName(b []byte, unit string) []byte {
	const octal = "01234567"
	b = append(b, "_astra"...)
	for i := range len(unit) {
		c := unit[i]
		b = append(b, octal[c>>6], octal[c>>3&7], octal[c&7])
	}
	return b
}

// unset writes commands that unset the helpers.
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

// unitSh keeps the bytes of a character together, as yash requires.
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

// safeSh reports whether no shell splits at byte i of value, expands it or
// treats it specially within single quotes. After a colon, zsh may expand
// =command.
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
