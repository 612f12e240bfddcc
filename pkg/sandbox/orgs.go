package sandbox

import (
	"cmp"
	"net/http"
	"strings"
	"time"
)

func orgRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/currentOrg", anyOrg: true, handle: currentOrg},
		{method: "POST", path: "/v2/enterprises/organizations", shape: plain, handle: createOrg},
	}
}

// currentOrg needs no permission: any live token may ask where it belongs.
func currentOrg(c *request) (answer, error) {
	return reply(http.StatusOK, map[string]string{"id": c.org()})
}

// organization is one that was made in the enterprise, in the form in which
// the service answers. Of what it may hold, the sandbox has only tokens.
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

func createOrg(c *request) (answer, error) {
	if err := c.ofEnterprise(); err != nil {
		return answer{}, err
	}
	in, err := decode[struct {
		Name, Email, AdminUserID, EnterpriseID string
	}](c)
	if err != nil {
		return answer{}, err
	}
	switch enterprise := cmp.Or(in.EnterpriseID, c.meta.EnterpriseID); {
	case enterprise != c.meta.EnterpriseID:
		return answer{}, refuse(http.StatusForbidden, "the token has no rights in the enterprise %s", enterprise)
	case strings.TrimSpace(in.Name) == "":
		return answer{}, refuse(http.StatusBadRequest, "name is required")
	case !isEmail(in.Email):
		return answer{}, refuse(http.StatusBadRequest, "email is required and must be an address")
	case in.AdminUserID == "":
		return answer{}, refuse(http.StatusBadRequest, "adminUserID is required")
	}
	if _, found, err := users().find(c.tx, in.AdminUserID); err != nil {
		return answer{}, err
	} else if !found {
		return answer{}, refuse(http.StatusNotFound, "user %s not found", in.AdminUserID)
	}
	id, err := c.server.random.uuid()
	if err != nil {
		return answer{}, err
	}
	o := organization{
		OrganizationName: in.Name, OrganizationID: id, OrganizationEmail: in.Email, CreatedAt: c.now, LastModified: c.now,
		OrgType: "organization", EnterpriseID: c.meta.EnterpriseID, OrganizationGroupID: c.meta.OrgGroupID,
	}
	if err := organizations().put(c.tx, o); err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, o)
}
