package onetime

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// marker is what stands before the nonce at the end of a description.
const marker = "astra-cli/"

// nonceSize is the length of a nonce in hexadecimal digits.
const nonceSize = 16

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

// SplitDescription returns a token's description without the nonce that this
// program put at its end, and the nonce, which is empty for a token that was
// made elsewhere.
func SplitDescription(description string) (text, nonce string) {
	at := strings.LastIndex(description, marker)
	if at < 0 {
		return description, ""
	}
	nonce = description[at+len(marker):]
	if len(nonce) != nonceSize || strings.Trim(nonce, "0123456789abcdef") != "" {
		return description, ""
	}
	return strings.TrimSuffix(description[:at], " "), nonce
}

// isMarked reports whether a description carries a nonce, whatever the service made
// of the letters and signs around it: 64 random bits are not there by chance.
func isMarked(description, nonce string) bool {
	return nonce != "" && strings.Contains(strings.ToLower(description), nonce)
}
