package sandbox

import (
	"cmp"
	"net/http"
	"strings"
	"time"
)

func orgRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/currentOrg", anyOrg: true, enterprise: true, handle: currentOrg},
		{method: "POST", path: "/v2/enterprises/organizations", errorFormat: plainText, enterprise: true, handle: createOrg},
	}
}

// currentOrg requires no permission: every valid token may ask for its
// organization. A token of the enterprise gets the ID of the enterprise, for the
// description of new tokens calls both "org/enterprise of the calling token".
func currentOrg(c *request) (response, error) {
	return reply(http.StatusOK, map[string]string{"id": c.org()})
}

// organization is one that was created in the enterprise, as in responses of
// the service. The sandbox supports only tokens in it.
type organization struct {
	OrganizationName    string
	OrganizationID      string
	OrganizationEmail   string
	MarketplaceData     *string
	CreatedAt           time.Time
	LastModified        time.Time
	OrgType             string
	EnterpriseID        string `json:"EnterpriseId"`
	OrganizationGroupID string `json:"OrganizationGroupId"`
}

func organizations() table[organization] {
	return table[organization]{"organizations", func(o organization) []string { return []string{o.OrganizationID} }}
}

func createOrg(c *request) (response, error) {
	if err := c.requireEnterprise(); err != nil {
		return response{}, err
	}
	in, err := decode[struct {
		Name, Email, AdminUserID, EnterpriseID string
	}](c)
	if err != nil {
		return response{}, err
	}
	switch enterprise := cmp.Or(in.EnterpriseID, c.meta.EnterpriseID); {
	case enterprise != c.meta.EnterpriseID:
		return response{}, refuse(http.StatusForbidden, "the token has no rights in enterprise %s", enterprise)
	case strings.TrimSpace(in.Name) == "":
		return response{}, refuse(http.StatusBadRequest, "name is required")
	case !isEmail(in.Email):
		return response{}, refuse(http.StatusBadRequest, "email is required and must be an address")
	case in.AdminUserID == "":
		return response{}, refuse(http.StatusBadRequest, "adminUserID is required")
	}
	if _, found, err := users().find(c.tx, in.AdminUserID); err != nil {
		return response{}, err
	} else if !found {
		return response{}, refuse(http.StatusNotFound, "user %s not found", in.AdminUserID)
	}
	id, err := c.server.random.uuid()
	if err != nil {
		return response{}, err
	}
	o := organization{
		OrganizationName: in.Name, OrganizationID: id, OrganizationEmail: in.Email, CreatedAt: c.now, LastModified: c.now,
		OrgType: "organization", EnterpriseID: c.meta.EnterpriseID, OrganizationGroupID: c.meta.OrgGroupID,
	}
	if err := organizations().put(c.tx, o); err != nil {
		return response{}, err
	}
	return reply(http.StatusCreated, o)
}
