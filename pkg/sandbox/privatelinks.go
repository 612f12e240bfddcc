package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
)

const privateEndpoints = "db-manage-privateendpoint"

func privateLinkRoutes() []route {
	const cluster = "/v2/organizations/clusters/{databaseID}"
	const dc = cluster + "/datacenters/{datacenter}"
	const endpoint = dc + "/endpoints/{endpoint}"
	return []route{
		{method: "GET", path: "/v2/organizations/private-link", handle: listPrivateLinks},
		// The documentation has two more paths of the list.
		{method: "GET", path: "/v2/organizations/clusters/private-link", handle: listPrivateLinks},
		{method: "GET", path: "/v2/organizations/{orgID}/clusters/private-link", handle: listPrivateLinksOf},
		{method: "GET", path: cluster + "/private-link", errorFormat: plainText, action: privateEndpoints, handle: getClusterLinks},
		{method: "GET", path: dc + "/private-link", errorFormat: plainText, action: privateEndpoints, handle: getDatacenterLinks},
		{method: "POST", path: dc + "/private-link", errorFormat: plainText, action: privateEndpoints, handle: allowPrincipals},
		{method: "PUT", path: dc + "/private-link", errorFormat: plainText, action: privateEndpoints, handle: replacePrincipals},
		{method: "POST", path: dc + "/allowed-principals", errorFormat: plainText, action: privateEndpoints, handle: allowPrincipals},
		{method: "DELETE", path: dc + "/allowed-principals", errorFormat: plainText, action: privateEndpoints, handle: denyPrincipal},
		{method: "POST", path: dc + "/endpoints", errorFormat: plainText, action: privateEndpoints, handle: createEndpoint},
		{method: "GET", path: endpoint, errorFormat: jsonString404, action: privateEndpoints, handle: getEndpoint},
		{method: "PUT", path: endpoint, action: privateEndpoints, handle: describeEndpoint},
		{method: "DELETE", path: endpoint, action: privateEndpoints, handle: deleteEndpoint},
	}
}

// privateLink is the private endpoint service of a datacenter, as in responses
// of the service.
type privateLink struct {
	ServiceName string            `json:"serviceName"`
	Principals  []string          `json:"allowedPrincipals"`
	Datacenter  string            `json:"datacenterID"`
	Endpoints   []privateEndpoint `json:"endpoints"`
}

type privateEndpoint struct {
	ID          string `json:"endpointID"`
	Description string `json:"description"`
	LinkID      string `json:"linkID"`
	Status      string `json:"status"`
	Created     string `json:"createdDateTime"` // without time zone
}

func privateLinks() table[privateLink] {
	return table[privateLink]{"privateLinks", func(l privateLink) []string { return []string{l.Datacenter} }}
}

func (l privateLink) needs() string {
	if l.Datacenter == "" || l.ServiceName == "" {
		return "a datacenter and a service name"
	}
	return ""
}

type clusterLinks struct {
	Cluster     string        `json:"clusterID"`
	Datacenters []privateLink `json:"datacenters"`
}

// listPrivateLinks returns the links of the databases that the caller may
// manage.
func listPrivateLinks(c *request) (response, error) {
	if !c.listsAction(privateEndpoints) {
		return response{}, deny(privateEndpoints)
	}
	all, err := c.allDatabases()
	if err != nil {
		return response{}, err
	}
	out := []clusterLinks{}
	for _, d := range all {
		if d.classic() || d.Status == "TERMINATED" || !c.allows(privateEndpoints, iam.DRN{Org: c.meta.OrgID, Database: d.ID}) {
			continue
		}
		links, err := c.linksOf(d)
		if err != nil {
			return response{}, err
		}
		out = append(out, clusterLinks{d.ID, links})
	}
	return reply(http.StatusOK, map[string][]clusterLinks{"clusters": out})
}

func listPrivateLinksOf(c *request) (response, error) {
	if err := c.checkPathOrg(); err != nil {
		return response{}, err
	}
	return listPrivateLinks(c)
}

func (c *request) linksOf(d db) ([]privateLink, error) {
	links := []privateLink{}
	for _, dc := range d.Datacenters {
		l, err := c.privateLink(d, dc)
		if err != nil {
			return nil, err
		}
		links = append(links, l)
	}
	return links, nil
}

// privateLink returns the link of a datacenter. Every datacenter has one, at
// first without principals.
func (c *request) privateLink(d db, dc datacenter) (privateLink, error) {
	id := fmt.Sprintf("%s-%d", d.ID, dc.Number)
	l, found, err := privateLinks().find(c.tx, id)
	if found || err != nil {
		return l, err
	}
	l = privateLink{Datacenter: id, Principals: []string{}, Endpoints: []privateEndpoint{}}
	switch dc.Cloud {
	case "AWS":
		l.ServiceName = "com.amazonaws.vpce." + dc.Region + ".vpce-svc-" + strings.ReplaceAll(d.ID, "-", "")[:17]
	case "GCP":
		l.ServiceName = "projects/astra-sandbox/regions/" + dc.Region + "/serviceAttachments/pl-" + d.ID[:8]
	default:
		l.ServiceName = "pl-" + d.ID[:8] + "." + dc.Region + ".azure.privatelinkservice"
	}
	return l, nil
}

