package textfile_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/astra-admin/astra/pkg/textfile"
)

// decodeUTF16 encodes a text as UTF-16 with a byte order mark.
func decodeUTF16(text string, order binary.AppendByteOrder) string {
	data := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		data = order.AppendUint16(data, unit)
	}
	return string(data)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, data, want string }{
		{"nothing", "", ""},
		{"a mark and nothing", "\ufeff", ""},
		{"UTF-8", "ada\nzoë\n", "ada\nzoë\n"},
		{"a byte order mark", "\ufeffada\n", "ada\n"},
		{"a second mark is a character of the text", "\ufeff\ufeffada\n", "\ufeffada\n"},
		{"a mark in the middle", "ada\n\ufeffbob\n", "ada\n\ufeffbob\n"},
		{"CR LF", "ada\r\nbob\r\n", "ada\nbob\n"},
		{"CR", "ada\rbob\r", "ada\nbob\n"},
		{"mixed line ends", "ada\r\nbob\rcyd\n\r\n", "ada\nbob\ncyd\n\n"},
		{"UTF-16 of Windows", decodeUTF16("ada\r\nзоя\r\n𐐷\r\n", binary.LittleEndian), "ada\nзоя\n𐐷\n"},
		{"UTF-16, big end first", decodeUTF16("ada\nzoë\n", binary.BigEndian), "ada\nzoë\n"},
		{"two marks of UTF-16", decodeUTF16("\ufeffada", binary.LittleEndian), "\ufeffada"},
		{"a UTF-16 mark and nothing", decodeUTF16("", binary.LittleEndian), ""},
		{"Ctrl-Z of DOS", "ada\r\n\x1a", "ada\n"},
		{"Ctrl-Z and a line end", "ada\r\n\x1a\r\n", "ada\n"},
		{"NUL bytes behind the text", "ada" + strings.Repeat("\x00", 500), "ada"},
		{"NUL behind UTF-16", decodeUTF16("ada\r\n\x00", binary.LittleEndian), "ada\n"},
		{"Ctrl-Z within a line stays", "a\x1ab\n", "a\x1ab\n"},
		{"separators of Unicode are characters of a line", "a\u0085b\u2028c\u2029d\n", "a\u0085b\u2028c\u2029d\n"},
		{"the same in UTF-16", decodeUTF16("a\u2028b\r\n", binary.BigEndian), "a\u2028b\n"},
		{"CR and NUL behind the text", "ada\r\x00\x00", "ada\n"},
		{"CR CR LF", "ada\r\r\nbob", "ada\n\nbob"},
		{"the replacement character is a character", "a\ufffdb\n", "a\ufffdb\n"},
	} {
		got, err := textfile.Decode([]byte(test.data))
		if err != nil || got != test.want {
			t.Errorf("%s: %q, %v; want %q", test.name, got, err, test.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	western := decodeUTF16("ada@example.com\r\n", binary.LittleEndian)
	for _, test := range []struct{ name, data, want string }{
		{"Latin-1", "ada\nzo\xeb\n", "line 2: not UTF-8 text; save the file as UTF-8"},
		{"Latin-1 behind CR LF", "a\r\nb\r\nzo\xeb", "line 3: not UTF-8 text; save the file as UTF-8"},
		{"Latin-1 behind CR", "a\rb\rc\rzo\xeb", "line 4: not UTF-8 text; save the file as UTF-8"},
		{"an overlong NUL", "ada\n\xc0\x80", "line 2: not UTF-8 text; save the file as UTF-8"},
		{"an overlong slash", "\xe0\x80\xaf", "line 1: not UTF-8 text; save the file as UTF-8"},
		{"beyond Unicode", "a\xf4\x90\x80\x80", "line 1: not UTF-8 text; save the file as UTF-8"},
		{"a character that is cut off", "ada\nzo\xc3", "line 2: not UTF-8 text; save the file as UTF-8"},
		{"a surrogate in UTF-8", "\xed\xa0\x80", "line 1: not UTF-8 text; save the file as UTF-8"},
		{"NUL in the text", "ada@example.com\nb\x00b@example.com\n", "line 2: a NUL byte; if this file is UTF-16, save it as UTF-8"},
		{"UTF-16 without a mark", western[2:], "this file is UTF-16 without a byte order mark; save it as UTF-8"},
		{"the same, big end first", decodeUTF16("ada@example.com\n", binary.BigEndian)[2:], "this file is UTF-16 without a byte order mark; save it as UTF-8"},
		{"the same in Cyrillic", decodeUTF16("ада\nзоя\n", binary.LittleEndian)[2:], "line 2: a NUL byte; if this file is UTF-16, save it as UTF-8"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "this file is UTF-32; save it as UTF-8"},
		{"UTF-32, big end first", "\x00\x00\xfe\xff\x00\x00\x00a", "this file is UTF-32; save it as UTF-8"},
		{"half a pair", "\xff\xfea\x00\n\x00\x00\xd8b\x00", "line 2: half of a UTF-16 character; save the file as UTF-8"},
		{"half a pair at the end", "\xff\xfea\x00\x00\xd8", "line 1: half of a UTF-16 character; save the file as UTF-8"},
		{"half a unit", western + "a", "line 2: the file ends within a UTF-16 character"},
	} {
		got, err := textfile.Decode([]byte(test.data))
		if _, ok := errors.AsType[*textfile.Error](err); !ok || err.Error() != test.want || got != "" {
			t.Errorf("%s: %q, %v; want %s", test.name, got, err, test.want)
		}
	}
}

// FuzzDecode checks that results are text, and that text in any encoding is
// decoded unchanged.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"ada\nbob\n", "\ufeffa\r\nb", "\xff\xfea\x00", "a\x00b", "zo\xeb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		text, err := textfile.Decode([]byte(data))
		if err == nil && (!utf8.ValidString(text) || strings.ContainsAny(text, "\r\x00")) {
			t.Errorf("%q: %q", data, text)
		}
		if !utf8.ValidString(data) || strings.ContainsRune(data, 0) {
			return
		}
		plain, err := textfile.Decode([]byte("\ufeff" + data))
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			if got, err := textfile.Decode([]byte(decodeUTF16(data, order))); err != nil || got != plain {
				t.Errorf("%q: %q, %v", data, got, err)
			}
		}
	})
}
