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

// encodings returns s and its common encodings: quoted, escaped, encoded, or
// reversed.
func encodings(s string) []string {
	if failpoint.Disabled("encoded-redaction") {
		return []string{s}
	}
	digits := hex.EncodeToString([]byte(s))
	all := []string{
		s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), unquote(strconv.Quote(s)),
		digits, strings.ToUpper(digits), reverse(s),
	}
	if quoted, err := json.Marshal(s); err == nil {
		all = append(all, unquote(string(quoted)))
	}
	for before := range 3 {
		all = append(all, alignedDigits(base64.RawStdEncoding, bitsOfBase64, s, before), alignedDigits(base64.RawURLEncoding, bitsOfBase64, s, before))
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) }) // longer forms, which contain others, first
	return slices.DeleteFunc(all, func(form string) bool { return len(form) < minSecretLength })
}

const (
	bitsOfByte   = 8
	bitsOfBase64 = 6
	bitsOfBase32 = 5
)

// encoding encodes bytes with a fixed number of bits per digit.
type encoding interface{ EncodeToString(b []byte) string }

// alignedDigits returns the digits that depend only on s, if before bytes
// precede it and any bytes follow.
func alignedDigits(encoding encoding, bitsOfDigit int, s string, before int) string {
	text := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + s))
	first := (before*bitsOfByte + bitsOfDigit - 1) / bitsOfDigit
	last := (before + len(s)) * bitsOfByte / bitsOfDigit
	return text[first:last]
}

// unquote removes the quotes.
func unquote(quoted string) string { return quoted[1 : len(quoted)-1] }

func reverse(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}
