package token

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

// A deleteArg is a token to be revoked, as it was named. One without a client ID
// does not exist.
type deleteArg struct {
	tokenRow
	input string
	stale string // client id of one that is saved here and no longer listed
	// unlisted says that the list, which is incomplete, does not show the token.
	unlisted  bool
	known     []string // client ids that the list shows, to suggest one
	duplicate string   // client id of one that an earlier name means; this is it once more
}

// names returns how the tokens are named on the command line and in --from. The
// text before a name is its line in the file.
func (in deleteCmd) names(ctx context.Context, app *cli.App) ([][2]string, error) {
	var all [][2]string
	for _, ref := range in.refs {
		if ref != "-" {
			all = append(all, [2]string{"", ref})
			continue
		}
		if in.from == "-" || slices.ContainsFunc(all, func(n [2]string) bool { return n[0] == "standard input: " }) {
			return nil, exit.Usagef("standard input cannot be both a whole token and the lines of --from")
		}
		token, err := readToken(ctx, app)
		if err != nil {
			return nil, err
		}
		all = append(all, [2]string{"standard input: ", token.ClientID})
	}
	if in.from == "" {
		return all, nil
	}
	text, err := app.ReadText(ctx, "--from", in.from)
	if err != nil {
		return nil, err
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		place := fmt.Sprintf("line %d: ", number)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case secret.LooksLikeToken(line):
			return nil, exit.Usagef("--from: %sfound a whole token; use its client ID, the 24 letters in the middle", place)
		case spelling.Unseen(line) != "":
			return nil, exit.Usagef("--from: %s%s is not allowed in a name", place, spelling.Unseen(line))
		default:
			all = append(all, [2]string{place, line})
		}
	}
	return all, nil
}

// find returns the tokens that names mean; one that is named again is a duplicate. An
// unknown name is an error before anything is revoked, unless --if-exists allows it.
func (in deleteCmd) find(ctx context.Context, app *cli.App, session *cli.Session, all []tokenRow, names [][2]string) ([]deleteArg, error) {
	profile, err := sessionProfile(app, session)
	if err != nil {
		return nil, err
	}
	var found []deleteArg
	var failures []error
	for _, n := range names {
		place, ref := n[0], n[1]
		r, err := find(all, ref)
		lost, isLost := findStale(profile.Tokens, all, ref)
		switch {
		case !in.force && (ref == session.ClientID || isLost && lost.stale == session.ClientID):
			return nil, refuseOwn(session.ClientID)
		case ambiguous(err):
			return nil, fmt.Errorf("%s%w", place, err)
		case err != nil && isLost:
			if slices.ContainsFunc(found, func(t deleteArg) bool { return t.stale == lost.stale }) {
				lost = deleteArg{input: ref, duplicate: lost.stale}
			}
			found = append(found, lost)
		case err != nil && secret.LooksLikeClientID(ref) && len(in.refs) == 1 && len(names) == 1: // a list may be late or incomplete
			t := deleteArg{tokenRow: tokenRow{Token: devops.Token{ClientID: ref}}, input: ref, unlisted: true}
			for _, r := range all {
				t.known = append(t.known, r.ClientID)
			}
			found = append(found, t)
		case err != nil && !in.ifExists:
			failures = append(failures, fmt.Errorf("%s%w", place, err))
		case err != nil:
			found = append(found, deleteArg{input: ref})
		case slices.ContainsFunc(found, func(t deleteArg) bool { return t.ClientID == r.ClientID }):
			found = append(found, deleteArg{input: ref, duplicate: r.ClientID})
		case r.current && !in.force:
			return nil, refuseOwn(r.ClientID)
		default:
			found = append(found, deleteArg{tokenRow: r, input: ref})
		}
	}
	switch len(failures) {
	case 0:
		return found, confirmStale(ctx, app, session, found)
	case 1:
		return nil, failures[0]
	}
	var words []string
	for _, err := range failures {
		words = append(words, err.Error())
	}
	return nil, exit.Failf(exit.NotFound, "%s; nothing was revoked", strings.Join(words, "; ")).WithNext("astra token list")
}

// refuseOwn is the refusal to revoke the token in use, whether a list shows it or not.
func refuseOwn(clientID string) error {
	return exit.Refusef("%s is the token in use; revoking it logs you out", clientID).
		WithHint("use --force to revoke it")
}

// choose returns the tokens that the flags choose.
func (in deleteCmd) choose(ctx context.Context, app *cli.App, session *cli.Session, all []tokenRow) ([]deleteArg, error) {
	chosen, err := in.chosen.choose(ctx, app, session, all)
	if err != nil {
		return nil, err
	}
	var found []deleteArg
	for _, r := range chosen {
		if r.current && !in.force {
			app.Warn("skipping %s, the token in use; --force revokes it too", r.ClientID)
			continue
		}
		found = append(found, deleteArg{tokenRow: r, input: r.ClientID})
	}
	return found, nil
}
