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
		{method: "GET", path: cluster + "/private-link", shape: plain, action: privateEndpoints, handle: getClusterLinks},
		{method: "GET", path: dc + "/private-link", shape: plain, action: privateEndpoints, handle: getDatacenterLinks},
		{method: "POST", path: dc + "/private-link", shape: plain, action: privateEndpoints, handle: allowPrincipals},
		{method: "POST", path: dc + "/allowed-principals", shape: plain, action: privateEndpoints, handle: allowPrincipals},
		{method: "DELETE", path: dc + "/allowed-principals", shape: plain, action: privateEndpoints, handle: denyPrincipal},
		{method: "POST", path: dc + "/endpoints", shape: plain, action: privateEndpoints, handle: createEndpoint},
		{method: "GET", path: endpoint, shape: quotedMissing, action: privateEndpoints, handle: getEndpoint},
		{method: "PUT", path: endpoint, action: privateEndpoints, handle: describeEndpoint},
		{method: "DELETE", path: endpoint, action: privateEndpoints, handle: deleteEndpoint},
	}
}

// privateLink is the private way into a datacenter, in the form in which the
// service answers.
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
	Created     string `json:"createdDateTime"` // without a zone
}

func privateLinks() table[privateLink] {
	return table[privateLink]{"privateLinks", func(l privateLink) []string { return []string{l.Datacenter} }}
}

func (l privateLink) needs() string {
	if l.Datacenter == "" || l.ServiceName == "" {
		return "a datacenter and the name of a service"
	}
	return ""
}

type clusterLinks struct {
	Cluster     string        `json:"clusterID"`
	Datacenters []privateLink `json:"datacenters"`
}

// listPrivateLinks shows the databases that the caller may manage.
func listPrivateLinks(c *request) (answer, error) {
	if !c.holds(privateEndpoints) {
		return answer{}, deny(privateEndpoints)
	}
	all, err := c.allDatabases()
	if err != nil {
		return answer{}, err
	}
	out := []clusterLinks{}
	for _, d := range all {
		if d.classic() || d.Status == "TERMINATED" || !c.allows(privateEndpoints, iam.DRN{Org: c.meta.OrgID, Database: d.ID}) {
			continue
		}
		links, err := c.linksOf(d)
		if err != nil {
			return answer{}, err
		}
		out = append(out, clusterLinks{d.ID, links})
	}
	return reply(http.StatusOK, map[string][]clusterLinks{"clusters": out})
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

// privateLink returns the link of a datacenter, which each one has; nobody is
// allowed to use it before principals are.
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

func getClusterLinks(c *request) (answer, error) {
	d, err := c.livingDatabase(c.values["databaseID"])
	if err != nil {
		return answer{}, err
	}
	links, err := c.linksOf(d)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, clusterLinks{d.ID, links})
}

// findLink returns the link that the path names.
func (c *request) findLink() (privateLink, error) {
	d, err := c.livingDatabase(c.values["databaseID"])
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

func getDatacenterLinks(c *request) (answer, error) {
	l, err := c.findLink()
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, l)
}

func allowPrincipals(c *request) (answer, error) {
	l, err := c.findLink()
	if err != nil {
		return answer{}, err
	}
	in, err := decode[struct{ AllowedPrincipals []string }](c)
	if err != nil {
		return answer{}, err
	}
	if len(in.AllowedPrincipals) == 0 || slices.Contains(in.AllowedPrincipals, "") {
		return answer{}, refuse(http.StatusBadRequest, "allowedPrincipals is required")
	}
	for _, p := range in.AllowedPrincipals {
		if !slices.Contains(l.Principals, p) {
			l.Principals = append(l.Principals, p)
		}
	}
	if err := privateLinks().put(c.tx, l); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, map[string]any{"serviceName": l.ServiceName, "allowedPrincipals": l.Principals})
}

func denyPrincipal(c *request) (answer, error) {
	l, err := c.findLink()
	if err != nil {
		return answer{}, err
	}
	in, err := decode[struct{ AllowedPrincipal string }](c)
	if err != nil {
		return answer{}, err
	}
	at := slices.Index(l.Principals, in.AllowedPrincipal)
	if at < 0 {
		return answer{}, refuse(http.StatusNotFound, "%q is not allowed", in.AllowedPrincipal)
	}
	l.Principals = slices.Delete(l.Principals, at, at+1)
	if err := privateLinks().put(c.tx, l); err != nil {
		return answer{}, err
	}
	return done(http.StatusNoContent)
}

func createEndpoint(c *request) (answer, error) {
	l, err := c.findLink()
	if err != nil {
		return answer{}, err
	}
	in, err := decode[struct{ EndpointID, Description string }](c)
	switch {
	case err != nil:
		return answer{}, err
	case in.EndpointID == "":
		return answer{}, refuse(http.StatusBadRequest, "endpointID is required")
	case l.endpoint(in.EndpointID) >= 0:
		return answer{}, refuse(http.StatusConflict, "the endpoint %s exists", in.EndpointID)
	}
	e := privateEndpoint{
		ID: in.EndpointID, Description: in.Description, LinkID: fmt.Sprint(len(l.Endpoints) + 1), Status: "Accepted",
		Created: c.now.Format("2006-01-02T15:04:05"),
	}
	l.Endpoints = append(l.Endpoints, e)
	if err := privateLinks().put(c.tx, l); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, e)
}

func (l privateLink) endpoint(id string) int {
	return slices.IndexFunc(l.Endpoints, func(e privateEndpoint) bool { return e.ID == id })
}

// withEndpoint finds the endpoint that the path names, and its place.
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

func getEndpoint(c *request) (answer, error) {
	l, at, err := c.withEndpoint()
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, l.Endpoints[at])
}

func describeEndpoint(c *request) (answer, error) {
	l, at, err := c.withEndpoint()
	if err != nil {
		return answer{}, err
	}
	in, err := decode[struct{ Description string }](c)
	if err != nil {
		return answer{}, err
	}
	l.Endpoints[at].Description = in.Description
	if err := privateLinks().put(c.tx, l); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, l.Endpoints[at])
}

func deleteEndpoint(c *request) (answer, error) {
	l, at, err := c.withEndpoint()
	if err != nil {
		return answer{}, err
	}
	l.Endpoints = slices.Delete(l.Endpoints, at, at+1)
	if err := privateLinks().put(c.tx, l); err != nil {
		return answer{}, err
	}
	return done(http.StatusNoContent)
}
