package sandbox

import (
	"net/http"
	"time"
)

func tokenRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/clientIdSecrets", action: "org-token-read", handle: listTokens},
		{method: "GET", path: "/v2/tokens", action: "org-token-read", handle: listTokens},
		{method: "POST", path: "/v2/clientIdSecrets", shape: plain, action: "org-token-write", handle: createToken},
		{method: "POST", path: "/v2/tokens", shape: plain, action: "org-token-write", handle: createToken},
		{method: "DELETE", path: "/v2/clientIdSecrets/{clientID}", action: "org-token-write", handle: deleteToken},
	}
}

// token is what is kept of a token: its hash. The secret has none here, since
// the hash of the secret is the last part of the token; whoever knows the
// secret can be checked by making the token out of it.
type token struct {
	ClientID    string    `json:"clientId"`
	Roles       []string  `json:"roles"`
	Hash        string    `json:"hash"`
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`
	Expires     time.Time `json:"expires,omitzero"`
	Enterprise  bool      `json:"enterprise,omitempty"` // may make organizations
}

func (t token) expired(now time.Time) bool { return !t.Expires.IsZero() && !now.Before(t.Expires) }

func tokens() table[token] {
	return table[token]{"tokens", func(t token) []string { return []string{t.ClientID} }}
}

// credential is a new token as it is shown, once.
type credential struct{ clientID, secret, token string }

const (
	letters       = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	secretLetters = letters + "0123456789.,_+~-"
	secretSize    = 103
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

// createToken makes a token whenever it is asked to; it never makes the same
// one twice.
func createToken(c *call) (answer, error) {
	in, err := decode[struct {
		Roles              []string
		OrgID, Description string
		TokenExpiry        *string
	}](c)
	if err != nil {
		return answer{}, err
	}
	if in.OrgID != "" && in.OrgID != c.meta.OrgID {
		return answer{}, refuse(http.StatusForbidden, "the token is not of the organization %s", in.OrgID)
	}
	t := token{Description: in.Description, Created: c.now}
	if t.Roles, err = checkRoles(c.tx, in.Roles); err != nil {
		return answer{}, err
	}
	if in.TokenExpiry != nil {
		if t.Expires, err = c.readExpiry(*in.TokenExpiry); err != nil {
			return answer{}, err
		}
	}
	made, err := c.server.newCredential()
	if err != nil {
		return answer{}, err
	}
	t.ClientID, t.Hash = made.clientID, hash(made.token)
	if err := tokens().put(c.tx, t); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, struct { // 200, although something was created: clients insist
		ClientID    string    `json:"clientId"`
		Secret      string    `json:"secret"`
		OrgID       string    `json:"orgId"`
		Roles       []string  `json:"roles"`
		Token       string    `json:"token"`
		GeneratedOn time.Time `json:"generatedOn"`
		TokenExpiry time.Time `json:"tokenExpiry,omitzero"`
		Description string    `json:"description,omitempty"`
	}{made.clientID, made.secret, c.meta.OrgID, t.Roles, made.token, t.Created, t.Expires, t.Description})
}

func (c *call) readExpiry(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return time.Time{}, refuse(http.StatusBadRequest, "tokenExpiry %q is not a time of RFC 3339", text)
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
	Description string     `json:"description"`
	TokenExpiry *time.Time `json:"tokenExpiry"`
}

func listTokens(c *call) (answer, error) {
	all, err := tokens().all(c.tx)
	if err != nil {
		return answer{}, err
	}
	list := make([]any, 0, len(all))
	for _, t := range all {
		list = append(list, t.out(c.server.options.PublishedTokens))
	}
	return reply(http.StatusOK, map[string]any{"clients": list})
}

func (t token) out(published bool) any {
	out := tokenOut{t.ClientID, t.Roles}
	if published {
		return out
	}
	detail := tokenDetail{tokenOut: out, GeneratedOn: t.Created.Format("2006-01-02T15:04:05.000Z"), Description: t.Description}
	if !t.Expires.IsZero() {
		detail.TokenExpiry = &t.Expires
	}
	return detail
}

// deleteToken works on the calling token too, which is then unknown.
func deleteToken(c *call) (answer, error) {
	id := c.values["clientID"]
	if _, found, err := tokens().find(c.tx, id); err != nil {
		return answer{}, err
	} else if !found {
		return answer{}, refuse(http.StatusNotFound, "token %s not found", id)
	}
	if err := tokens().remove(c.tx, id); err != nil {
		return answer{}, err
	}
	return done(http.StatusNoContent)
}
