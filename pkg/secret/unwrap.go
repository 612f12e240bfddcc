package secret

import "bytes"

const (
	// longestGap is the maximum distance of two lines of a wrapped token:
	// quotes, a continuation, a prefix of comments or quotations, spaces.
	longestGap = 256
	// gapLines is the maximum number of line ends in it.
	gapLines = 2
)

// unwrap returns the letters, digits and colons of a text with a space for
// everything between them, but nothing for invisible characters and what may
// wrap a line, so that a wrapped token is joined.
func unwrap(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		switch hidden := invisibleSize(text[i:]); {
		case hidden > 0:
			i += hidden
		case inToken(text[i]):
			out = append(out, text[i])
			i++
		default:
			size, wraps := whitespace(text[i:])
			if !wraps {
				out = append(out, ' ')
			}
			i += size
		}
	}
	return out
}

func inToken(c byte) bool { return isLetter(c) || '0' <= c && c <= ':' }

// whitespace returns the size of what separates two words, and reports whether
// it may be a wrap.
func whitespace(text []byte) (size int, wraps bool) {
	lines := 0
	for size < len(text) && !inToken(text[size]) {
		if hidden := invisibleSize(text[size:]); hidden > 0 {
			size += hidden
			continue
		}
		if c := text[size]; c == '\n' || c == '\r' && !bytes.HasPrefix(text[size+1:], []byte("\n")) {
			lines++
		}
		size++
	}
	return size, lines > 0 && lines <= gapLines && size <= longestGap
}

// invisibleSize returns the size of invisible text that may be copied with a token:
// the second byte of UTF-16, terminal colors, zero-width spaces.
func invisibleSize(text []byte) int {
	switch text[0] {
	case 0:
		return 1
	case 0x1b:
		return colorSize(text)
	case 0xc2:
		return prefixSize(text, "\u00ad")
	case 0xe2:
		return max(prefixSize(text, "\u200b"), prefixSize(text, "\u200c"), prefixSize(text, "\u200d"), prefixSize(text, "\u2060"))
	case 0xef:
		return prefixSize(text, "\ufeff")
	}
	return 0
}

func prefixSize(text []byte, hidden string) int {
	if bytes.HasPrefix(text, []byte(hidden)) {
		return len(hidden)
	}
	return 0
}

// colorSize returns the size of ESC [, numbers, and a letter.
func colorSize(text []byte) int {
	const longest = 32
	if len(text) < 2 || text[1] != '[' {
		return 0
	}
	for i := 2; i < len(text) && i < longest; i++ {
		switch c := text[i]; {
		case isLetter(c):
			return i + 1
		case c != ';' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}
