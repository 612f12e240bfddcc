package sandbox

import (
	"cmp"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/iam"
)

// Behavior selects deviations from the documented treatment of tokens and access lists, by the
// service or by a gateway in front of it, and the other answer where sources
// disagree. The zero value is the documented service, and the stricter one.
type Behavior struct {
	ListLag      time.Duration   // age of the state that the list shows
	PageSize     int             // maximum number of tokens in the list; zero is no limit
	Description  DescriptionMode // of descriptions in responses
	Roles        RolesMode       // of roles in the list
	QuoteCaller  bool            // errors quote the client ID of the caller
	LateCommit   time.Duration   // delay between a 504 response and the creation of the token
	ForeignOrg   bool            // tokens of other organizations are hidden, even from enterprise administrators
	IgnoreOrg    bool            // new tokens belong to the organization of the caller, whatever the request says
	Revoke       RevokeMode      // of responses to a revocation
	TokenDelay   time.Duration   // time after its creation during which a token is rejected
	CommitThen   int             // error status of a successful creation; zero is none
	WrongID      bool            // the response to a creation has the client ID of another token
	ExtraKeys    bool            // unknown keys of bodies are ignored, and the credentials of a serverless database
	SameKeyspace bool            // the creation of a keyspace that exists succeeds
	ACLConflict  bool            // adding to an existing access list of the DevOps API is a conflict
	ParkRemove   bool            // databases can be removed from a parked PCU group
}

// DescriptionMode selects how responses change the description of a token.
type DescriptionMode string

// The description modes.
const (
	DescriptionDrop     DescriptionMode = "drop"     // omitted
	DescriptionTruncate DescriptionMode = "truncate" // cut after 20 characters
	DescriptionSuffix   DescriptionMode = "suffix"   // followed by " (via API)"
	DescriptionEscape   DescriptionMode = "escape"   // escaped for HTML, including slashes
	DescriptionUpper    DescriptionMode = "upper"    // in upper case
)

// RolesMode selects how the list changes the roles of a token.
type RolesMode string

// The roles modes.
const (
	RolesNull  RolesMode = "null"  // null
	RolesNames RolesMode = "names" // names instead of IDs
	RolesExtra RolesMode = "extra" // one role that the token does not have
)

// RevokeMode selects the response to a revocation.
type RevokeMode string

// The revoke modes.
const (
	RevokeLieOK   RevokeMode = "lie-ok"   // 204, and the token stays valid
	RevokeLieFail RevokeMode = "lie-fail" // 500, and the token is revoked
)

// maxBehaviorDuration limits the durations. Revoked tokens are stored for this
// long, for lists that lag.
const maxBehaviorDuration = 30 * 24 * time.Hour

// UnknownWordError reports an unknown name or value of a behavior.
type UnknownWordError struct {
	Of    string // kind of word
	Word  string
	Known []string
}

// Error returns the word and the known ones.
func (e *UnknownWordError) Error() string {
	return fmt.Sprintf("unknown %s %q; expected %s", e.Of, e.Word, strings.Join(e.Known, ", "))
}

// behaviorOption is the name of a behavior and the parser of its value.
type behaviorOption struct {
	name string
	read func(b *Behavior, value string) error
}

func behaviorOptions() []behaviorOption {
	return []behaviorOption{
		{"acl-conflict", func(b *Behavior, value string) error { return readSwitch(&b.ACLConflict, value) }},
		{"commit-then", func(b *Behavior, value string) (err error) {
			b.CommitThen, err = readNumber(value, 400, 599, "a status from 400 to 599")
			return err
		}},
		{"description", func(b *Behavior, value string) (err error) {
			b.Description, err = readWord("description", value, DescriptionDrop, DescriptionTruncate, DescriptionSuffix, DescriptionEscape, DescriptionUpper)
			return err
		}},
		{"existing-keyspace", func(b *Behavior, value string) error { return readSwitch(&b.SameKeyspace, value) }},
		{"extra-keys", func(b *Behavior, value string) error { return readSwitch(&b.ExtraKeys, value) }},
		{"foreign-org", func(b *Behavior, value string) error { return readSwitch(&b.ForeignOrg, value) }},
		{"ignore-org", func(b *Behavior, value string) error { return readSwitch(&b.IgnoreOrg, value) }},
		{"late-commit", func(b *Behavior, value string) error { return readDuration(&b.LateCommit, value) }},
		{"list-lag", func(b *Behavior, value string) error { return readDuration(&b.ListLag, value) }},
		{"page-size", func(b *Behavior, value string) (err error) {
			b.PageSize, err = readNumber(value, 1, 1e6, "a number from 1 to 1000000")
			return err
		}},
		{"park-remove", func(b *Behavior, value string) error { return readSwitch(&b.ParkRemove, value) }},
		{"quote-caller", func(b *Behavior, value string) error { return readSwitch(&b.QuoteCaller, value) }},
		{"revoke", func(b *Behavior, value string) (err error) {
			b.Revoke, err = readWord("revoke", value, RevokeLieOK, RevokeLieFail)
			return err
		}},
		{"roles", func(b *Behavior, value string) (err error) {
			b.Roles, err = readWord("roles", value, RolesNull, RolesNames, RolesExtra)
			return err
		}},
		{"token-delay", func(b *Behavior, value string) error { return readDuration(&b.TokenDelay, value) }},
		{"wrong-id", func(b *Behavior, value string) error { return readSwitch(&b.WrongID, value) }},
	}
}

