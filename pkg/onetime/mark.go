package onetime

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// markPrefix precedes the mark at the end of a description.
const markPrefix = "astra-cli/"

// newMark returns 64 random bits in hexadecimal, which identify a credential whose response was lost.
func newMark(random io.Reader) (string, error) {
	var bits [8]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return "", fmt.Errorf("random number: %w", err)
	}
	return hex.EncodeToString(bits[:]), nil
}

// addMark returns the description with the mark at its end, followed by the token that a
// rotation replaces: other machines have no journal of it.
func addMark(description, mark, replaces string) string {
	marked := strings.TrimSpace(description + " " + markPrefix + mark)
	if replaces != "" {
		marked += replacing + replaces
	}
	return marked
}

// replacing separates the mark and the replaced token.
const replacing = " replaces "

// markSize is the length of a mark in hexadecimal digits.
const markSize = 16

// SplitDescription returns a token's description without the mark at its end, and the
// mark, which is empty for a token that was issued elsewhere. Services may
// return the mark in other letter case, with its slash escaped, and with text behind
// it, which is removed too.
func SplitDescription(description string) (text, mark string) {
	lower := strings.ToLower(description)
	name := strings.TrimSuffix(markPrefix, "/")
	at := strings.LastIndex(lower, name)
	if at < 0 || len(lower) != len(description) {
		return description, ""
	}
	for _, slash := range []string{"/", `\/`, "%2f", "&#x2f;", "&#47;", "&sol;"} {
		rest, found := strings.CutPrefix(lower[at+len(name):], slash)
		if !found || len(rest) < markSize || strings.Trim(rest[:markSize], hexDigits) != "" {
			continue
		}
		if behind := rest[markSize:]; behind == "" || !strings.ContainsAny(behind[:1], hexDigits) {
			return strings.TrimSuffix(description[:at], " "), rest[:markSize]
		}
	}
	return description, ""
}

// Replaces returns the client ID of the token that this one replaces, as its
// description says, or "". Services may return it in other letter case.
func Replaces(description string) string {
	text, mark := SplitDescription(description)
	if mark == "" {
		return ""
	}
	_, behind, _ := strings.Cut(strings.ToLower(description[len(text):]), mark)
	if !strings.HasPrefix(behind, replacing) {
		return ""
	}
	at := len(description) - len(behind) + len(replacing)
	id := description[at:]
	if end := strings.IndexFunc(id, func(r rune) bool { return !isIDLetter(r) }); end >= 0 {
		id = id[:end]
	}
	return id
}

func isIDLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
}

const hexDigits = "0123456789abcdef"

// hasMark reports whether a description has a mark, even if the service changed the
// text around it: 64 random bits do not match by chance.
func hasMark(description, mark string) bool {
	return mark != "" && strings.Contains(strings.ToLower(description), mark)
}
