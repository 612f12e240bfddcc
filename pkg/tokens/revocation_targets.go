package tokens

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
)

// A RevocationTarget is a named token that is to be revoked. Without a client ID the token does
// not exist.
type RevocationTarget struct {
	Token
	Input string
	Stale string // client ID of a token that is saved here and no longer listed
	// Unlisted says that the list, which is incomplete, does not show the token.
	Unlisted  bool
	Known     []string // listed client IDs, to suggest one
	Duplicate string   // client ID of a token that an earlier name means too
}

// A NamedToken is a token as the user names it. Line is where, with a colon; "" = in an
// argument.
type NamedToken struct{ Line, Ref string }

// DeletionOptions says which names may be revoked.
type DeletionOptions struct {
	Force    bool // allow the token in use
	IfExists bool // allow names that are unknown
	Single   bool // one argument is all that names a token
}

// ResolveDeletions returns the tokens that names mean. An unknown name is an error before
// anything is revoked, unless IfExists allows it.
func ResolveDeletions(ctx context.Context, app *cli.App, session *cli.Session, all []Token, names []NamedToken, o DeletionOptions) ([]RevocationTarget, error) {
	profile, err := sessionProfile(app, session)
	if err != nil {
		return nil, err
	}
	found, err := matchDeletions(all, profile.Tokens, session.ClientID, names, o)
	if err != nil {
		return nil, err
	}
	return found, checkStale(ctx, app, session, found)
}

// matchDeletions returns the tokens that names mean, in a list and among the saved tokens.
// own is the client ID of the token in use. A token that is named again is a duplicate.
func matchDeletions(all []Token, savedTokens []config.SavedToken, own string, names []NamedToken, o DeletionOptions) ([]RevocationTarget, error) {
	var found []RevocationTarget
	var failures []error
	for _, n := range names {
		place, ref := n.Line, n.Ref
		r, err := Find(all, ref)
		stale, isStale := findStale(savedTokens, all, ref)
		switch {
		case !o.Force && (ref == own || isStale && stale.Stale == own):
			return nil, errOwnToken(own)
		case isAmbiguous(err):
			return nil, fmt.Errorf("%s%w", place, err)
		case err != nil && isStale:
			if slices.ContainsFunc(found, func(t RevocationTarget) bool { return t.Stale == stale.Stale }) {
				stale = RevocationTarget{Input: ref, Duplicate: stale.Stale}
			}
			found = append(found, stale)
		case err != nil && secret.LooksLikeClientID(ref) && o.Single && len(names) == 1: // a list may be late or incomplete
			t := RevocationTarget{Token: Token{Token: devops.Token{ClientID: ref}}, Input: ref, Unlisted: true}
			for _, r := range all {
				t.Known = append(t.Known, r.ClientID)
			}
			found = append(found, t)
		case err != nil && !o.IfExists:
			failures = append(failures, fmt.Errorf("%s%w", place, err))
		case err != nil:
			found = append(found, RevocationTarget{Input: ref})
		case slices.ContainsFunc(found, func(t RevocationTarget) bool { return t.ClientID == r.ClientID }):
			found = append(found, RevocationTarget{Input: ref, Duplicate: r.ClientID})
		case r.Current && !o.Force:
			return nil, errOwnToken(r.ClientID)
		default:
			found = append(found, RevocationTarget{Token: r, Input: ref})
		}
	}
	switch len(failures) {
	case 0:
		return found, nil
	case 1:
		return nil, failures[0]
	}
	var words []string
	for _, err := range failures {
		words = append(words, err.Error())
	}
	return nil, exit.Failf(exit.NotFound, "%s; nothing was revoked", strings.Join(words, "; ")).WithNext("astra token list")
}

// errOwnToken is the refusal to revoke the token in use, whether it is listed or not.
func errOwnToken(clientID string) error {
	return exit.Refusef("%s is the token in use; revoking it logs you out", clientID).
		WithHint("use --force to revoke it")
}
