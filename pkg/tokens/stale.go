package tokens

import (
	"context"
	"errors"
	"slices"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// findStale returns the saved token with a name or client ID that the service no longer
// lists. It was revoked elsewhere, or by a command whose end was not seen.
func findStale(saved []config.SavedToken, listed []Token, ref string) (RevocationTarget, bool) {
	at := slices.IndexFunc(saved, func(s config.SavedToken) bool { return s.Name == ref || s.ClientID == ref })
	if at < 0 || slices.ContainsFunc(listed, func(r Token) bool { return r.ClientID == saved[at].ClientID }) {
		return RevocationTarget{}, false
	}
	return RevocationTarget{Token: Token{Saved: saved[at].Name}, Input: ref, Stale: saved[at].ClientID}, true
}

// checkStale asks with each saved token that is not listed whether it is revoked. A
// valid one of this organization is revoked like any other: the list is late or
// incomplete. A valid one of another organization is an error, because its saved secret
// may be the only copy.
func checkStale(ctx context.Context, app *cli.App, session *cli.Session, found []RevocationTarget) error {
	for i, t := range found {
		if t.Stale == "" {
			continue
		}
		own, err := session.OrgID(ctx)
		if err != nil {
			return err
		}
		saved, err := findSaved(app, session, t.Stale)
		var org string
		if err == nil {
			org, err = askSaved(ctx, app, session, saved)
		}
		switch {
		case devops.NoSuchToken(err), errors.Is(err, credential.ErrNotFound):
		case err != nil:
			return exit.Hint(err, "it is unknown whether "+t.Saved+" is revoked; nothing was changed")
		case org != own:
			return exit.Failf(exit.Conflict, "%s (%s) is not listed, but still works; nothing was changed", t.Saved, t.Stale).
				WithHint("it belongs to organization %s; revoke it with a login of that organization", org)
		default:
			found[i].ClientID, found[i].Stale, found[i].Unlisted = t.Stale, "", true
		}
	}
	return nil
}
