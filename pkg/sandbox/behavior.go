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

// Behavior is how tokens are treated by a service that differs from the
// documented one, or by the gateway before it. The zero value is the documented
// service.
type Behavior struct {
	ListLag     time.Duration    // the list shows the state of this long ago
	PageSize    int              // the list ends after so many tokens; zero is all
	Description DescriptionHabit // of the descriptions in answers
	Roles       RolesHabit       // of the roles in the list
	QuoteCaller bool             // errors quote the client ID of the caller
	LateCommit  time.Duration    // a token is created this long after a 504 answered its request
	ForeignOrg  bool             // tokens of other organizations are hidden even from the enterprise
	Revoke      RevokeHabit      // of the answer to a revocation
	TokenDelay  time.Duration    // a token is refused for this long after its creation
	CommitThen  int              // the error status that answers a successful creation; zero is none
	WrongID     bool             // the answer to a creation names another token
}

// DescriptionHabit is what becomes of a token's description in answers.
type DescriptionHabit string

// The habits of descriptions.
const (
	DescriptionDrop     DescriptionHabit = "drop"     // it is missing
	DescriptionTruncate DescriptionHabit = "truncate" // it ends after 20 characters
	DescriptionSuffix   DescriptionHabit = "suffix"   // " (via API)" follows it
	DescriptionEscape   DescriptionHabit = "escape"   // it is escaped for HTML, slashes too
	DescriptionUpper    DescriptionHabit = "upper"    // it is in upper case
)

// RolesHabit is what becomes of a token's roles in the list.
type RolesHabit string

// The habits of roles.
const (
	RolesNull  RolesHabit = "null"  // null
	RolesNames RolesHabit = "names" // names instead of IDs
	RolesExtra RolesHabit = "extra" // one role more than the token has
)

// RevokeHabit is how a revocation is answered.
type RevokeHabit string

// The habits of revocations.
const (
	RevokeLieOK   RevokeHabit = "lie-ok"   // 204, and the token stays valid
	RevokeLieFail RevokeHabit = "lie-fail" // 500, and the token is revoked
)

// maxHabit limits the durations: tokens are remembered for this long after their
// revocation, for lists that lag.
const maxHabit = 30 * 24 * time.Hour

// UnknownWordError says that a text has a word that is not one of those that are
// known.
type UnknownWordError struct {
	Of    string // what the word is for
	Word  string
	Known []string
}

// Error names the word and those that are known.
func (e *UnknownWordError) Error() string {
	return fmt.Sprintf("unknown %s %q; expected %s", e.Of, e.Word, strings.Join(e.Known, ", "))
}

// habit is one name of a behavior and what reads its value.
type habit struct {
	name string
	read func(b *Behavior, value string) error
}

func habits() []habit {
	return []habit{
		{"commit-then", func(b *Behavior, value string) (err error) {
			b.CommitThen, err = readNumber(value, 400, 599, "a status from 400 to 599")
			return err
		}},
		{"description", func(b *Behavior, value string) (err error) {
			b.Description, err = readWord("description", value, DescriptionDrop, DescriptionTruncate, DescriptionSuffix, DescriptionEscape, DescriptionUpper)
			return err
		}},
		{"foreign-org", func(b *Behavior, value string) error { return readSwitch(&b.ForeignOrg, value) }},
		{"late-commit", func(b *Behavior, value string) error { return readDuration(&b.LateCommit, value) }},
		{"list-lag", func(b *Behavior, value string) error { return readDuration(&b.ListLag, value) }},
		{"page-size", func(b *Behavior, value string) (err error) {
			b.PageSize, err = readNumber(value, 1, 1e6, "a number from 1 to 1000000")
			return err
		}},
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

// ParseBehavior reads texts of the form NAME[=VALUE],… as one behavior. An
// unknown word is an *UnknownWordError.
func ParseBehavior(texts ...string) (Behavior, error) {
	var b Behavior
	var names []string
	for _, h := range habits() {
		names = append(names, h.name)
	}
	given := map[string]bool{}
	for _, text := range texts {
		for part := range strings.SplitSeq(text, ",") {
			name, value, valued := strings.Cut(part, "=")
			i := slices.Index(names, name)
			switch {
			case i < 0:
				return Behavior{}, &UnknownWordError{"behavior", name, names}
			case given[name]:
				return Behavior{}, fmt.Errorf("%s is given twice", name)
			case valued && value == "":
				return Behavior{}, fmt.Errorf("%s= has no value", name)
			}
			given[name] = true
			if err := habits()[i].read(&b, value); err != nil {
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
	if err != nil || d <= 0 || d > maxHabit {
		return fmt.Errorf("expected a duration such as 2s, at most %.0fh", maxHabit.Hours())
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

// apply returns the description as it is answered, nil if it is missing.
func (h DescriptionHabit) apply(text string) *string {
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

// apply returns the roles as they are listed.
func (h RolesHabit) apply(c *request, ids []string) ([]string, error) {
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

// revokedToken is a token and when it was revoked.
type revokedToken struct {
	token
	Revoked time.Time `json:"revoked"`
}

func revokedTokens() table[revokedToken] {
	return table[revokedToken]{"revokedTokens", func(t revokedToken) []string { return []string{t.ClientID} }}
}

// remember keeps a token that is revoked for lists that lag, and forgets two that
// no list can show any more.
func (c *request) remember(t token) error {
	for range 2 {
		oldest, found, err := revokedTokens().first(c.tx)
		if err != nil {
			return err
		}
		if !found || c.now.Sub(oldest.Revoked) < maxHabit {
			break
		}
		if err := revokedTokens().remove(c.tx, oldest.ClientID); err != nil {
			return err
		}
	}
	return revokedTokens().put(c.tx, revokedToken{t, c.now})
}

// earlier returns the tokens of an earlier time. Those that the sandbox began
// with have always existed.
func (c *request) earlier(all []token, lag time.Duration) ([]token, error) {
	then := c.now.Add(-lag)
	all = slices.DeleteFunc(all, func(t token) bool { return t.Created.After(then) && !c.seeded(t) })
	revoked, err := revokedTokens().all(c.tx)
	if err != nil {
		return nil, err
	}
	for _, t := range revoked {
		if t.Revoked.After(then) && (c.seeded(t.token) || !t.Created.After(then)) {
			all = append(all, t.token)
		}
	}
	slices.SortStableFunc(all, func(a, b token) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// seeded reports whether the sandbox began with a token.
func (c *request) seeded(t token) bool { return t.Hash == hash(c.meta.AdminToken) }

// delayed reports whether a token is not accepted yet.
func (c *request) delayed(t token) bool {
	return c.now.Before(t.Created.Add(c.server.options.Behavior.TokenDelay)) && !c.seeded(t)
}

// misname names another token in a new credential: the latest that is not the
// caller, else the caller.
func (c *request) misname(made credential) (credential, error) {
	all, err := tokens().all(c.tx)
	if err != nil {
		return made, err
	}
	other := c.caller.ClientID
	for _, t := range all {
		if t.ClientID != c.caller.ClientID && t.ClientID != made.clientID {
			other = t.ClientID
		}
	}
	made.token = strings.Replace(made.token, made.clientID, other, 1)
	made.clientID = other
	return made, nil
}

// statusAnswer is an error for a request that was performed.
func statusAnswer(status int, s errorFormat) (answer, error) {
	message := strings.ToLower(cmp.Or(http.StatusText(status), "status "+strconv.Itoa(status)))
	return (&apiError{status: status, id: status, message: message}).answer(s)
}
