package tokens

import (
	"fmt"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
)

// An ExposedToken is a token that was found in a text, with its state.
type ExposedToken struct {
	Token // as far as a list shows it

	Number  int
	Texts   []secret.Token // usually one; of several with the same client ID at most one is the token
	stored  []location
	FoundAt string // the lines of the text

	self           *cli.Session   // with the token itself; nil if it is not accepted
	revokers       []*cli.Session // that may be able to revoke it, first choice first
	lister         *cli.Session   // that lists the token
	listed         []devops.Token // that list
	OrgID, OrgName string
	Permissions    []string
	askFailure     error // why the service could not be asked
	Stored         bool  // on this machine, so that it can be replaced
	Replaced       bool  // to be replaced by a new token before it is revoked
}

// A location is a use of a token on this machine.
type location struct {
	profile string
	saved   config.SavedToken // the zero value for the login of the profile
	used    string            // the databases that it is selected for
}

// The states of an exposed token.
const (
	stateLive       = "live"
	StateNotLive    = "not live"
	stateUnproven   = "listed, but the token found is rejected"
	stateUnanswered = "unknown"
)

// State reports whether the token is live, as far as the service and a list say.
func (l *ExposedToken) State() string {
	switch {
	case l.self != nil, l.askFailure != nil && l.lister != nil && !l.IsExpired():
		return stateLive
	case l.askFailure != nil && l.lister == nil:
		return stateUnanswered
	case l.lister == nil || l.IsExpired():
		return StateNotLive
	}
	return stateUnproven
}

// blockReason returns why a token that may be live is not revoked, or nil.
func (l *ExposedToken) blockReason(force bool) error {
	switch {
	case l.State() == stateUnanswered:
		return l.askFailure
	case force, l.Replaced:
		return nil
	case l.Current && l.Stored:
		return exit.Refusef("this is the token in use; revoking it logs you out").
			WithHint("--rotate replaces it and then revokes it; --force revokes it")
	case l.Current:
		return exit.Refusef("this is the token in use; revoking it logs you out").
			WithHint("--force revokes it")
	case l.State() == stateUnproven:
		return exit.Refusef("the client ID is listed, but the service rejects the token found: it may be forged or damaged").
			WithHint("--force revokes it")
	}
	return nil
}

// ShouldRevoke reports whether the token is to be revoked.
func (l *ExposedToken) ShouldRevoke(force bool) bool {
	return l.State() != StateNotLive && l.blockReason(force) == nil
}

// Name numbers the token for people.
func (l *ExposedToken) Name() string { return fmt.Sprintf("token %d", l.Number) }

// IsListed reports whether a list that a login here may read has the token.
func (l *ExposedToken) IsListed() bool { return l.lister != nil }

// IsAccepted reports whether the service accepts the token itself.
func (l *ExposedToken) IsAccepted() bool { return l.self != nil }

// Locations returns where this machine uses or stores the token.
func (l *ExposedToken) Locations() []string {
	var words []string
	if l.Current {
		words = append(words, "in use by this command")
	}
	for _, p := range l.stored {
		switch {
		case p.saved.Name == "":
			words = append(words, "the login of profile "+p.profile)
		case p.used != "":
			words = append(words, fmt.Sprintf("saved as %s in profile %s, selected for %s", p.saved.Name, p.profile, p.used))
		default:
			words = append(words, fmt.Sprintf("saved as %s in profile %s", p.saved.Name, p.profile))
		}
	}
	return words
}

// storedLocations returns the uses of a token on this machine.
func storedLocations(cfg config.Config, clientID string) []location {
	var all []location
	for _, p := range cfg.Profiles {
		if p.ClientID == clientID {
			all = append(all, location{profile: p.Name})
		}
		for _, s := range p.Tokens {
			if s.ClientID != clientID {
				continue
			}
			found := location{profile: p.Name, saved: s}
			found.used = strings.Join(p.DatabasesWith(s.Name), ", ")
			all = append(all, found)
		}
	}
	return all
}
