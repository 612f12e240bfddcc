package sandbox

import (
	"cmp"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/astra-admin/astra/pkg/iam"
)

// LegacyPassword is the password of the user "legacy" of the seeded classic
// database. It is valid only in sandboxes.
const LegacyPassword = "legacy-password"

// sessionLife is how long a session is valid after its last use.
const sessionLife = 30 * time.Minute

// dataRoutes returns the routes of the REST API. In the service each database
// has its own data host. The sandbox serves all of them: the one of the Host
// header, or else any that the caller may see.
func dataRoutes() []route {
	return []route{
		{method: "POST", path: "/v2/api/rest/v1/auth", open: true, handle: withDescribedErrors(openSession)},
		{method: "GET", path: "/v2/api/rest/v2/schemas/keyspaces", open: true, handle: withDescribedErrors(listKeyspaces)},
	}
}

// dataHostRoute returns the route of a request at the data host of a database.
// Whatever is requested there, a hibernated database starts to resume and no
// inactive one answers. next serves the others; served is false without one.
func dataHostRoute(next route, served bool) route {
	handle := func(c *request) (response, error) {
		if a, err := withDescribedErrors(requireActiveHost)(c); err != nil || a.status != 0 {
			return a, err
		}
		if !served {
			return describe(http.StatusNotImplemented, "the sandbox has no data to serve")
		}
		return c.serve(c.tx, next)
	}
	return route{open: true, errorFormat: next.errorFormat, handle: handle}
}

// requireActiveHost refuses a request at the host of a database that serves no
// data. It has no response otherwise.
func requireActiveHost(c *request) (response, error) {
	_, err := c.targetDatabases()
	if errors.Is(err, errResuming) {
		return reply(http.StatusServiceUnavailable, map[string]string{"message": "Resuming your database, please try again shortly."})
	}
	return response{}, err
}

// errResuming reports that a request has started to resume a database.
var errResuming = errors.New("the database is resuming")

// isDataHost reports whether the root of an address is the data host of a
// database.
func isDataHost(root string) bool {
	u, err := url.Parse(root)
	return err == nil && dataLabel(u.Hostname()) != ""
}

// dataLabel returns the first label of a data host, an ID and a region. It is
// empty for other hosts.
func dataLabel(host string) string {
	label, _, _ := strings.Cut(host, ".")
	if len(label) < 36 || !isUUID(label[:36]) {
		return ""
	}
	return label
}

// withDescribedErrors converts errors to the format of the data host.
func withDescribedErrors(handle func(*request) (response, error)) func(*request) (response, error) {
	return func(c *request) (response, error) {
		if len(c.body) > maxBody {
			return describe(http.StatusRequestEntityTooLarge, "the body is too large")
		}
		a, err := handle(c)
		if refused, ok := errors.AsType[*apiError](err); ok {
			return describe(refused.status, refused.message)
		}
		return a, err
	}
}

func describe(status int, text string) (response, error) {
	return reply(status, struct {
		Description string `json:"description"`
		Code        int    `json:"code"`
	}{text, status})
}

// session is the record of a session: the hash of its token, and its owner.
type session struct {
	Hash     string    `json:"hash"`
	ClientID string    `json:"clientId,omitempty"` // of an application token
	User     string    `json:"user,omitempty"`     // of a classic database
	Host     string    `json:"host,omitempty"`     // host of the database for which it was opened
	Used     time.Time `json:"used"`
}

func (s session) isExpired(now time.Time) bool { return now.Sub(s.Used) >= sessionLife }

func sessions() table[session] {
	return table[session]{"sessions", func(s session) []string { return []string{s.Hash} }}
}

func openSession(c *request) (response, error) {
	in, err := decode[struct{ Username, Password string }](c)
	if err != nil {
		return response{}, err
	}
	if in.Username == "" || in.Password == "" {
		return response{}, refuse(http.StatusBadRequest, "username and password must not be empty")
	}
	at, err := c.targetDatabases()
	if err != nil {
		return response{}, err
	}
	s := session{Used: c.now}
	if len(at) == 1 {
		s.Host = at[0].ID
	}
	known, err := c.isValidToken(in.Username, in.Password)
	switch {
	case err != nil:
		return response{}, err
	case known:
		s.ClientID = in.Username
	case slices.ContainsFunc(at, func(d db) bool { return d.acceptsCredentials(in.Username, in.Password) }):
		s.User = in.Username
	default:
		return response{}, refuse(http.StatusUnauthorized, "Provided username and/or password are incorrect")
	}
	text, err := c.server.random.uuid()
	if err != nil {
		return response{}, err
	}
	s.Hash = hash(text)
	if err := purgeSessions(c.tx, sessions(), func(s session) bool { return s.isExpired(c.now) }); err != nil {
		return response{}, err
	}
	if err := sessions().put(c.tx, s); err != nil {
		return response{}, err
	}
	return reply(http.StatusCreated, map[string]string{"authToken": text})
}

