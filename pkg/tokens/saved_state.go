package tokens

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
)

// A SavedState is the state of a saved token in the service, as its list shows it.
type SavedState struct {
	Unlisted  bool // it may have been revoked
	Expired   bool
	ExpiresAt time.Time // zero = never, or unknown
	Powerless bool      // all of its roles were deleted
}

// CheckSaved finds out the state of a saved token. A login that may not list tokens finds
// no fault with it.
func CheckSaved(ctx context.Context, app *cli.App, session *cli.Session, saved config.SavedToken) (SavedState, error) {
	listed, err := lookup.Answer(ctx, session.Directory, lookup.Tokens())
	if errors.Is(err, devops.ErrForbidden) {
		return SavedState{}, nil
	}
	now, clockErr := app.ServiceNow()
	if err := errors.Join(err, clockErr); err != nil {
		return SavedState{}, err
	}
	at := slices.IndexFunc(listed, func(t devops.Token) bool { return t.ClientID == saved.ClientID })
	switch {
	case at < 0 && saved.OrgID != "": // few lists have it
		return SavedState{}, nil
	case at < 0:
		return SavedState{Unlisted: true}, nil
	}
	end := listed[at].ExpiresAt
	state := SavedState{ExpiresAt: end, Expired: !end.IsZero() && !now.Before(end)}
	if !state.Expired {
		state.Powerless, err = session.HasNoRole(ctx, listed[at].Roles)
	}
	return state, err
}
