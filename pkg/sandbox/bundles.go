package sandbox

import (
	"archive/zip"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
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

// The kinds of bundles: how a driver reaches the database.
const (
	bundlePublic        = "public"
	bundleInternal      = "internal"
	bundleProxy         = "proxy"
	bundleProxyInternal = "proxy-internal"
)

type bundleOut struct {
	URL           string `json:"downloadURL"`
	Internal      string `json:"downloadURLInternal"`
	Proxy         string `json:"downloadURLMigrationProxy"`
	ProxyInternal string `json:"downloadURLMigrationProxyInternal"`
	Datacenter    string `json:"datcenterID"` // the service's spelling
	Region        string `json:"region"`
	Cloud         string `json:"cloudProvider"`
}

// linkBundles returns the addresses of bundles: an array with one for each region with
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
	var all []bundleOut
	for _, dc := range d.Datacenters {
		all = append(all, bundleOut{
			URL: c.bundleURL(d, dc, bundlePublic), Internal: c.bundleURL(d, dc, bundleInternal),
			Proxy: c.bundleURL(d, dc, bundleProxy), ProxyInternal: c.bundleURL(d, dc, bundleProxyInternal),
			Datacenter: d.datacenterID(dc), Region: dc.Region, Cloud: dc.Cloud,
		})
	}
	if !every {
		return reply(http.StatusOK, all[0])
	}
	return reply(http.StatusOK, all)
}

// bundleURL returns the address of a bundle at the host of the request. Its
// signature serves as authorization until it expires, so that reading a database
// changes no state.
func (c *request) bundleURL(d db, dc datacenter, kind string) string {
	name := fmt.Sprintf("%s.%s.%d", kind, d.datacenterID(dc), c.now.Unix())
	return c.root + "/bundles/" + name + "." + c.sign(name) + ".zip"
}

// sign returns the signature of the name of a bundle.
func (c *request) sign(name string) string {
	mac := hmac.New(sha256.New, []byte(c.meta.AdminToken))
	mac.Write([]byte(name))
	return hex.EncodeToString(mac.Sum(nil))
}

// bundleDatacenter returns the datacenter that a file in the path was signed for.
func (c *request) bundleDatacenter() (id string, signed bool) {
	text, isZip := strings.CutSuffix(c.values["file"], ".zip")
	parts := strings.Split(text, ".")
	if !isZip || len(parts) != 4 {
		return "", false
	}
	seconds, err := strconv.ParseInt(parts[2], 10, 64)
	valid := hmac.Equal([]byte(c.sign(strings.Join(parts[:3], "."))), []byte(parts[3]))
	return parts[1], err == nil && valid && c.now.Sub(time.Unix(seconds, 0)) < linkLife
}

// baseURL returns scheme and host of a request, including in-process ones and
// those of a proxy that terminates TLS.
func baseURL(r *http.Request) string {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	if r.TLS != nil || r.URL.Scheme == "https" || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + host
	}
	return "http://" + host
}

// fetchBundle responds like the storage service of the bundles: 403 for an
// address that expired or that was not signed.
func fetchBundle(c *request) (response, error) {
	id, signed := c.bundleDatacenter()
	if !signed {
		header := http.Header{"Content-Type": {"application/xml"}}
		body := "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
		return response{http.StatusForbidden, header, []byte(body)}, nil
	}
	d, err := c.findUnterminated(id[:strings.LastIndexByte(id, '-')])
	if err != nil {
		return response{}, err
	}
	for _, dc := range d.Datacenters {
		if d.datacenterID(dc) == id {
			data, err := d.bundle(dc.Region)
			return response{http.StatusOK, http.Header{"Content-Type": {"application/zip"}}, data}, err
		}
	}
	return response{}, refuse(http.StatusNotFound, "datacenter %s not found", id)
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
