package onetime

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// marker precedes the nonce at the end of a description.
const marker = "astra-cli/"

// newNonce returns 64 random bits, which identify a credential whose response was lost.
func newNonce(random io.Reader) (string, error) {
	var bits [8]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return "", fmt.Errorf("random number: %w", err)
	}
	return hex.EncodeToString(bits[:]), nil
}

// mark returns the description with the nonce at its end, followed by the token that a
// rotation replaces: other machines have no journal of it.
func mark(description, nonce, replaces string) string {
	marked := strings.TrimSpace(description + " " + marker + nonce)
	if replaces != "" {
		marked += replacing + replaces
	}
	return marked
}

// replacing separates the nonce and the replaced token.
const replacing = " replaces "

// nonceSize is the length of a nonce in hexadecimal digits.
const nonceSize = 16

// SplitDescription returns a token's description without the mark at its end, and the
// nonce of the mark, which is empty for a token that was issued elsewhere. Services may
// return the mark in other letter case, with its slash escaped, and with text behind
// it, which is removed too.
func SplitDescription(description string) (text, nonce string) {
	lower := strings.ToLower(description)
	name := strings.TrimSuffix(marker, "/")
	at := strings.LastIndex(lower, name)
	if at < 0 || len(lower) != len(description) {
		return description, ""
	}
	for _, slash := range []string{"/", `\/`, "%2f", "&#x2f;", "&#47;", "&sol;"} {
		rest, found := strings.CutPrefix(lower[at+len(name):], slash)
		if !found || len(rest) < nonceSize || strings.Trim(rest[:nonceSize], hexDigits) != "" {
			continue
		}
		if behind := rest[nonceSize:]; behind == "" || !strings.ContainsAny(behind[:1], hexDigits) {
			return strings.TrimSuffix(description[:at], " "), rest[:nonceSize]
		}
	}
	return description, ""
}

// Replaces returns the client ID of the token that this one replaces, as its
// description says, or "". Services may return it in other letter case.
func Replaces(description string) string {
	text, nonce := SplitDescription(description)
	if nonce == "" {
		return ""
	}
	_, behind, _ := strings.Cut(strings.ToLower(description[len(text):]), nonce)
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

// isMarked reports whether a description has a nonce, even if the service changed the
// text around it: 64 random bits do not match by chance.
func isMarked(description, nonce string) bool {
	return nonce != "" && strings.Contains(strings.ToLower(description), nonce)
}
