package secret

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// The format of an application token: the word AstraCS, the client ID and 64
// hexadecimal digits, 97 characters in all.
const (
	tokenPrefix  = "AstraCS:"
	clientIDSize = 24
	tailSize     = 64
)

// ErrShape reports a text that is not an Astra application token. It never
// contains the text.
var ErrShape = errors.New("not an Astra application token")

// tokenLike matches a token and its likely misspellings: other lengths, upper
// case, a stray character. It is compiled on demand, not at every start of the
// program.
func tokenLike() *regexp.Regexp {
	return regexp.MustCompile(`(?i)AstraCS(:|%3A)[A-Za-z0-9_.+~:%-]*`)
}

// mayContainToken reports whether s may contain a token.
func mayContainToken(s string) bool { return containsFold(s, "astracs") }

// Token is a well-formed application token. It may be invalid in the service.
type Token struct {
	ClientID string
	Text     Text
}

// ParseToken parses an application token. It ignores white space, a byte order
// mark and one pair of quotes around it. The error wraps ErrShape with a
// reason, without the text.
func ParseToken(s string) (Token, error) {
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "\ufeff"))
	for _, quote := range []string{`"`, `'`, "`"} {
		if len(s) >= 2 && strings.HasPrefix(s, quote) && strings.HasSuffix(s, quote) {
			s = strings.TrimSpace(s[1 : len(s)-1])
			break
		}
	}
	if s == "" {
		return Token{}, fmt.Errorf("%w: it is empty", ErrShape)
	}
	if odd := spelling.Foreign(s); odd != "" {
		return Token{}, fmt.Errorf("%w: it has %s", ErrShape, odd)
	}
	if err := checkShape(s); err != nil {
		if stray := describeExtra(s); stray != "" {
			return Token{}, fmt.Errorf("%w: %s", err, stray)
		}
		return Token{}, err
	}
	id, _, _ := strings.Cut(s[len(tokenPrefix):], ":")
	return Token{ClientID: id, Text: Text(s)}, nil
}

// hexSigns are the digits of the last part.
const hexSigns = "0123456789abcdef"

// checkShape returns why an ASCII text is not a token.
func checkShape(s string) error {
	if !strings.HasPrefix(s, tokenPrefix) {
		return fmt.Errorf("%w: it does not start with %q", ErrShape, tokenPrefix)
	}
	id, tail, found := strings.Cut(s[len(tokenPrefix):], ":")
	switch {
	case !found:
		return fmt.Errorf("%w: it has 2 parts instead of 3", ErrShape)
	case len(id) != clientIDSize || !all(id, isLetter):
		return fmt.Errorf("%w: the client ID in its middle is not %d letters", ErrShape, clientIDSize)
	case len(tail) != tailSize:
		return fmt.Errorf("%w: its last part has %d characters instead of %d", ErrShape, len(tail), tailSize)
	case !all(tail, isHex):
		at := strings.IndexFunc(tail, func(r rune) bool { return !strings.ContainsRune(hexSigns, r) })
		return fmt.Errorf("%w: its last part is not lower-case hexadecimal: %s", ErrShape, charAt(s, len(s)-tailSize+at))
	}
	return nil
}

// LooksLikeToken reports whether s contains an application token or a
// misspelled one.
func LooksLikeToken(s string) bool { return mayContainToken(s) && tokenLike().MatchString(s) }

func all(s string, accept func(byte) bool) bool {
	for i := range len(s) {
		if !accept(s[i]) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }

// LooksLikeClientID reports whether s has the form of a client ID.
func LooksLikeClientID(s string) bool {
	return len(s) == clientIDSize && all(s, func(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' })
}
