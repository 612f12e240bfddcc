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

// deleteArg is a token to be revoked, and how it was named. One without a client id
// does not exist.
type deleteArg struct {
	tokenRow
	input string
	dead  string // client id of one that is saved here and no longer listed
	// unlisted says that the list, which is incomplete, does not show the token.
	unlisted bool
	known    []string // client ids that the list shows, to suggest one
	twin     string   // client id of one that an earlier name means; this is it once more
}

// names returns how the tokens are named on the command line and in --from. The
// text before a name of the file says where it stands.
func (in deleteCmd) names(ctx context.Context, app *cli.App) ([][2]string, error) {
	var all [][2]string
	for _, ref := range in.refs {
		if ref != "-" {
			all = append(all, [2]string{"", ref})
			continue
		}
		if in.from == "-" || slices.ContainsFunc(all, func(n [2]string) bool { return n[0] == "standard input: " }) {
			return nil, exit.Usagef("standard input holds one thing: one whole token, or the lines of --from")
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
			return nil, exit.Usagef("--from: %sthis is a whole token; name it by its client id, the 24 letters in its middle", place)
		case spelling.Unseen(line) != "":
			return nil, exit.Usagef("--from: %s%s is not allowed in a name", place, spelling.Unseen(line))
		default:
			all = append(all, [2]string{place, line})
		}
	}
	return all, nil
}

// find returns the tokens that names mean; one that is named again is a twin. An unknown name is an
// error, before anything is revoked, unless that is as good as revoked.
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
		dead, isLost := findStale(profile.Tokens, all, ref)
		switch {
		case !in.force && (ref == session.ClientID || isLost && dead.dead == session.ClientID):
			return nil, refuseOwn(session.ClientID)
		case ambiguous(err):
			return nil, fmt.Errorf("%s%w", place, err)
		case err != nil && isLost:
			if slices.ContainsFunc(found, func(t deleteArg) bool { return t.dead == dead.dead }) {
				dead = deleteArg{input: ref, twin: dead.dead}
			}
			found = append(found, dead)
		case err != nil && cli.LooksLikeClientID(ref) && len(in.refs) == 1 && len(names) == 1: // a list may be late or incomplete
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
			found = append(found, deleteArg{input: ref, twin: r.ClientID})
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
	return exit.Refusef("%s is the token that this command uses: without it you are logged out", clientID).
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
			app.Warn("%s is the token that this command uses, and is left out; --force revokes it too", r.ClientID)
			continue
		}
		found = append(found, deleteArg{tokenRow: r, input: r.ClientID})
	}
	return found, nil
}
