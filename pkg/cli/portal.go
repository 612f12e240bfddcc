package cli

import "net/url"

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