// acceptsCredentials reports whether the user of a classic database has this
// password.
func (d db) acceptsCredentials(user, password string) bool {
	return d.classic() && d.User == user && subtle.ConstantTimeCompare([]byte(d.Password), []byte(hash(password))) == 1
}

// isValidToken reports whether client ID and secret belong to a valid token.
// Only the hash of a token is stored, so the token is assembled to hash it.
func (c *request) isValidToken(clientID, secret string) (bool, error) {
	t, found, err := tokens().find(c.tx, clientID)
	token := hash("AstraCS:" + clientID + ":" + hash(secret))
	return found && subtle.ConstantTimeCompare([]byte(t.Hash), []byte(token)) == 1 && t.OrgID == "" && !t.isExpired(c.now) && !c.isDelayed(t), err
}

// purgeSessions deletes expired records.
func purgeSessions[T any](tx *bolt.Tx, t table[T], over func(T) bool) error {
	all, err := t.all(tx)
	if err != nil {
		return err
	}
	for _, record := range all {
		if over(record) {
			if err := t.remove(tx, t.keys(record)[0]); err != nil {
				return err
			}
		}
	}
	return nil
}

// targetDatabases returns the databases at the host of the request: one for the
// data host of a database, all for the host of the sandbox.
func (c *request) targetDatabases() ([]db, error) {
	all, err := c.allDatabases()
	if err != nil {
		return nil, err
	}
	_, host, _ := strings.Cut(c.root, "://")
	label := dataLabel(host)
	if label == "" {
		return slices.DeleteFunc(all, func(d db) bool { return !d.servesData() }), nil
	}
	for _, d := range all {
		for _, dc := range d.Datacenters {
			if label == d.ID+"-"+dc.Region && d.Status != "TERMINATED" {
				return []db{d}, c.resume(d)
			}
		}
	}
	return nil, refuse(http.StatusNotFound, "there is no active database at this host")
}

// servesData reports whether the database serves data requests, which includes
// maintenance of keyspaces and regions.
func (d db) servesData() bool { return d.Status == "ACTIVE" || d.Status == "MAINTENANCE" }

// resume refuses a database that serves no data. A hibernated one starts to
// resume: its first request fails, as in the service.
func (c *request) resume(d db) error {
	switch {
	case d.servesData():
		return nil
	case d.Status == "HIBERNATED":
		if parked, err := c.inParkedPCU(d); err != nil || parked {
			return cmp.Or(err, refuse(http.StatusServiceUnavailable, "the database is in a parked PCU group"))
		}
		next := d
		next.Status = "ACTIVE"
		if err := c.startChange(d, next, resumeStages()); err != nil {
			return err
		}
		return errResuming
	}
	return refuse(http.StatusServiceUnavailable, "the database is %s", strings.ToLower(d.Status))
}

// listKeyspaces returns the keyspaces that the caller may describe. Clients use
// it to check a token or a session.
func listKeyspaces(c *request) (response, error) {
	at, err := c.targetDatabases()
	if err != nil {
		return response{}, err
	}
	user, at, err := c.requireKeyspace(at)
	if err != nil {
		return response{}, err
	}
	type named struct {
		Name string `json:"name"`
	}
	names, allowed := []named{}, false
	for _, d := range at {
		on := iam.DRN{Org: c.meta.OrgID, Database: d.ID}
		mine := user != "" && d.User == user
		if !mine && (user != "" || !c.allows("db-rest", on)) {
			continue
		}
		allowed = true
		for _, keyspace := range d.Keyspaces {
			on.Keyspace = keyspace
			if mine || c.allows("db-keyspace-describe", on) {
				names = append(names, named{keyspace})
			}
		}
	}
	if !allowed {
		return response{}, refuse(http.StatusUnauthorized, "Role unauthorized for operation: db-rest")
	}
	return reply(http.StatusOK, map[string]any{"data": names})
}

// requireKeyspace authenticates a data request. It returns the user of a
// classic database or makes the token the caller, with the databases for which
// a session was opened. Use extends the session.
func (c *request) requireKeyspace(at []db) (string, []db, error) {
	text := c.header.Get("X-Cassandra-Token")
	if _, formed := tokenParts(text); formed {
		c.authorization = "Bearer " + text
		if err := c.authenticate(); err != nil {
			return "", nil, err
		}
		return "", at, c.requireSandboxOrg()
	}
	invalid := refuse(http.StatusUnauthorized, "Missing or invalid Auth Token")
	s, found, err := sessions().find(c.tx, hash(text))
	if err != nil {
		return "", nil, err
	}
	if s.Host != "" {
		at = slices.DeleteFunc(at, func(d db) bool { return d.ID != s.Host })
	}
	if !found || s.isExpired(c.now) || len(at) == 0 {
		return "", nil, invalid
	}
	s.Used = c.now
	if err := sessions().put(c.tx, s); err != nil || s.ClientID == "" {
		return s.User, at, err
	}
	t, found, err := tokens().find(c.tx, s.ClientID)
	if err != nil {
		return "", nil, err
	}
	if !found || t.OrgID != "" || t.isExpired(c.now) {
		return "", nil, invalid
	}
	return "", at, c.setCaller(t)
}
