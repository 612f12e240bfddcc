// Package textfile decodes text files with any byte order mark, encoding and
// line ends.
package textfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Error reports a file that is not text. It never quotes the file, which may be
// secret.
type Error struct {
	Line int // 0 for the whole file
	Why  string
}

// Error returns line and reason.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Why
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Why)
}

const (
	mark = "\ufeff" // the byte order mark
	// trailers are characters that old programs write at the end: NUL, and the
	// Ctrl-Z of DOS.
	trailers = "\x00\x1a"
)

// Decode returns the text of a file as UTF-8 with line feeds. It accepts UTF-8,
// with or without a byte order mark, and UTF-16 with one; lines that end with
// CR LF, CR or LF; and NUL or Ctrl-Z at the end. Anything else is an *Error.
func Decode(data []byte) (string, error) {
	text, err := decode(data)
	if err != nil {
		return "", err
	}
	text = trimTrailers(text)
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	if at := invalidOffset(text); at >= 0 {
		return "", &Error{lineAt(text, at), "not UTF-8 text; save the file as UTF-8"}
	}
	if at := strings.IndexByte(text, 0); at >= 0 {
		return "", &Error{lineAt(text, at), "a NUL byte; if this file is UTF-16, save it as UTF-8"}
	}
	return text, nil
}

// Encoding returns the detected encoding of a file if it is not UTF-8, or "".
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

// decode decodes a file by its byte order mark and removes the mark.
func decode(data []byte) (string, error) {
	switch encoding := Encoding(data); {
	case encoding == "":
		return strings.TrimPrefix(string(data), mark), nil
	case encoding != "UTF-16":
		return "", &Error{0, "this file is " + encoding + "; save it as UTF-8"}
	case data[0] == 0xff:
		return decodeUTF16(data[2:], binary.LittleEndian)
	default:
		return decodeUTF16(data[2:], binary.BigEndian)
	}
}

// decodeUTF16 decodes UTF-16. Half of a surrogate pair is an error: its replacement
// character would be wrong in a name.
func decodeUTF16(data []byte, order binary.ByteOrder) (string, error) {
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

// looksWide reports whether a file is UTF-16 without a mark: then every other
// byte of western text is NUL, always on the same side.
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
	const share = 8 // line ends and spaces alone are more than an eighth of a list
	return (even == 0) != (odd == 0) && share*(even+odd) >= len(data)
}

// trimTrailers removes characters that old programs write at the end.
func trimTrailers(text string) string {
	body := strings.TrimRight(text, trailers+"\r\n")
	if at := strings.IndexAny(text[len(body):], trailers); at >= 0 {
		return text[:len(body)+at]
	}
	return text
}

// invalidOffset returns the offset of the first invalid UTF-8, or -1.
func invalidOffset(text string) int {
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

// lineAt returns the number of the line at an offset.
func lineAt(text string, at int) int {
	before := strings.ReplaceAll(text[:at], "\r\n", "\n")
	return 1 + strings.Count(before, "\n") + strings.Count(before, "\r")
}
