package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
)

var tokenForm = regexp.MustCompile(`^AstraCS:([a-zA-Z]{24}):[a-f0-9]{64}$`)

// The ids and words of the two refusals are the service's, its unfilled
// placeholders included: scripts look for them.
func errTokenForm() error {
	return &refusal{status: http.StatusUnauthorized, id: 340012, message: "invalid token format", always: true}
}

func errTokenUnknown() error {
	return &refusal{
		status: http.StatusUnauthorized, id: 340018, always: true,
		message: "Resource not found: token with identifier: auth-manager returned 404 for call %s/v2/admin/tokens?%s",
	}
}

// authenticate finds the caller and the caller's roles. A token that has
// expired is as unknown as one that was deleted.
func (c *call) authenticate() error {
	text, found := strings.CutPrefix(c.authorization, "Bearer ")
	parts := tokenForm.FindStringSubmatch(text)
	if !found || parts == nil {
		return errTokenForm()
	}
	t, found, err := tokens().find(c.tx, parts[1])
	if err != nil {
		return err
	}
	if !found || subtle.ConstantTimeCompare([]byte(t.Hash), []byte(hash(text))) != 1 || t.expired(c.now) {
		return errTokenUnknown()
	}
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
