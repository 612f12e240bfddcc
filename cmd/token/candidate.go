package token

import (
	"context"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
)

// A candidate is a listed token that an operation generated or may have generated. All
// new tokens are candidates, because a list may be wrong about roles and descriptions;
// those that differ from the order come last.
type candidate struct {
	ClientID    string           `json:"clientId"`
	Roles       []lookup.RoleRef `json:"roles"`
	Description string           `json:"description"`
	Listed      bool             `json:"listed"`
	Differs     []string         `json:"differs"` // from the order: roles, description
}

// describe adds what the list shows of their tokens to operations, those first that are
// as ordered. Where there is no list, they have client ids only.
func describe(ctx context.Context, app *cli.App, found []pendingOp) {
	if !slices.ContainsFunc(found, func(r pendingOp) bool { return len(r.clientIDs) > 0 }) {
		return
	}
	listed := map[string]candidate{}
	roles := func([]string) []lookup.RoleRef { return nil }
	if session, err := app.Session(ctx); err == nil {
		roles = func(ids []string) []lookup.RoleRef {
			refs, err := session.RoleRefs(ctx, ids)
			if err != nil {
				return nil
			}
			return refs
		}
		tokens, err := session.Tokens.List(ctx)
		if err != nil {
			app.Verbosef("cannot list tokens, so the roles of candidates are unknown: %v", err)
		}
		for _, t := range tokens {
			description, _ := onetime.SplitDescription(t.Description)
			listed[t.ClientID] = candidate{ClientID: t.ClientID, Roles: roles(t.Roles), Description: description, Listed: true}
		}
	}
	for i := range found {
		r := &found[i]
		order := r.open.Record.Order
		ordered := lookup.RoleNames(roles(order.Roles))
		for _, id := range r.clientIDs {
			c, ok := listed[id]
			if !ok {
				c = candidate{ClientID: id}
			}
			c.Roles, c.Differs = append([]lookup.RoleRef{}, c.Roles...), []string{}
			if c.Listed && lookup.RoleNames(c.Roles) != ordered {
				c.Differs = append(c.Differs, "roles")
			}
			if c.Description != "" && c.Description != order.Description { // a list without it says nothing
				c.Differs = append(c.Differs, "description")
			}
			r.tokens = append(r.tokens, c)
		}
		slices.SortStableFunc(r.tokens, func(a, b candidate) int { return len(a.Differs) - len(b.Differs) })
	}
}

// candidatesText is what a table shows of the tokens of an operation.
func candidatesText(r pendingOp) string {
	words := make([]string, 0, len(r.tokens))
	for _, c := range r.tokens {
		words = append(words, c.String())
	}
	return strings.Join(words, "; ")
}

// String is the client id with what the list shows of the token.
func (c candidate) String() string {
	facts := []string{"not listed"}
	if c.Listed {
		facts = []string{lookup.RoleNames(c.Roles)}
		if len(c.Roles) == 0 {
			facts[0] = "no roles"
		}
		if c.Description != "" {
			facts = append(facts, c.Description)
		}
	}
	if len(c.Differs) > 0 {
		facts = append(facts, "differs: "+strings.Join(c.Differs, ", "))
	}
	return c.ClientID + " (" + strings.Join(facts, ", ") + ")"
}
