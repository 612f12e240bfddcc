package envfile

import "fmt"

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
		b = appendSh(b, v.Value, safeSh)
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

func appendSh(b []byte, value string, isSafe func(value string, i int) bool) []byte {
	if value == "" {
		return append(b, "''"...)
	}
	const octal = "01234567"
	quoted := false
	for i := range len(value) {
		c := value[i]
		if safe := isSafe(value, i); safe != quoted {
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
