package browser

import (
	"context"
	"net/url"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// PortalPage returns the address of an organization's page in the Portal of the
// public service, or of a page below it.
func PortalPage(orgID string, below ...string) string {
	const portal = "https://astra.datastax.com/org"
	address, err := url.JoinPath(portal, append([]string{url.PathEscape(orgID)}, below...)...)
	if err != nil {
		return portal
	}
	return address
}

// OpenPortal opens a page of the Portal below that of the credential's
// organization, and prints its address. menu says where the page is to be found
// from the front page.
func OpenPortal(ctx context.Context, app *cli.App, session *cli.Session, menu string, printOnly bool, below ...string) error {
	columns := []output.Column[string]{{Key: "url", Value: func(s string) any { return s }, Name: true}}
	if err := cli.CheckOne(app, columns); err != nil {
		return err
	}
	id := session.Profile.Org.ID
	if id == "" {
		var err error
		if id, err = session.OrgID(ctx); err != nil {
			return err
		}
	}
	page := PortalPage(id, below...)
	switch {
	case app.UsesSandbox():
		app.Say("The sandbox has no Portal; a real organization has its page here.")
	case session.APIURL != devops.DefaultURL:
		app.Warn("%s uses %s, which has no Portal", session.Source, session.APIURL)
	case printOnly, app.Globals.DryRun:
	case Open(ctx, app, page):
		app.Say("Opened the page in the browser. In the Portal: %s.", menu)
	default:
		app.Say("No browser available. In the Portal: %s.", menu)
	}
	return cli.PrintOne(app, columns, page)
}
