package token

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/secret"
)

// Exposed is a token found in a text, with its state.
type Exposed struct {
	tokenRow // as far as a list shows it

	number  int
	texts   []secret.Token // mostly one; others have the same client id, and at most one of them is the token
	places  []location
	foundAt string // the lines of the text

	self           *cli.Session   // the service as the token sees it; nil where it is not accepted
	via            []*cli.Session // who may be able to revoke it, first choice first
	lister         *cli.Session   // whose list has it
	listed         []devops.Token // that list
	orgID, orgName string
	permissions    []string
	unasked        error // why the service could not be asked
	stored         bool  // here, so that it can be replaced
	replaced       bool  // by a new token, instead of being revoked only
}

// location is where a token is known on this machine.
type location struct {
	profile string
	saved   config.SavedToken // the zero value where it is the profile's login
	used    string            // the databases that it is selected for
}

// What is known of whether a leak is live.
const (
	isLive     = "live"
	isInvalid  = "not live"
	isUnproven = "listed, but the token found is rejected"
	isUnasked  = "unknown"
)

func (l *Exposed) state() string {
	switch {
	case l.self != nil, l.unasked != nil && l.lister != nil && !l.expired():
		return isLive
	case l.unasked != nil && l.lister == nil:
		return isUnasked
	case l.lister == nil || l.expired():
		return isInvalid
	}
	return isUnproven
}

// blockReason is why a token is not revoked that may be live, or nil.
func (l *Exposed) blockReason(force bool) error {
	switch {
	case l.state() == isUnasked:
		return l.unasked
	case force, l.replaced:
		return nil
	case l.current && l.stored:
		return exit.Refusef("this is the token in use; revoking it logs you out").
			WithHint("--rotate replaces it and then revokes it; --force revokes it")
	case l.current:
		return exit.Refusef("this is the token in use; revoking it logs you out").
			WithHint("--force revokes it")
	case l.state() == isUnproven:
		return exit.Refusef("the client ID is listed, but the service rejects the token found: it may be forged or damaged").
			WithHint("--force revokes it")
	}
	return nil
}

// shouldRevoke reports whether the token is to be revoked.
func (l *Exposed) shouldRevoke(force bool) bool {
	return l.state() != isInvalid && l.blockReason(force) == nil
}

func (l *Exposed) name() string { return fmt.Sprintf("token %d", l.number) }

// show describes the token before the prompt.
func (l *Exposed) show(app *cli.App) {
	if app.Globals.Quiet {
		return
	}
	var columns []output.Column[*Exposed]
	add := func(key, text string) {
		if text != "" {
			columns = append(columns, output.Column[*Exposed]{Key: key, Value: func(*Exposed) any { return text }})
		}
	}
	add("token", fmt.Sprint(l.number))
	add("foundAt", l.foundAt)
	add("clientId", l.ClientID)
	add("state", l.state())
	add("organization", cmp.Or(l.orgName, l.orgID))
	if l.lister != nil {
		add("roles", cmp.Or(lookup.RoleNames(l.roles), "none"))
		add("permissions", cmp.Or(strings.Join(l.permissions, ", "), "none"))
		add("description", l.description)
		add("age", cli.Age(l.now, l.GeneratedOn))
	} else if l.self != nil {
		add("permissions", "unknown: no login here can list the tokens of its organization")
	}
	if !l.ExpiresAt.IsZero() {
		add("expires", formatExpiry(l.ExpiresAt))
	}
	add("here", strings.Join(l.locations(), "; "))
	if l.replaced {
		add("then", "replaced by a new token with the same rights, then revoked")
	}
	_ = output.One(app.Err, output.Options{Format: output.Table}, columns, l) // text in memory, to people
	fmt.Fprintln(app.Err)
}

// locations returns where this machine uses or stores the token.
func (l *Exposed) locations() []string {
	var words []string
	if l.current {
		words = append(words, "in use by this command")
	}
	for _, p := range l.places {
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

// placesOf returns where a token is known on this machine.
func placesOf(cfg config.Config, clientID string) []location {
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