// ParseBehavior combines texts of the form NAME[=VALUE],… into one behavior.
// Unknown names and values are reported as *UnknownWordError.
func ParseBehavior(texts ...string) (Behavior, error) {
	var b Behavior
	var names []string
	for _, h := range behaviorOptions() {
		names = append(names, h.name)
	}
	specified := map[string]bool{}
	for _, text := range texts {
		for part := range strings.SplitSeq(text, ",") {
			name, value, valued := strings.Cut(part, "=")
			i := slices.Index(names, name)
			switch {
			case i < 0:
				return Behavior{}, &UnknownWordError{"behavior", name, names}
			case specified[name]:
				return Behavior{}, fmt.Errorf("%s is a duplicate", name)
			case valued && value == "":
				return Behavior{}, fmt.Errorf("%s= has no value", name)
			}
			specified[name] = true
			if err := behaviorOptions()[i].read(&b, value); err != nil {
				return Behavior{}, fmt.Errorf("%s: %w", part, err)
			}
		}
	}
	return b, nil
}

func readSwitch(to *bool, value string) error {
	if value != "" {
		return fmt.Errorf("does not take a value")
	}
	*to = true
	return nil
}

func readDuration(to *time.Duration, value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 || d > maxBehaviorDuration {
		return fmt.Errorf("expected a duration such as 2s, at most %.0fh", maxBehaviorDuration.Hours())
	}
	*to = d
	return nil
}

func readNumber(value string, least, most int, expected string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("expected %s", expected)
	}
	return n, nil
}

func readWord[T ~string](of, value string, words ...T) (T, error) {
	if !slices.Contains(words, T(value)) {
		known := make([]string, len(words))
		for i, word := range words {
			known[i] = string(word)
		}
		return "", &UnknownWordError{"value of " + of, value, known}
	}
	return T(value), nil
}

// apply returns the description for a response; nil omits it.
func (h DescriptionMode) apply(text string) *string {
	switch h {
	case DescriptionDrop:
		return nil
	case DescriptionTruncate:
		runes := []rune(text)
		text = string(runes[:min(20, len(runes))])
	case DescriptionSuffix:
		text += " (via API)"
	case DescriptionEscape:
		text = strings.ReplaceAll(html.EscapeString(text), "/", "&#x2F;")
	case DescriptionUpper:
		text = strings.ToUpper(text)
	}
	return &text
}

// apply returns the roles for the list.
func (h RolesMode) apply(c *request, ids []string) ([]string, error) {
	switch h {
	case RolesNull:
		return nil, nil
	case RolesNames:
		names := make([]string, len(ids))
		for i, id := range ids {
			r, found, err := findRole(c.tx, id)
			if err != nil {
				return nil, err
			}
			names[i] = id
			if found {
				names[i] = r.Name
			}
		}
		return names, nil
	case RolesExtra:
		for _, r := range iam.DefaultRoles() {
			if !slices.Contains(ids, r.ID) {
				return append(slices.Clone(ids), r.ID), nil
			}
		}
	}
	return ids, nil
}

// revokedToken is a token with the time of its revocation.
type revokedToken struct {
	token
	Revoked time.Time `json:"revoked"`
}

func revokedTokens() table[revokedToken] {
	return table[revokedToken]{"revokedTokens", func(t revokedToken) []string { return []string{t.ClientID} }}
}

// recordRevoked stores a revoked token for lists that lag, and deletes two
// records that are too old for any list.
func (c *request) recordRevoked(t token) error {
	for range 2 {
		oldest, found, err := revokedTokens().first(c.tx)
		if err != nil {
			return err
		}
		if !found || c.now.Sub(oldest.Revoked) < maxBehaviorDuration {
			break
		}
		if err := revokedTokens().remove(c.tx, oldest.ClientID); err != nil {
			return err
		}
	}
	return revokedTokens().put(c.tx, revokedToken{t, c.now})
}

// tokensBefore returns the tokens as they were a duration ago. Seeded tokens
// have always existed.
func (c *request) tokensBefore(all []token, lag time.Duration) ([]token, error) {
	then := c.now.Add(-lag)
	all = slices.DeleteFunc(all, func(t token) bool { return t.Created.After(then) && !c.isSeedToken(t) })
	revoked, err := revokedTokens().all(c.tx)
	if err != nil {
		return nil, err
	}
	for _, t := range revoked {
		if t.Revoked.After(then) && (c.isSeedToken(t.token) || !t.Created.After(then)) {
			all = append(all, t.token)
		}
	}
	slices.SortStableFunc(all, func(a, b token) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// isSeedToken reports whether the token was created with the sandbox.
func (c *request) isSeedToken(t token) bool { return t.Hash == hash(c.meta.AdminToken) }

// isDelayed reports whether a new token is not accepted yet.
func (c *request) isDelayed(t token) bool {
	return c.now.Before(t.Created.Add(c.server.options.Behavior.TokenDelay)) && !c.isSeedToken(t)
}

// replaceID sets the client ID of a new credential to that of another token:
// the latest that is not the caller's, or else the caller's.
func (c *request) replaceID(created credential) (credential, error) {
	all, err := tokens().all(c.tx)
	if err != nil {
		return created, err
	}
	other := c.caller.ClientID
	for _, t := range all {
		if t.ClientID != c.caller.ClientID && t.ClientID != created.clientID {
			other = t.ClientID
		}
	}
	created.token = strings.Replace(created.token, created.clientID, other, 1)
	created.clientID = other
	return created, nil
}

// statusAnswer returns an error response for a request that was performed.
func statusAnswer(status int, s errorFormat) (response, error) {
	message := strings.ToLower(cmp.Or(http.StatusText(status), "status "+strconv.Itoa(status)))
	return (&apiError{status: status, id: status, message: message}).response(s)
}
