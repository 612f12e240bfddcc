package tokens

import (
	"cmp"
	"context"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
)

// An Issue is the issue of one token.
type Issue struct {
	*issuance

	app     *cli.App
	session *cli.Session
	request onetime.Request
}

// NewIssue returns the issue of a token with roles, and checks its destinations. A
// request without an organization is for that of the session.
func NewIssue(app *cli.App, session *cli.Session, roles []devops.Role, request onetime.Request, d Delivery) (*Issue, error) {
	record, err := d.record(app, session, nil)
	if err != nil {
		return nil, err
	}
	record.Kind = onetime.Generating
	var refs []lookup.RoleRef
	for _, r := range roles {
		refs = append(refs, lookup.RoleRef{ID: r.ID, Name: r.Name})
		request.Roles = append(request.Roles, r.ID)
	}
	n, err := newIssuance(app, session.APIURL, record, refs, d.Copy)
	if err != nil {
		return nil, err
	}
	return &Issue{issuance: n, app: app, session: session, request: request}, nil
}

// Run issues the token and returns it with the names of the destinations that hold its
// secret. In a dry run it only shows the request: not even a destination is tried out.
func (i *Issue) Run(ctx context.Context) (devops.Credential, []string, error) {
	own, err := i.session.OrgID(ctx)
	if err != nil {
		return devops.Credential{}, nil, err
	}
	i.request.OrgID = cmp.Or(i.request.OrgID, own)
	if i.app.Globals.DryRun {
		made, err := i.session.Tokens.Create(ctx, i.request.NewToken(own))
		return made, nil, err
	}
	issuer, err := newIssuer(ctx, i.app, i.session)
	if err != nil {
		return devops.Credential{}, nil, err
	}
	for _, d := range i.destinations {
		if saved, ok := d.(*onetime.Saved); ok && i.request.OrgID != own {
			saved.OrgID = i.request.OrgID
		}
	}
	issuer.RoleNames = roleNames(i.roles)
	issuer.Unlisted = func() {
		what := "tokens (org-token-read)"
		if i.request.OrgID != own {
			what = "the tokens of other organizations"
		}
		i.app.Warn("this credential cannot list " + what + ": if the response is lost or the token cannot be delivered, " +
			"astra can neither find nor revoke it")
	}
	return issuer.Issue(ctx, i.request, i.destinations)
}

func roleNames(roles []lookup.RoleRef) map[string]string {
	names := make(map[string]string, len(roles))
	for _, r := range roles {
		names[r.ID] = r.Name
	}
	return names
}
