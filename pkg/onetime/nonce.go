package onetime

import (
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// marker is what stands before the nonce at the end of a description.
const marker = "astra-cli/"

var marked = regexp.MustCompile(`^(?s)(.*?) ?` + marker + `([0-9a-f]{16})$`)

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
	if m := marked.FindStringSubmatch(description); m != nil {
		return m[1], m[2]
	}
	return description, ""
}
