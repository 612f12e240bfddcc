package token

import (
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/tokens"
)

// columns describe a listed token.
func columns() []output.Column[tokens.Token] {
	return []output.Column[tokens.Token]{
		{Key: "clientId", Value: func(r tokens.Token) any { return r.ClientID }, Name: true},
		{Key: "name", Value: func(r tokens.Token) any { return output.OrNull(r.Saved) }, Spare: 1},
		{Key: "roles", Value: func(r tokens.Token) any { return r.RoleRefs }, Text: func(r tokens.Token) string { return lookup.RoleNames(r.RoleRefs) }, Spare: -1},
		{Key: "description", Value: func(r tokens.Token) any { return r.Text }},
		{Key: "generatedOn", Value: func(r tokens.Token) any { return r.GeneratedOn }, Sorted: true, Spare: 2},
		{Key: "expiresAt", Value: func(r tokens.Token) any { return r.ExpiresAt }, Unset: tokens.Token.ExpiryText, Spare: -1},
		{Key: "age", Value: func(r tokens.Token) any { return cli.Age(r.Now, r.GeneratedOn) }, Order: tokens.Token.Age, Human: true, AgeOf: "generatedOn", Spare: 1},
		{Key: "current", Value: func(r tokens.Token) any { return r.Current }, Mark: true, Spare: 1},
		{Key: "states", Value: func(r tokens.Token) any { return r.States() }, Text: tokens.Token.StatesText, Wide: true},
		{Key: "operation", Value: func(r tokens.Token) any { return output.OrNull(r.Mark) }, Wide: true},
		{Key: "replaces", Value: func(r tokens.Token) any { return output.OrNull(r.Replaces) }, Wide: true},
		{Key: "replacedBy", Value: func(r tokens.Token) any { return output.OrNull(r.ReplacedBy) }, Wide: true},
	}
}

// dueColumns describe the finished rotations of --due by their new tokens.
func dueColumns() []output.Column[tokens.IssuedToken] {
	return append(tokens.RotatedColumns(false),
		output.Column[tokens.IssuedToken]{Key: "due", Value: func(g tokens.IssuedToken) any { return g.Due }},
		output.Column[tokens.IssuedToken]{Key: "action", Value: func(g tokens.IssuedToken) any { return g.Action }})
}

// verificationColumns describe the result of "token verify".
func verificationColumns() []output.Column[tokens.Verification] {
	return []output.Column[tokens.Verification]{
		{Key: "valid", Value: tokens.Verification.Valid},
		{Key: "reason", Value: func(f tokens.Verification) any { return output.OrNull(f.Reason) }},
		{Key: "clientId", Value: func(f tokens.Verification) any { return f.ClientID }, Name: true},
		{Key: "name", Value: func(f tokens.Verification) any { return output.OrNull(f.Saved) }},
		{Key: "orgId", Value: func(f tokens.Verification) any { return output.OrNull(f.OrgID) }},
		{Key: "orgName", Value: func(f tokens.Verification) any { return output.OrNull(f.OrgName) }},
		{Key: "otherOrg", Value: func(f tokens.Verification) any { return f.OtherOrg }},
		{Key: "roles", Value: func(f tokens.Verification) any { return f.RoleRefs }, Text: func(f tokens.Verification) string { return lookup.RoleNames(f.RoleRefs) }},
		{Key: "permissions", Value: func(f tokens.Verification) any { return f.Permissions }},
		{
			Key: "places", Lines: tokens.Verification.PlaceLines,
			Value: func(f tokens.Verification) any {
				if f.Places == nil {
					return nil
				}
				return f.Places
			},
			Text: func(f tokens.Verification) string { return strings.Join(f.PlaceLines(), "; ") },
		},
		{Key: "can", Value: func(f tokens.Verification) any { return output.OrNull(string(f.Can)) }},
		{Key: "expiresAt", Value: func(f tokens.Verification) any { return f.ExpiresAt }, Unset: tokens.Verification.ExpiryText},
		{Key: "current", Value: func(f tokens.Verification) any { return f.Current }},
	}
}

// pendingColumns describe the pending operations.
func pendingColumns(app *cli.App) []output.Column[tokens.Recovery] {
	return []output.Column[tokens.Recovery]{
		{Key: "operation", Value: func(r tokens.Recovery) any { return r.Operation.ID }, Name: true},
		{Key: "mark", Value: func(r tokens.Recovery) any { return output.OrNull(r.Operation.Record.Mark) }, Wide: true},
		{Key: "kind", Value: func(r tokens.Recovery) any { return output.OrNull(string(r.Operation.Record.Kind)) }, Spare: 1},
		{Key: "clientIds", Value: func(r tokens.Recovery) any { return append([]string{}, r.ClientIDs...) }, Data: true},
		{Key: "began", Value: func(r tokens.Recovery) any { return r.Operation.Record.Began.Truncate(time.Second) }, Spare: 1},
		{Key: "state", Value: func(r tokens.Recovery) any { return r.State }, State: true},
		{Key: "outcome", Value: func(r tokens.Recovery) any { return r.Outcome }, Spare: 1, State: true},
		{Key: "next", Value: func(r tokens.Recovery) any { return output.OrNull(app.Command(r.Next)) }, Wrap: true},
		{Key: "error", Value: func(r tokens.Recovery) any {
			if r.Failure == nil {
				return output.OrNull("")
			}
			return r.Failure.Error()
		}, Spare: 1}, // standard error has it too
		{Key: "candidates", Value: func(r tokens.Recovery) any { return append([]tokens.Candidate{}, r.Candidates...) }, Text: tokens.CandidatesText, Wrap: true},
	}
}
