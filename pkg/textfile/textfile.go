// Package textfile decodes the text files that people write: with the byte order
// mark, the encoding and the line ends of their system.
package textfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Error says why a file is not text, and where. It never carries a part of the
// file, which may be a secret.
type Error struct {
	Line int // 0 where the whole file is to blame
	Why  string
}

// Error names the line and the reason.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Why
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Why)
}

const (
	mark = "\ufeff" // the byte order mark
	// ends is what old programs write behind the last line: NUL bytes, and the
	// Ctrl-Z of DOS.
	ends = "\x00\x1a"
)

// Decode returns the text of a file as UTF-8 with line feeds. It takes UTF-8, with
// or without a byte order mark, and UTF-16 with one; lines that end with CR LF, CR
// or LF; and NUL bytes or a Ctrl-Z behind the text. Anything else is an *Error.
func Decode(data []byte) (string, error) {
	text, err := decode(data)
	if err != nil {
		return "", err
	}
	text = withoutEnd(text)
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	if at := invalid(text); at >= 0 {
		return "", &Error{lineAt(text, at), "not UTF-8 text; save the file as UTF-8"}
	}
	if at := strings.IndexByte(text, 0); at >= 0 {
		return "", &Error{lineAt(text, at), "a NUL byte; if this file is UTF-16, save it as UTF-8"}
	}
	return text, nil
}

// Encoding returns the name of the encoding that a file has instead of UTF-8, as
// far as its bytes tell, and else "".
func Encoding(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(data, []byte{0, 0, 0xfe, 0xff}):
		return "UTF-32"
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return "UTF-16"
	case looksWide(data):
		return "UTF-16 without a byte order mark"
	}
	return ""
}

// decode returns the text of a file in the encoding that its mark names, without
// the mark.
func decode(data []byte) (string, error) {
	switch encoding := Encoding(data); {
	case encoding == "":
		return strings.TrimPrefix(string(data), mark), nil
	case encoding != "UTF-16":
		return "", &Error{0, "this file is " + encoding + "; save it as UTF-8"}
	case data[0] == 0xff:
		return wide(data[2:], binary.LittleEndian)
	default:
		return wide(data[2:], binary.BigEndian)
	}
}

// wide decodes UTF-16. A half of a pair is an error: the character that would take
// its place is in no name.
func wide(data []byte, order binary.ByteOrder) (string, error) {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	var text strings.Builder
	text.Grow(len(units))
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) {
			if i++; i < len(units) {
				r = utf16.DecodeRune(r, rune(units[i]))
			}
			if r == utf8.RuneError || utf16.IsSurrogate(r) {
				return "", &Error{lineAt(text.String(), text.Len()), "half of a UTF-16 character; save the file as UTF-8"}
			}
		}
		text.WriteRune(r)
	}
	if len(data)%2 != 0 {
		return "", &Error{lineAt(text.String(), text.Len()), "the file ends within a UTF-16 character"}
	}
	return text.String(), nil
}

// looksWide reports whether a file is UTF-16 without a mark: every other byte of
// western text is then NUL, on one side of the letters only.
func looksWide(data []byte) bool {
	data = bytes.TrimRight(data, "\x00")
	var even, odd int
	for i, b := range data {
		switch {
		case b != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	const share = 8 // line ends and blanks alone are more than an eighth of a list
	return (even == 0) != (odd == 0) && share*(even+odd) >= len(data)
}

// withoutEnd takes away what old programs write behind the last line.
func withoutEnd(text string) string {
	body := strings.TrimRight(text, ends+"\r\n")
	if at := strings.IndexAny(text[len(body):], ends); at >= 0 {
		return text[:len(body)+at]
	}
	return text
}

// invalid returns where the first bytes that are not UTF-8 are, or -1.
func invalid(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, r := range text {
		if r != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
			return i
		}
	}
	return -1
}

// lineAt returns the number of the line that holds the byte at an offset.
func lineAt(text string, at int) int {
	before := strings.ReplaceAll(text[:at], "\r\n", "\n")
	return 1 + strings.Count(before, "\n") + strings.Count(before, "\r")
}
