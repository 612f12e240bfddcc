package sandbox

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/iam"
)

func tokenRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/clientIdSecrets", action: "org-token-read", anyOrg: true, handle: listTokens},
		{method: "GET", path: "/v2/tokens", action: "org-token-read", anyOrg: true, enterprise: true, handle: listTokens},
		{method: "POST", path: "/v2/clientIdSecrets", errorFormat: plainText, action: "org-token-write", anyOrg: true, handle: createToken},
		{method: "POST", path: "/v2/tokens", errorFormat: plainText, action: "org-token-write", anyOrg: true, enterprise: true, handle: createTokenOf},
		{method: "DELETE", path: "/v2/clientIdSecrets/{clientID}", action: "org-token-write", anyOrg: true, enterprise: true, handle: deleteToken},
	}
}

// token is the stored form of a token: its hash. The secret needs no hash of
// its own: it is part of the token, which is assembled and hashed to check a
// secret.
type token struct {
	ClientID    string    `json:"clientId"`
	Roles       []string  `json:"roles"`
	Hash        string    `json:"hash"`
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`
	Expires     time.Time `json:"expires,omitzero"`
	OrgID       string    `json:"orgId,omitempty"`      // another organization of the enterprise; empty is the sandbox's own
	Enterprise  bool      `json:"enterprise,omitempty"` // may create organizations, and tokens in all of them
	// EnterpriseOnly is a token of the enterprise, whose ID is OrgID: it has no
	// rights in an organization.
	EnterpriseOnly bool `json:"enterpriseOnly,omitempty"`
}

func (t token) isExpired(now time.Time) bool { return !t.Expires.IsZero() && !now.Before(t.Expires) }

func tokens() table[token] {
	return table[token]{"tokens", func(t token) []string { return []string{t.ClientID} }}
}

// credential has the parts of a new token, which are shown once.
type credential struct{ clientID, secret, token string }

const (
	letters       = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	secretLetters = letters + "0123456789.,_+~-"
	secretSize    = 128
)

func (s *Server) newCredential() (credential, error) {
	clientID, err := s.random.text(24, letters)
	if err != nil {
		return credential{}, err
	}
	secret, err := s.random.text(secretSize, secretLetters)
	if err != nil {
		return credential{}, err
	}
	return credential{clientID, secret, "AstraCS:" + clientID + ":" + hash(secret)}, nil
}

// createToken creates a token of the caller's organization. The description of
// this path has no orgId, so another organization is refused.
func createToken(c *request) (response, error) { return c.createToken(false) }

// createTokenOf creates a token of any organization of the caller's enterprise.
func createTokenOf(c *request) (response, error) { return c.createToken(true) }

// createToken creates a token with each call: the request is not idempotent.
func (c *request) createToken(anyOrg bool) (response, error) {
	in, err := decode[struct {
		Roles              []string
		OrgID, Description string
		TokenExpiry        *string
	}](c)
	if err != nil {
		return response{}, err
	}
	t := token{Description: in.Description, Created: c.now}
	if t.OrgID, err = c.chooseOrg(in.OrgID, anyOrg); err != nil {
		return response{}, err
	}
	if t.Roles, err = checkRoles(c.tx, in.Roles); err != nil {
		return response{}, err
	}
	if err := t.checkForeignRoles(); err != nil {
		return response{}, err
	}
	if in.TokenExpiry != nil {
		if t.Expires, err = c.readExpiry(*in.TokenExpiry); err != nil {
			return response{}, err
		}
	}
	created, err := c.server.newCredential()
	if err != nil {
		return response{}, err
	}
	t.ClientID, t.Hash = created.clientID, hash(created.token)
	if err := tokens().put(c.tx, t); err != nil {
		return response{}, err
	}
	behavior := c.server.options.Behavior
	if behavior.CommitThen != 0 {
		return statusAnswer(behavior.CommitThen, plainText)
	}
	if behavior.WrongID {
		if created, err = c.replaceID(created); err != nil {
			return response{}, err
		}
	}
	description := behavior.Description.apply(t.Description)
	if description != nil && *description == "" {
		description = nil
	}
	return reply(http.StatusOK, struct { // 200, as clients expect, although something was created
		ClientID    string    `json:"clientId"`
		Secret      string    `json:"secret"`
		OrgID       string    `json:"orgId"`
		Roles       []string  `json:"roles"`
		Token       string    `json:"token"`
		GeneratedOn time.Time `json:"generatedOn"`
		TokenExpiry time.Time `json:"tokenExpiry,omitzero"`
		Description *string   `json:"description,omitempty"`
	}{created.clientID, created.secret, cmp.Or(t.OrgID, c.meta.OrgID), t.Roles, created.token, t.Created, t.Expires, description})
}

// chooseOrg returns the organization of a new token, empty for the sandbox's
// own. Enterprise rights allow another one at the path that has it, and a token
// of the enterprise has none of its own.
func (c *request) chooseOrg(id string, anyOrg bool) (string, error) {
	switch {
	case c.caller.EnterpriseOnly && id == "":
		return "", refuse(http.StatusBadRequest, "orgId is required for a token of an enterprise")
	case !c.caller.EnterpriseOnly && (id == "" || id == c.org() || c.server.options.Behavior.IgnoreOrg):
		return c.caller.OrgID, nil
	case c.caller.EnterpriseOnly && id == c.meta.OrgID && anyOrg:
		return "", nil
	}
	_, found, err := organizations().find(c.tx, id)
	if err != nil {
		return "", err
	}
	if !found || !anyOrg || c.requireEnterprise() != nil {
		return "", refuse(http.StatusForbidden, "the token does not belong to organization %s", id)
	}
	return id, nil
}

// checkForeignRoles refuses custom roles, which exist only in the sandbox's own
// organization, for tokens of another one.
func (t token) checkForeignRoles() error {
	for _, id := range t.Roles {
		if _, found := iam.DefaultRole(id); t.OrgID != "" && !found {
			return refuse(http.StatusNotFound, "role %s not found", id)
		}
	}
	return nil
}

func (c *request) readExpiry(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return time.Time{}, refuse(http.StatusBadRequest, "tokenExpiry %q is not an RFC 3339 time", text)
	case !t.After(c.now):
		return time.Time{}, refuse(http.StatusBadRequest, "tokenExpiry %q is not in the future", text)
	}
	return t.UTC(), nil
}

type tokenOut struct {
	ClientID string   `json:"clientId"`
	Roles    []string `json:"roles"`
}

type tokenDetail struct {
	tokenOut
	GeneratedOn string     `json:"generatedOn"`
	Description *string    `json:"description,omitempty"`
	TokenExpiry *time.Time `json:"tokenExpiry"`
}

func listTokens(c *request) (response, error) {
	all, err := c.visibleTokens()
	if err != nil {
		return response{}, err
	}
	list := make([]any, 0, len(all))
	for _, t := range all {
		out, err := c.tokenOut(t)
		if err != nil {
			return response{}, err
		}
		list = append(list, out)
	}
	return reply(http.StatusOK, map[string]any{"clients": list})
}

// visibleTokens returns the tokens that the caller may list.
func (c *request) visibleTokens() ([]token, error) {
	behavior := c.server.options.Behavior
	all, err := tokens().all(c.tx)
	if err == nil && behavior.ListLag > 0 {
		all, err = c.tokensBefore(all, behavior.ListLag)
	}
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(t token) bool { return !c.canSee(t) })
	if behavior.PageSize > 0 {
		slices.SortFunc(all, func(a, b token) int { return cmp.Compare(a.ClientID, b.ClientID) })
		all = all[:min(behavior.PageSize, len(all))]
	}
	return all, nil
}

// canSee reports whether the caller may list and revoke a token: those of its
// own organization, and with enterprise rights all.
func (c *request) canSee(t token) bool {
	return cmp.Or(t.OrgID, c.meta.OrgID) == c.org() || !c.server.options.Behavior.ForeignOrg && c.requireEnterprise() == nil
}

func (c *request) tokenOut(t token) (any, error) {
	options := c.server.options
	roles, err := options.Behavior.Roles.apply(c, t.Roles)
	out := tokenOut{t.ClientID, roles}
	if options.PublishedTokens || err != nil {
		return out, err
	}
	detail := tokenDetail{
		tokenOut: out, GeneratedOn: t.Created.Format("2006-01-02T15:04:05.000Z"), Description: options.Behavior.Description.apply(t.Description),
	}
	if !t.Expires.IsZero() {
		detail.TokenExpiry = &t.Expires
	}
	return detail, nil
}

// deleteToken also accepts the token of the caller.
func deleteToken(c *request) (response, error) {
	id := c.values["clientID"]
	t, found, err := tokens().find(c.tx, id)
	if err != nil {
		return response{}, err
	}
	if !found || !c.canSee(t) {
		return response{}, refuse(http.StatusNotFound, "token %s not found", id)
	}
	habit := c.server.options.Behavior.Revoke
	if habit == RevokeLieOK {
		return replyEmpty(http.StatusNoContent)
	}
	if err := errors.Join(tokens().remove(c.tx, id), c.recordRevoked(t)); err != nil {
		return response{}, err
	}
	if habit == RevokeLieFail {
		return statusAnswer(http.StatusInternalServerError, envelope)
	}
	return replyEmpty(http.StatusNoContent)
}
