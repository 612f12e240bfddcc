package sandbox

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
)

// tokenParts returns the client id in an application token, and reports whether it has the form of one.
func tokenParts(text string) (clientID string, ok bool) {
	rest, found := strings.CutPrefix(text, "AstraCS:")
	clientID, digest, cut := strings.Cut(rest, ":")
	letter := func(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }
	return clientID, found && cut && len(clientID) == 24 && len(digest) == 64 &&
		strings.TrimFunc(clientID, letter) == "" && strings.Trim(digest, "0123456789abcdef") == ""
}

// The ids and words of the two refusals are the service's, its unfilled
// placeholders included: scripts look for them.
func errTokenForm() error {
	return &apiError{status: http.StatusUnauthorized, id: 340012, message: "invalid token format", always: true}
}

func errTokenUnknown() error {
	return &apiError{
		status: http.StatusUnauthorized, id: 340018, always: true,
		message: "Resource not found: token with identifier: auth-manager returned 404 for call %s/v2/admin/tokens?%s",
	}
}

// authenticate finds the caller and the caller's roles. A token that has
// expired is as unknown as one that was deleted.
func (c *request) authenticate() error {
	text, found := strings.CutPrefix(c.authorization, "Bearer ")
	clientID, formed := tokenParts(text)
	if !found || !formed {
		return errTokenForm()
	}
	t, found, err := tokens().find(c.tx, clientID)
	if err != nil {
		return err
	}
	if !found || subtle.ConstantTimeCompare([]byte(t.Hash), []byte(hash(text))) != 1 || t.expired(c.now) || c.delayed(t) {
		return errTokenUnknown()
	}
	return c.become(t)
}

// org returns the organization of the caller.
func (c *request) org() string { return cmp.Or(c.caller.OrgID, c.meta.OrgID) }

// become makes the holder of a token the caller.
func (c *request) become(t token) error {
	c.caller = t
	for _, id := range t.Roles {
		r, found, err := findRole(c.tx, id)
		if err != nil {
			return err
		}
		if found { // a token keeps the ids of roles that were deleted
			c.roles = append(c.roles, r)
		}
	}
	return nil
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
