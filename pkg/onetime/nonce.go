package onetime

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// marker is what stands before the nonce at the end of a description.
const marker = "astra-cli/"

// newNonce returns 64 random bits, by which a credential whose answer was lost
// is known again.
func newNonce(random io.Reader) (string, error) {
	var bits [8]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return "", fmt.Errorf("random number: %w", err)
	}
	return hex.EncodeToString(bits[:]), nil
}

// mark returns the description with the nonce at its end, and behind it the token that
// a rotation replaces: a machine without the journal learns it from nothing else.
func mark(description, nonce, replaces string) string {
	marked := strings.TrimSpace(description + " " + marker + nonce)
	if replaces != "" {
		marked += replacing + replaces
	}
	return marked
}

// replacing is what stands between the nonce and the replaced token.
const replacing = " replaces "

// nonceSize is the length of a nonce in hexadecimal digits.
const nonceSize = 16

// SplitDescription returns a token's description without the mark that this program
// put at its end, and the nonce in it, which is empty for a token that was made
// elsewhere. Services may give the mark back in other letter case, with its slash
// escaped, and with something behind it, which goes with it.
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

// Replaces returns the client id of the token that a rotation made this one to
// replace, as its description says, or "". Services may give it back in other letter
// case.
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

// isMarked reports whether a description carries a nonce, whatever the service made
// of the letters and signs around it: 64 random bits are not there by chance.
func isMarked(description, nonce string) bool {
	return nonce != "" && strings.Contains(strings.ToLower(description), nonce)
}
