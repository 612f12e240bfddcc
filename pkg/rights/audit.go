package rights

import (
	"context"
	"errors"
	"slices"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/audit"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/onetime"
)

// Networks are the lists that an audit reads besides a Snapshot.
type Networks struct {
	lists async.Result[[]devops.AccessList]
	links async.Result[[]devops.PrivateLink]
	api   func(context.Context, string) ([]devops.Address, error)
}

// AheadOfAudit asks for what Audit takes besides a Snapshot.
func AheadOfAudit(ctx context.Context, client *devops.Client, calls *async.Group) Networks {
	return Networks{async.Go(ctx, calls, client.AccessLists.All), async.Go(ctx, calls, client.PrivateLinks.List), client.APIAccess.Get}
}

// Audit returns what the rules of an audit decide about. A section that the credential
// may not read, or that lacks something, is named as unread.
func (s *Snapshot) Audit(ctx context.Context, around Networks) (audit.State, error) {
	state := audit.State{Organization: s.Organization, AsOf: s.Now, Details: s.Databases, Unread: s.unread()}
	var err error
	if state.Name, err = s.Session.OrgName(ctx); err != nil {
		return state, err
	}
	for _, t := range s.tokens {
		text, _ := onetime.SplitDescription(t.Description)
		state.Tokens = append(state.Tokens, audit.Token{Token: t, Text: text})
	}
	for _, t := range s.saved {
		if t.OrgID == "" || t.OrgID == s.ID {
			state.Saved = append(state.Saved, audit.SavedToken{Name: t.Name, ClientID: t.ClientID})
		}
	}
	state.AccessLists, err = around.lists()
	if err = leaveOut(state, audit.AccessLists, "needs accesslist-read", err); err != nil {
		return state, err
	}
	state.PrivateLinks, err = around.links()
	if err = leaveOut(state, audit.PrivateLinks, "needs db-manage-privateendpoint", err); err != nil {
		return state, err
	}
	state.APIAddresses, err = around.api(ctx, s.ID)
	return state, leaveOut(state, audit.APIAccessList, "needs accesslist-read", err)
}

// leaveOut names a section as unread if the credential may not read it, and returns any
// other error.
func leaveOut(state audit.State, section audit.Section, why string, err error) error {
	if errors.Is(err, devops.ErrForbidden) {
		state.Unread[section], err = why, nil
	}
	return err
}

// unread says which sections of the snapshot are missing or incomplete, and why.
func (s *Snapshot) unread() map[audit.Section]string {
	why := map[audit.Section]string{}
	for _, part := range []struct {
		section audit.Section
		missing bool
		why     string
	}{
		{audit.Roles, s.NoRoles != nil, "needs org-role-read"},
		{audit.Roles, s.NoRoles == nil && slices.ContainsFunc(s.Roles, func(r access.Role) bool { return r.Unreadable }), "a role may not be read"},
		{audit.Users, s.NoUsers != nil, "needs org-user-read"},
		{audit.Tokens, s.NoTokens != nil, "needs org-token-read"},
		{audit.Tokens, s.NoTokens == nil && !slices.ContainsFunc(s.tokens, s.isInUse), "the list of tokens lacks the token in use"},
		{audit.TokenTimes, s.NoTokens != nil, "needs org-token-read"},
		{audit.TokenTimes, slices.ContainsFunc(s.tokens, lacksTimes), "the list of tokens does not show their times"},
		{audit.Databases, s.NoDatabases != nil, "needs org-db-view"},
	} {
		if part.missing {
			why[part.section] = part.why
		}
	}
	return why
}

func (s *Snapshot) isInUse(t devops.Token) bool { return t.ClientID == s.Session.ClientID }

func lacksTimes(t devops.Token) bool { return t.ExpiresAt.IsZero() && t.GeneratedOn.IsZero() }
