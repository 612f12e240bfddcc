package sandbox

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/astra-admin/astra/pkg/iam"
)

// LegacyPassword is that of the user "legacy" of the seeded classic database.
// It opens nothing but a sandbox and is no secret.
const LegacyPassword = "legacy-password"

// sessionLife is how long a session lives after its last use.
const sessionLife = 30 * time.Minute

// dataRoutes are those of the data host, which every database has of its own at
// the service. The sandbox serves them for all: one that is addressed by the
// name of its host, else whichever the caller may see.
func dataRoutes() []route {
	return []route{
		{method: "POST", path: "/v2/api/rest/v1/auth", open: true, handle: described(openSession)},
		{method: "GET", path: "/v2/api/rest/v2/schemas/keyspaces", open: true, handle: described(listKeyspaces)},
	}
}

// described answers refusals as the data host writes them.
func described(handle func(*request) (answer, error)) func(*request) (answer, error) {
	return func(c *request) (answer, error) {
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

func describe(status int, text string) (answer, error) {
	return reply(status, struct {
		Description string `json:"description"`
		Code        int    `json:"code"`
	}{text, status})
}

// session is what is kept of a session: the hash of its token, and whose it is.
type session struct {
	Hash     string    `json:"hash"`
	ClientID string    `json:"clientId,omitempty"` // of an application token
	User     string    `json:"user,omitempty"`     // of classic databases
	Host     string    `json:"host,omitempty"`     // the one database that it was opened at
	Used     time.Time `json:"used"`
}

func (s session) over(now time.Time) bool { return now.Sub(s.Used) >= sessionLife }

func sessions() table[session] {
	return table[session]{"sessions", func(s session) []string { return []string{s.Hash} }}
}

func openSession(c *request) (answer, error) {
	in, err := decode[struct{ Username, Password string }](c)
	if err != nil {
		return answer{}, err
	}
	if in.Username == "" || in.Password == "" {
		return answer{}, refuse(http.StatusBadRequest, "username and password must not be empty")
	}
	at, err := c.addressed()
	if err != nil {
		return answer{}, err
	}
	s := session{Used: c.now}
	if len(at) == 1 {
		s.Host = at[0].ID
	}
	known, err := c.known(in.Username, in.Password)
	switch {
	case err != nil:
		return answer{}, err
	case known:
		s.ClientID = in.Username
	case slices.ContainsFunc(at, func(d db) bool { return d.acceptsCredentials(in.Username, in.Password) }):
		s.User = in.Username
	default:
		return answer{}, refuse(http.StatusUnauthorized, "Provided username and/or password are incorrect")
	}
	text, err := c.server.random.uuid()
	if err != nil {
		return answer{}, err
	}
	s.Hash = hash(text)
	if err := purgeSessions(c.tx, sessions(), func(s session) bool { return s.over(c.now) }); err != nil {
		return answer{}, err
	}
	if err := sessions().put(c.tx, s); err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, map[string]string{"authToken": text})
}

// acceptsCredentials reports whether the user of a classic database has this password.
func (d db) acceptsCredentials(user, password string) bool {
	return d.classic() && d.User == user && subtle.ConstantTimeCompare([]byte(d.Password), []byte(hash(password))) == 1
}

// known reports whether the two belong to a token that is valid. The token is
// made out of them, as its hash is all that is kept.
func (c *request) known(clientID, secret string) (bool, error) {
	t, found, err := tokens().find(c.tx, clientID)
	whole := hash("AstraCS:" + clientID + ":" + hash(secret))
	return found && subtle.ConstantTimeCompare([]byte(t.Hash), []byte(whole)) == 1 && t.OrgID == "" && !t.expired(c.now) && !c.delayed(t), err
}

// purgeSessions removes the records that are over.
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

// addressed returns the databases that the host of the request stands for: one
// for its own host, all of them for that of the sandbox.
func (c *request) addressed() ([]db, error) {
	all, err := c.allDatabases()
	if err != nil {
		return nil, err
	}
	_, host, _ := strings.Cut(c.root, "://")
	label, _, _ := strings.Cut(host, ".")
	if len(label) < 36 || !isUUID(label[:36]) {
		return slices.DeleteFunc(all, func(d db) bool { return !d.available() }), nil
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

// available reports whether data requests are served, which they are also while
// keyspaces and regions change.
func (d db) available() bool { return d.Status == "ACTIVE" || d.Status == "MAINTENANCE" }

// resume refuses a database that is not available. One that hibernates resumes with
// that: its first client finds it unavailable, as at the service.
func (c *request) resume(d db) error {
	switch {
	case d.available():
		return nil
	case d.Status == "HIBERNATED":
		next := d
		next.Status = "ACTIVE"
		if err := c.begin(d, next, resuming()); err != nil {
			return err
		}
		return refuse(http.StatusServiceUnavailable, "the database is resuming")
	}
	return refuse(http.StatusServiceUnavailable, "the database is %s", strings.ToLower(d.Status))
}

// listKeyspaces shows that a token or a session is valid: it answers with the
// keyspaces that it may describe.
func listKeyspaces(c *request) (answer, error) {
	at, err := c.addressed()
	if err != nil {
		return answer{}, err
	}
	user, at, err := c.requireKeyspace(at)
	if err != nil {
		return answer{}, err
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
		return answer{}, refuse(http.StatusUnauthorized, "Role unauthorized for operation: db-rest")
	}
	return reply(http.StatusOK, map[string]any{"data": names})
}

// requireKeyspace finds out who sends a data request: a user of classic databases, whom it
// returns, or a token, which becomes the caller. A session lives on with it, at
// the databases that it was opened for.
func (c *request) requireKeyspace(at []db) (string, []db, error) {
	text := c.header.Get("X-Cassandra-Token")
	if _, formed := tokenParts(text); formed {
		c.authorization = "Bearer " + text
		if err := c.authenticate(); err != nil {
			return "", nil, err
		}
		return "", at, c.atHome()
	}
	invalid := refuse(http.StatusUnauthorized, "Missing or invalid Auth Token")
	s, found, err := sessions().find(c.tx, hash(text))
	if err != nil {
		return "", nil, err
	}
	if s.Host != "" {
		at = slices.DeleteFunc(at, func(d db) bool { return d.ID != s.Host })
	}
	if !found || s.over(c.now) || len(at) == 0 {
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
	if !found || t.OrgID != "" || t.expired(c.now) {
		return "", nil, invalid
	}
	return "", at, c.become(t)
}
