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

// mark returns the description with the nonce at its end.
func mark(description, nonce string) string {
	return strings.TrimSpace(description + " " + marker + nonce)
}

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

const hexDigits = "0123456789abcdef"

// isMarked reports whether a description carries a nonce, whatever the service made
// of the letters and signs around it: 64 random bits are not there by chance.
func isMarked(description, nonce string) bool {
	return nonce != "" && strings.Contains(strings.ToLower(description), nonce)
}
