package tokens

import (
	"context"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
)

// A Candidate is a listed token that an operation generated or may have generated. All
// new tokens are candidates, because a list may be wrong about roles and descriptions;
// those that differ from the request come last.
type Candidate struct {
	ClientID    string           `json:"clientId"`
	Roles       []lookup.RoleRef `json:"roles"`
	Description string           `json:"description"`
	Listed      bool             `json:"listed"`
	Differs     []string         `json:"differs"` // from the request: roles, description
}

// describeCandidates adds the candidates of operations with the facts from the list,
// best matches first. Without a list they have client IDs only.
func describeCandidates(ctx context.Context, app *cli.App, found []Recovery) {
	if !slices.ContainsFunc(found, func(r Recovery) bool { return len(r.ClientIDs) > 0 }) {
		return
	}
	listed := map[string]Candidate{}
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
			listed[t.ClientID] = Candidate{ClientID: t.ClientID, Roles: roles(t.Roles), Description: description, Listed: true}
		}
	}
	for i := range found {
		r := &found[i]
		request := r.Operation.Record.Request
		ordered := lookup.RoleNames(roles(request.Roles))
		for _, id := range r.ClientIDs {
			c, ok := listed[id]
			if !ok {
				c = Candidate{ClientID: id}
			}
			c.Roles, c.Differs = append([]lookup.RoleRef{}, c.Roles...), []string{}
			if c.Listed && lookup.RoleNames(c.Roles) != ordered {
				c.Differs = append(c.Differs, "roles")
			}
			if c.Description != "" && c.Description != request.Description { // a list without it says nothing
				c.Differs = append(c.Differs, "description")
			}
			r.Candidates = append(r.Candidates, c)
		}
		slices.SortStableFunc(r.Candidates, func(a, b Candidate) int { return len(a.Differs) - len(b.Differs) })
	}
}

// CandidatesText is the cell of a table with the candidates of an operation.
func CandidatesText(r Recovery) string {
	words := make([]string, 0, len(r.Candidates))
	for _, c := range r.Candidates {
		words = append(words, c.String())
	}
	return strings.Join(words, "; ")
}

// String is the client ID with the facts from the list.
func (c Candidate) String() string {
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
