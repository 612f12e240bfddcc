package sandbox

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
)

// tokenParts returns the client ID of an application token, and whether the
// text has the format of one.
func tokenParts(text string) (clientID string, ok bool) {
	rest, found := strings.CutPrefix(text, "AstraCS:")
	clientID, digest, cut := strings.Cut(rest, ":")
	letter := func(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }
	return clientID, found && cut && len(clientID) == 24 && len(digest) == 64 &&
		strings.TrimFunc(clientID, letter) == "" && strings.Trim(digest, "0123456789abcdef") == ""
}

// The IDs and messages of these errors are the service's, including its
// unexpanded placeholders: scripts match them.
func errNoToken() error {
	return &apiError{status: http.StatusUnauthorized, id: 340002, message: "no bearer token in request", always: true}
}

func errTokenForm() error {
	return &apiError{
		status: http.StatusUnauthorized, id: 340016, always: true,
		message: "Resource, token, was malformed. Error: auth-manager returned 400 for call %s/v2/admin/tokens?%s",
	}
}

func errTokenUnknown() error {
	return &apiError{
		status: http.StatusUnauthorized, id: 340018, always: true,
		message: "Resource not found: token with identifier: auth-manager returned 404 for call %s/v2/admin/tokens?%s",
	}
}

// authenticate sets the caller and the caller's roles. Expired tokens are
// unknown, like deleted ones.
func (c *request) authenticate() error {
	text, found := strings.CutPrefix(c.authorization, "Bearer ")
	clientID, formed := tokenParts(text)
	switch {
	case !found:
		return errNoToken()
	case !formed:
		return errTokenForm()
	}
	t, found, err := tokens().find(c.tx, clientID)
	if err != nil {
		return err
	}
	if !found || subtle.ConstantTimeCompare([]byte(t.Hash), []byte(hash(text))) != 1 || t.isExpired(c.now) || c.isDelayed(t) {
		return errTokenUnknown()
	}
	return c.setCaller(t)
}

// org returns the organization of the caller.
func (c *request) org() string { return cmp.Or(c.caller.OrgID, c.meta.OrgID) }

// setCaller sets the token and its existing roles as those of the caller.
func (c *request) setCaller(t token) error {
	c.caller = t
	for _, id := range t.Roles {
		r, found, err := findRole(c.tx, id)
		if err != nil {
			return err
		}
		if found { // a token keeps the IDs of deleted roles
			c.roles = append(c.roles, r)
		}
	}
	return nil
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
