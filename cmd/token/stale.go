package token

import (
	"context"
	"errors"
	"slices"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/shellword"
)

// findStale returns the token that is saved under a name or has a client id, and that
// the service no longer lists, because it was revoked elsewhere, or earlier
// without the end being seen.
func findStale(saved []config.SavedToken, listed []tokenRow, ref string) (deleteArg, bool) {
	at := slices.IndexFunc(saved, func(s config.SavedToken) bool { return s.Name == ref || s.ClientID == ref })
	if at < 0 || slices.ContainsFunc(listed, func(r tokenRow) bool { return r.ClientID == saved[at].ClientID }) {
		return deleteArg{}, false
	}
	return deleteArg{tokenRow: tokenRow{saved: saved[at].Name}, input: ref, stale: saved[at].ClientID}, true
}

// confirmStale asks with each saved token that is not listed whether it is revoked. One
// that works is revoked like any other if it is of this organization: the list is
// late or incomplete. Else its saved secret may be the only copy.
func confirmStale(ctx context.Context, app *cli.App, session *cli.Session, found []deleteArg) error {
	for i, t := range found {
		if t.stale == "" {
			continue
		}
		own, err := session.OrgID(ctx)
		if err != nil {
			return err
		}
		saved, err := savedLocations(app, session, t.stale)
		var org string
		if err == nil {
			org, err = ping(ctx, app, session, saved)
		}
		switch {
		case devops.NoSuchToken(err), errors.Is(err, credential.ErrNotFound):
		case err != nil:
			return exit.Hint(err, "it is unknown whether "+t.saved+" is revoked; nothing was changed")
		case org != own:
			return exit.Failf(exit.Conflict, "%s (%s) is not listed, but still works; nothing was changed", t.saved, t.stale).
				WithHint("it belongs to organization %s; revoke it with a login of that organization", org)
		default:
			found[i].ClientID, found[i].stale, found[i].unlisted = t.stale, "", true
		}
	}
	return nil
}

// deleteStale deletes the saved secret of a revoked token. Its DELETE is sent too: a token that
// was just made may be neither listed nor accepted yet.
func deleteStale(ctx context.Context, app *cli.App, session *cli.Session, witness *onetime.Witness, t deleteArg) error {
	if err := app.Confirm(ctx, "Delete the saved secret of %s (%s, already revoked)?", t.saved, t.stale); err != nil {
		return err
	}
	if app.DryRunf("delete the saved secret of %s (already revoked)", t.saved) {
		return nil
	}
	if err := revokeStale(ctx, session, witness, t); err != nil {
		return err
	}
	if err := deleteSaved(ctx, app, session, t.tokenRow); err != nil {
		return err
	}
	app.Say("Deleted the saved secret of %s (%s, already revoked).", t.saved, t.stale)
	return nil
}

// revokeStale sends the DELETE of a token that is neither listed nor accepted, and
// makes sure that it is gone.
func revokeStale(ctx context.Context, session *cli.Session, witness *onetime.Witness, t deleteArg) error {
	err := session.Tokens.Delete(ctx, t.stale)
	if err != nil && !errors.Is(err, devops.ErrNotFound) {
		return err
	}
	looking, cancel := cli.Proving(ctx)
	defer cancel()
	if gone := witness.Gone(looking, map[string]bool{t.stale: err == nil})[t.stale]; gone != nil {
		return cli.Unverified(gone)
	}
	return nil
}

// savedButUnlisted words the failure to find a token that is saved here.
func savedButUnlisted(app *cli.App, session *cli.Session, ref string, failure error) error {
	saved, err := savedLocations(app, session, ref)
	if err != nil || saved.Name == "" || ambiguous(failure) {
		return failure
	}
	return exit.Failf(exit.NotFound, "%s (%s) is saved here but not listed", saved.Name, saved.ClientID).
		WithHint("a new token may not be listed yet, or it was revoked elsewhere").WithNext("astra token verify " + shellword.Quote(saved.Name))
}
