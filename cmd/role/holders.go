package role

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/spelling"
)

// holder is a user or token that has a role.
type holder struct {
	Kind string `json:"kind" yaml:"kind"`
	ID   string `json:"id" yaml:"id"`
	Name string `json:"name" yaml:"name"`
}

func holderWords(holders []holder) []string {
	var words []string
	for _, h := range holders {
		words = append(words, h.Kind+" "+h.Name)
	}
	return words
}

// assignments are the users and tokens with their roles that the credential can
// list.
type assignments struct {
	users  []devops.User
	tokens []devops.Token

	blind, other string // why the roles of the token in use are unknown, and what helps; or empty texts
}

// readAssignments reads the roles of users and tokens.
func readAssignments(ctx context.Context, app *cli.App, session *cli.Session) (assignments, error) {
	session.Ahead(ctx, lookup.Users(), lookup.Tokens())
	members, err := session.Members(ctx)
	if errors.Is(err, devops.ErrForbidden) {
		app.Say("Users with the role are not shown: this credential lacks org-user-read.")
	} else if err != nil {
		return assignments{}, err
	}
	tokens, err := lookup.Answer(ctx, session.Directory, lookup.Tokens())
	if errors.Is(err, devops.ErrForbidden) {
		app.Say("Tokens with the role are not shown: this credential lacks org-token-read.")
		return assignments{users: members.Users, blind: "but cannot list tokens", other: "a token with org-token-read"}, nil
	} else if err != nil {
		return assignments{}, err
	}
	held := assignments{users: members.Users}
	unknown := 0
	for _, t := range tokens {
		refs, err := session.RoleRefs(ctx, t.Roles) // some services list names
		if err != nil {
			return assignments{}, err
		}
		t.Roles = nil
		isUnknown := t.OmitsRoles
		for _, ref := range refs {
			t.Roles = append(t.Roles, ref.ID)
			isUnknown = isUnknown || ref.Name == "" && !devops.LooksLikeID(ref.ID)
		}
		if isUnknown {
			unknown++
		}
		if isUnknown && t.ClientID == session.ClientID {
			held.blind, held.other = "but the service does not list its roles", "a token without the role"
		}
		held.tokens = append(held.tokens, t)
	}
	if unknown > 0 {
		app.Say("Tokens with the role may be missing: the service does not list the roles of %s.", spelling.Count(unknown, "token"))
	}
	return held, nil
}

// holdersOf returns the users and tokens with the role.
func (a assignments) holdersOf(roleID string) []holder {
	all := []holder{}
	for _, u := range a.users {
		if slices.ContainsFunc(u.Roles, func(r devops.RoleRef) bool { return r.ID == roleID }) {
			all = append(all, holder{"user", u.ID, u.Email})
		}
	}
	for _, t := range a.tokens {
		if slices.Contains(t.Roles, roleID) {
			all = append(all, holder{"token", t.ClientID, t.ClientID})
		}
	}
	return all
}

// tokenHasRole reports whether the token in use has the role.
func (a assignments) tokenHasRole(session *cli.Session, roleID string) bool {
	return slices.ContainsFunc(a.tokens, func(t devops.Token) bool {
		return t.ClientID == session.ClientID && slices.Contains(t.Roles, roleID)
	})
}

// checkOwnRole refuses a change of a role that the token in use has or may have, since
// it may lock the user out. deed describes the change, such as "deleting it".
func (a assignments) checkOwnRole(session *cli.Session, r devops.Role, deed string) error {
	switch {
	case a.tokenHasRole(session, r.ID):
		return exit.Refusef("the token in use has role %s; %s may lock you out", r.Name, deed).
			WithHint("use another token, or add --force")
	case a.blind != "":
		return exit.Refusef("the token in use may have role %s, %s; %s may lock you out", r.Name, a.blind, deed).
			WithHint("use %s, or add --force", a.other)
	}
	return nil
}

// lostReadAccess reports whether the token in use can no longer read.
func lostReadAccess(err error) bool {
	return errors.Is(err, devops.ErrForbidden) || errors.Is(err, devops.ErrUnauthorized)
}

// maxNamedHolders is the maximum number of holders listed before a prompt.
const maxNamedHolders = 10

// printHolders lists the holders that a change affects.
func printHolders(app *cli.App, r devops.Role, holders []holder) {
	if len(holders) == 0 {
		return
	}
	words := holderWords(holders)
	if more := len(words) - maxNamedHolders; more > 0 {
		words = append(words[:maxNamedHolders], fmt.Sprintf("and %d more", more))
	}
	app.Say("%s is held by %s: %s", r.Name, countHolders(holders), strings.Join(words, ", "))
}

// countHolders returns "12 users and 3 tokens", or "no users or tokens".
func countHolders(holders []holder) string {
	users := 0
	for _, h := range holders {
		if h.Kind == "user" {
			users++
		}
	}
	var words []string
	for _, c := range []struct {
		n    int
		noun string
	}{{users, "user"}, {len(holders) - users, "token"}} {
		if c.n > 0 {
			words = append(words, spelling.Count(c.n, c.noun))
		}
	}
	if len(words) == 0 {
		return "no users or tokens"
	}
	return strings.Join(words, " and ")
}
