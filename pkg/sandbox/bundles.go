package sandbox

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// linkLife is the lifetime of the address of a bundle.
const linkLife = 5 * time.Minute

func bundleRoutes() []route {
	return []route{
		{method: "POST", path: "/v2/databases/{databaseID}/secureBundleURL", errorFormat: database, action: "db-cql", handle: linkBundles},
		{method: "GET", path: "/v2/bundles/{file}", open: true, handle: fetchBundle},
	}
}

// link is the address of a bundle. Its random name serves as authorization.
type link struct {
	Name     string    `json:"name"`
	Database string    `json:"database"`
	Region   string    `json:"region"`
	Made     time.Time `json:"made"`
}

func (l link) expired(now time.Time) bool { return now.Sub(l.Made) >= linkLife }

func links() table[link] {
	return table[link]{"links", func(l link) []string { return []string{l.Name} }}
}

type bundleOut struct {
	URL           string `json:"downloadURL"`
	Internal      string `json:"downloadURLInternal"`
	Proxy         string `json:"downloadURLMigrationProxy"`
	ProxyInternal string `json:"downloadURLMigrationProxyInternal"`
	Datacenter    string `json:"datcenterID"` // the service's spelling
	Region        string `json:"region"`
	Cloud         string `json:"cloudProvider"`
}

// linkBundles creates new addresses: an array with one for each region with
// all=true, else an object with that of the first region.
func linkBundles(c *request) (response, error) {
	every := false
	if text := c.query.Get("all"); text != "" {
		var err error
		if every, err = strconv.ParseBool(text); err != nil {
			return response{}, refuse(http.StatusBadRequest, "all=%q is not true or false", text)
		}
	}
	id := c.values["databaseID"]
	d, err := c.findDatabase(id)
	switch {
	case err != nil:
		return response{}, err
	case d.Status != "ACTIVE":
		return response{}, refuse(http.StatusConflict, "database %s is %s, not ACTIVE", id, d.Status)
	}
	if err := purgeSessions(c.tx, links(), func(l link) bool { return l.expired(c.now) }); err != nil {
		return response{}, err
	}
	var all []bundleOut
	for _, dc := range d.Datacenters {
		out := bundleOut{Datacenter: fmt.Sprintf("%s-%d", d.ID, dc.Number), Region: dc.Region, Cloud: dc.Cloud}
		for _, address := range []*string{&out.URL, &out.Internal, &out.Proxy, &out.ProxyInternal} {
			if *address, err = c.link(d.ID, dc.Region); err != nil {
				return response{}, err
			}
		}
		all = append(all, out)
	}
	if !every {
		return reply(http.StatusOK, all[0])
	}
	return reply(http.StatusOK, all)
}

func (c *request) link(databaseID, region string) (string, error) {
	text, err := c.server.random.text(32, letters)
	if err != nil {
		return "", err
	}
	l := link{Name: text + ".zip", Database: databaseID, Region: region, Made: c.now}
	return c.root + "/bundles/" + l.Name, links().put(c.tx, l)
}

// baseURL returns scheme and host of a request, including in-process ones.
func baseURL(r *http.Request) string {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	if r.TLS != nil || r.URL.Scheme == "https" {
		return "https://" + host
	}
	return "http://" + host
}

// fetchBundle responds like the storage service of the bundles: 403 for an
// expired address.
func fetchBundle(c *request) (response, error) {
	l, found, err := links().find(c.tx, c.values["file"])
	if err != nil {
		return response{}, err
	}
	if !found || l.expired(c.now) {
		header := http.Header{"Content-Type": {"application/xml"}}
		body := "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
		return response{http.StatusForbidden, header, []byte(body)}, nil
	}
	d, err := c.findDatabase(l.Database)
	if err != nil {
		return response{}, err
	}
	data, err := d.bundle(l.Region)
	return response{http.StatusOK, http.Header{"Content-Type": {"application/zip"}}, data}, err
}

// bundle returns a ZIP with the same file names as a real bundle. Keys and
// certificates are placeholders.
func (d db) bundle(region string) ([]byte, error) {
	host := d.ID + "-" + region + ".db.astra.datastax.com"
	settings, err := json.MarshalIndent(map[string]any{
		"host": host, "port": 29080, "cql_port": 29042, "keyspace": d.Keyspaces[0], "localDC": region,
		"caCertLocation": "./ca.crt", "certLocation": "./cert", "keyLocation": "./key",
		"keyStoreLocation": "./identity.jks", "keyStorePassword": "sandbox",
		"trustStoreLocation": "./trustStore.jks", "trustStorePassword": "sandbox",
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	members := map[string]string{
		"config.json": string(settings) + "\n",
		"cqlshrc":     "[connection]\nhostname = " + host + "\nport = 29042\nssl = true\n",
	}
	for _, name := range []string{"ca.crt", "cert", "key", "identity.jks", "trustStore.jks"} {
		members[name] = "This is a placeholder for " + name + ": the sandbox has no database to connect to.\n"
	}
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		member, err := archive.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := member.Write([]byte(members[name])); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}
