package token

import (
	"context"
	"slices"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
)

// bury drops what is saved of tokens that were named and that the service no
// longer lists, because they were revoked elsewhere, or earlier without the end
// being seen. It returns the names that are left.
func bury(ctx context.Context, app *cli.App, session *cli.Session, listed []row, named [][2]string) ([][2]string, error) {
	profile, err := sessionProfile(app, session)
	if err != nil {
		return nil, err
	}
	var left [][2]string
	for _, n := range named {
		at := slices.IndexFunc(profile.Tokens, func(s config.SavedToken) bool { return s.Name == n[1] || s.ClientID == n[1] })
		if at < 0 || slices.ContainsFunc(listed, func(r row) bool { return r.ClientID == profile.Tokens[at].ClientID }) {
			left = append(left, n)
			continue
		}
		dead := profile.Tokens[at]
		if app.Rehearse("drop the saved secret of %s, which is revoked already", dead.Name) {
			continue
		}
		if err := forget(ctx, app, session, row{saved: dead.Name}); err != nil {
			return nil, err
		}
		app.Say("%s (%s) is revoked already; its saved secret was dropped.", dead.Name, dead.ClientID)
	}
	return left, nil
}