func getClusterLinks(c *request) (response, error) {
	d, err := c.findUnterminated(c.values["databaseID"])
	if err != nil {
		return response{}, err
	}
	links, err := c.linksOf(d)
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, clusterLinks{d.ID, links})
}

// findLink returns the link in the path.
func (c *request) findLink() (privateLink, error) {
	d, err := c.findUnterminated(c.values["databaseID"])
	if err != nil {
		return privateLink{}, err
	}
	for _, dc := range d.Datacenters {
		if fmt.Sprintf("%s-%d", d.ID, dc.Number) == c.values["datacenter"] {
			return c.privateLink(d, dc)
		}
	}
	return privateLink{}, refuse(http.StatusNotFound, "datacenter %s not found", c.values["datacenter"])
}

func getDatacenterLinks(c *request) (response, error) {
	l, err := c.findLink()
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, l)
}

// allowPrincipals adds to the allowed principals.
func allowPrincipals(c *request) (response, error) {
	return setPrincipals(c, func(l privateLink) []string { return l.Principals })
}

// replacePrincipals replaces the allowed principals. Whether the service keeps
// those that the request omits is not known; the sandbox does not.
func replacePrincipals(c *request) (response, error) {
	return setPrincipals(c, func(privateLink) []string { return nil })
}

// setPrincipals allows the principals of the request and those of kept.
func setPrincipals(c *request, kept func(privateLink) []string) (response, error) {
	l, err := c.findLink()
	if err != nil {
		return response{}, err
	}
	in, err := decode[struct{ AllowedPrincipals []string }](c)
	if err != nil {
		return response{}, err
	}
	if len(in.AllowedPrincipals) == 0 || slices.Contains(in.AllowedPrincipals, "") {
		return response{}, refuse(http.StatusBadRequest, "allowedPrincipals is required")
	}
	l.Principals = kept(l)
	for _, p := range in.AllowedPrincipals {
		if !slices.Contains(l.Principals, p) {
			l.Principals = append(l.Principals, p)
		}
	}
	if err := privateLinks().put(c.tx, l); err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, map[string]any{"serviceName": l.ServiceName, "allowedPrincipals": l.Principals})
}

func denyPrincipal(c *request) (response, error) {
	l, err := c.findLink()
	if err != nil {
		return response{}, err
	}
	in, err := decode[struct{ AllowedPrincipal string }](c)
	if err != nil {
		return response{}, err
	}
	at := slices.Index(l.Principals, in.AllowedPrincipal)
	if at < 0 {
		return response{}, refuse(http.StatusNotFound, "%q is not allowed", in.AllowedPrincipal)
	}
	l.Principals = slices.Delete(l.Principals, at, at+1)
	if err := privateLinks().put(c.tx, l); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusNoContent)
}

func createEndpoint(c *request) (response, error) {
	l, err := c.findLink()
	if err != nil {
		return response{}, err
	}
	in, err := decode[struct{ EndpointID, Description string }](c)
	switch {
	case err != nil:
		return response{}, err
	case in.EndpointID == "":
		return response{}, refuse(http.StatusBadRequest, "endpointID is required")
	case l.endpoint(in.EndpointID) >= 0:
		return response{}, refuse(http.StatusConflict, "the endpoint %s already exists", in.EndpointID)
	}
	e := privateEndpoint{
		ID: in.EndpointID, Description: in.Description, LinkID: fmt.Sprint(len(l.Endpoints) + 1), Status: "Accepted",
		Created: c.now.Format("2006-01-02T15:04:05"),
	}
	l.Endpoints = append(l.Endpoints, e)
	if err := privateLinks().put(c.tx, l); err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, e)
}

func (l privateLink) endpoint(id string) int {
	return slices.IndexFunc(l.Endpoints, func(e privateEndpoint) bool { return e.ID == id })
}

// withEndpoint returns the endpoint in the path as a link and an index.
func (c *request) withEndpoint() (privateLink, int, error) {
	l, err := c.findLink()
	if err != nil {
		return l, 0, err
	}
	at := l.endpoint(c.values["endpoint"])
	if at < 0 {
		err = refuse(http.StatusNotFound, "endpoint %s not found", c.values["endpoint"])
	}
	return l, at, err
}

func getEndpoint(c *request) (response, error) {
	l, at, err := c.withEndpoint()
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, l.Endpoints[at])
}

func describeEndpoint(c *request) (response, error) {
	l, at, err := c.withEndpoint()
	if err != nil {
		return response{}, err
	}
	in, err := decode[struct{ Description string }](c)
	if err != nil {
		return response{}, err
	}
	l.Endpoints[at].Description = in.Description
	if err := privateLinks().put(c.tx, l); err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, l.Endpoints[at])
}

func deleteEndpoint(c *request) (response, error) {
	l, at, err := c.withEndpoint()
	if err != nil {
		return response{}, err
	}
	l.Endpoints = slices.Delete(l.Endpoints, at, at+1)
	if err := privateLinks().put(c.tx, l); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusNoContent)
}
