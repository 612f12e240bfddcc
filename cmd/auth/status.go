package auth

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

func newStatus(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:        "status",
		SuggestFor: []string{"whoami", "show"},
		Short:      "Show the active credential and its sources",
		Long: `Show every source of a credential in order of precedence. The first source with
a credential is active and is verified with the service.`,
		Example: "  astra auth status\n  astra auth status -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return status(cmd.Context(), app) },
	}
}

// link is one place in the chain.
type link struct {
	source, state, detail            string
	clientID, orgID, orgName, apiURL string
	roles                            []cli.RoleRef
}

func status(ctx context.Context, app *cli.App) error {
	sources, err := app.Sources()
	if err != nil {
		return err
	}
	var chain []link
	var failure error
	used := false
	for _, s := range sources {
		l := link{source: s.Name, state: "absent", detail: s.Detail}
		switch {
		case s.Present && used:
			l.state = "not needed"
		case s.Present:
			used = true
			l, failure = inUse(ctx, app, l)
			chain = slices.Insert(chain, 0, l) // what is asked about most
			continue
		}
		chain = append(chain, l)
	}
	if !used {
		_, failure = app.Session(ctx) // says what to do
	}
	if err := cli.PrintRead(app, chainColumns(), chain, ""); err != nil {
		return err
	}
	return failure
}

// inUse asks the service about the credential that wins.
func inUse(ctx context.Context, app *cli.App, l link) (link, error) {
	l.state = "unusable"
	session, err := app.Session(ctx)
	if err != nil {
		return l, err
	}
	l.clientID, l.apiURL = session.ClientID, session.APIURL
	if l.orgID, err = session.OrgID(ctx); err != nil {
		return l, err
	}
	l.state = "in use"
	if l.orgName, err = session.OrgName(ctx); err != nil {
		return l, err
	}
	tokens, err := session.Tokens.List(ctx)
	if errors.Is(err, devops.ErrForbidden) {
		return l, nil // a credential need not see its own roles
	}
	if err != nil {
		return l, err
	}
	for _, t := range tokens {
		if t.ClientID == session.ClientID {
			l.roles, err = session.RoleRefs(ctx, t.Roles)
		}
	}
	return l, err
}

func chainColumns() []output.Column[link] {
	return []output.Column[link]{
		{Key: "source", Value: func(l link) any { return l.source }, Name: true},
		{Key: "state", Value: func(l link) any { return l.state }},
		{Key: "detail", Value: func(l link) any { return output.OrNull(l.detail) }},
		{Key: "clientId", Value: func(l link) any { return output.OrNull(l.clientID) }, Spare: 1},
		{Key: "orgName", Value: func(l link) any { return output.OrNull(l.orgName) }},
		{Key: "orgId", Value: func(l link) any { return output.OrNull(l.orgID) }, Wide: true},
		{Key: "roles", Value: func(l link) any { return l.roles }, Text: func(l link) string { return cli.RoleNames(l.roles) }},
		{Key: "apiUrl", Value: func(l link) any { return output.OrNull(l.apiURL) }, Wide: true},
	}
}
