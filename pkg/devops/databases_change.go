package devops

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// A NewDatabase describes a database to be made. Type is "vector", "serverless"
// or "classic"; Tier and CapacityUnits are those of a classic one, and so are
// User and Password. Without a Keyspace the service chooses its name.
type NewDatabase struct {
	Name, Type    string
	Cloud, Region string
	Keyspace      string
	Tier          string
	CapacityUnits int
	User          string
	Password      secret.Text
}

type databaseBody struct {
	Name          string `json:"name"`
	CloudProvider string `json:"cloudProvider"`
	Region        string `json:"region"`
	Tier          string `json:"tier"`
	CapacityUnits int    `json:"capacityUnits"`
	DBType        string `json:"dbType,omitempty"`
	Keyspace      string `json:"keyspace,omitempty"`
	User          string `json:"user,omitempty"`
	Password      string `json:"password,omitempty"`
}

// Create begins to make a database and returns its id. The service takes any
// number of databases of one name, so this is never sent twice. It needs
// org-db-create.
//
//	POST /v2/databases
func (s *DatabaseService) Create(ctx context.Context, d NewDatabase) (string, error) {
	const tier = "serverless" // of every database that is not classic
	body := databaseBody{
		Name: d.Name, CloudProvider: strings.ToUpper(d.Cloud), Region: d.Region, Tier: cmp.Or(d.Tier, tier),
		CapacityUnits: cmp.Or(d.CapacityUnits, 1), Keyspace: d.Keyspace, User: d.User,
	}
	if d.Type == "vector" {
		body.DBType = d.Type
	}
	shown := body
	if body.Password = d.Password.Reveal(); body.Password != "" {
		s.client.redact.Add(d.Password)
	}
	k := call{method: http.MethodPost, path: "/v2/databases", body: body, shown: shown, permission: "org-db-create", class: once}
	a, err := s.client.do(ctx, k)
	if err != nil {
		return "", err
	}
	id := a.header.Get("Location") // the bare id, whatever the name of the header says
	if !LooksLikeID(id) {
		return "", s.client.unusable(k, a, "the answer does not say which database it is")
	}
	return id, nil
}

// LooksLikeID reports whether s has the form of an id of the service.
func LooksLikeID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range strings.ToLower(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdef", r) {
			return false
		}
	}
	return true
}

// Terminate begins to delete a database with all that is in it. A second call
// is refused. It needs org-db-terminate.
//
//	POST /v2/databases/{databaseId}/terminate
func (s *DatabaseService) Terminate(ctx context.Context, id string) error {
	return s.post(ctx, call{path: "/v2/databases/{id}/terminate", id: id, permission: "org-db-terminate", class: once})
}

// Park begins to park a classic database. It needs org-db-suspend.
//
//	POST /v2/databases/{databaseId}/park
func (s *DatabaseService) Park(ctx context.Context, id string) error {
	return s.post(ctx, call{path: "/v2/databases/{id}/park", id: id, permission: "org-db-suspend", class: idempotent})
}

// Unpark begins to bring a parked database back. It needs org-db-suspend.
//
//	POST /v2/databases/{databaseId}/unpark
func (s *DatabaseService) Unpark(ctx context.Context, id string) error {
	return s.post(ctx, call{path: "/v2/databases/{id}/unpark", id: id, permission: "org-db-suspend", class: idempotent})
}

// Resize begins to give a classic database so many capacity units. It needs
// org-db-expand.
//
//	POST /v2/databases/{databaseId}/resize
func (s *DatabaseService) Resize(ctx context.Context, id string, units int) error {
	return s.post(ctx, call{
		path: "/v2/databases/{id}/resize", id: id, body: map[string]int{"capacityUnits": units}, permission: "org-db-expand", class: idempotent,
	})
}

// ResetPassword gives a user of a classic database another password. It needs
// org-db-passwordreset.
//
//	POST /v2/databases/{databaseId}/resetPassword
func (s *DatabaseService) ResetPassword(ctx context.Context, id, username string, password secret.Text) error {
	s.client.redact.Add(password)
	return s.post(ctx, call{
		path: "/v2/databases/{id}/resetPassword", id: id, body: map[string]string{"username": username, "password": password.Reveal()},
		shown: map[string]string{"username": username}, permission: "org-db-passwordreset", class: idempotent,
	})
}

func (s *DatabaseService) post(ctx context.Context, k call) error {
	k.method = http.MethodPost
	_, err := s.client.do(ctx, k)
	return err
}
