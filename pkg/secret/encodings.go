package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// encodings returns s and what programs make of it on its way: quoted, escaped,
// encoded, or backwards. Each is a text that a message may hold.
func encodings(s string) []string {
	if failpoint.Disabled("encoded-redaction") {
		return []string{s}
	}
	digits := hex.EncodeToString([]byte(s))
	all := []string{
		s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), unaligned(strconv.Quote(s)),
		digits, strings.ToUpper(digits), backwards(s),
	}
	if quoted, err := json.Marshal(s); err == nil {
		all = append(all, unaligned(string(quoted)))
	}
	for before := range 3 {
		all = append(all, withDeadline(base64.RawStdEncoding, bitsOfBase64, s, before), withDeadline(base64.RawURLEncoding, bitsOfBase64, s, before))
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) }) // what holds another form comes before it
	return slices.DeleteFunc(all, func(form string) bool { return len(form) < minimum })
}

const (
	bitsOfByte   = 8
	bitsOfBase64 = 6
	bitsOfBase32 = 5
)

// An encoding writes bytes in digits of a number of bits.
type encoding interface{ EncodeToString(b []byte) string }

// withDeadline returns the part of an encoded text that s alone decides, where so many
// bytes are encoded in front of it and any behind it.
func withDeadline(encoding encoding, bitsOfDigit int, s string, before int) string {
	text := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + s))
	first := (before*bitsOfByte + bitsOfDigit - 1) / bitsOfDigit
	last := (before + len(s)) * bitsOfByte / bitsOfDigit
	return text[first:last]
}

// unaligned takes the quotes away.
func unaligned(quoted string) string { return quoted[1 : len(quoted)-1] }

func backwards(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}
