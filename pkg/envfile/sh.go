package envfile

import (
	"fmt"
	"strings"
)

// maxValue keeps a value well below the 128 KiB at which Linux lets a shell
// start no command any more.
const maxValue = 64 << 10

func checkShell(value string) string {
	switch {
	case strings.ContainsRune(value, 0):
		return "holds a NUL byte"
	case len(value) > maxValue:
		return "is longer than 64 KiB"
	}
	return ""
}

// exportSh writes text that means the same whether the shell reads it as it is
// or, after an unquoted eval $(…), splits it into words, expands those that
// look like file name patterns, and joins them by single blanks. Quotes do not
// protect from that, because they are only text at that stage. So nothing that
// could be split or expanded is written at all: each such byte comes out of a
// helper variable, which printf fills from its octal number. The helpers hold
// constants, so no part of a secret is ever an argument of a command.
func exportSh(b []byte, vars []Var) []byte {
	var helpers [256]bool
	for _, v := range vars {
		b = appendHelpers(b, v.Value, &helpers)
		b = append(append(b, "export "...), v.Name...)
		b = append(b, '=')
		b = appendSh(b, v.Value)
		b = append(b, ";\n"...)
	}
	return unsetHelpers(b, &helpers)
}

// appendHelpers defines the helpers that value needs and done does not have.
// The full stop keeps a newline from being cut off by the substitution, and the
// quotes round the backticks keep zsh from expanding what they return.
func appendHelpers(b []byte, value string, done *[256]bool) []byte {
	for i := range len(value) {
		c := value[i]
		if safeSh(value, i) || done[c] {
			continue
		}
		done[c] = true
		b = fmt.Appendf(b, "_astra%03o=\"`printf '\\%03o.'`\";_astra%03o=\"${_astra%03o%%.}\";\n", c, c, c, c)
	}
	return b
}

func appendSh(b []byte, value string) []byte {
	if value == "" {
		return append(b, "''"...)
	}
	const octal = "01234567"
	quoted := false
	for i := range len(value) {
		c := value[i]
		if safe := safeSh(value, i); safe != quoted {
			b, quoted = append(b, '\''), safe
		}
		if quoted {
			b = append(b, c)
			continue
		}
		b = append(b, `"$_astra`...)
		b = append(b, octal[c>>6], octal[c>>3&7], octal[c&7], '"')
	}
	if quoted {
		b = append(b, '\'')
	}
	return b
}

func unsetHelpers(b []byte, helpers *[256]bool) []byte {
	first := true
	for c, used := range helpers {
		if !used {
			continue
		}
		if first {
			b, first = append(b, "unset"...), false
		}
		b = fmt.Appendf(b, " _astra%03o", c)
	}
	if !first {
		b = append(b, ";\n"...)
	}
	return b
}

func unsetSh(b []byte, name string) []byte { return fmt.Appendf(b, "unset %s;\n", name) }

// safeSh tells whether byte i of value is one that no shell splits at, expands
// or treats as special within single quotes. Bytes of UTF-8 sequences are, so
// that no sequence is ever torn apart. After a colon zsh can be set to expand
// =command.
func safeSh(value string, i int) bool {
	c := value[i]
	if c == '=' && i > 0 && value[i-1] == ':' {
		return false
	}
	return c >= 0x80 || safeEverywhere(c)
}

// safeEverywhere tells the bytes that need no quotes in any shell or format.
func safeEverywhere(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_%+,./:@=-", c) >= 0
}
