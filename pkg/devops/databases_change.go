package devops

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// NewDatabase describes a database to create. Type is "vector", "serverless" or
// "classic"; Tier, CapacityUnits, User and Password are for classic ones.
// Without a Keyspace the service chooses its name.
type NewDatabase struct {
	Name, Type    string
	Cloud, Region string
	Keyspace      string
	Tier          string
	CapacityUnits int
	User          string
	Password      secret.Text
	PCUGroupID    string // of a serverless database, in the same cloud and region
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
	PCUGroupUUID  string `json:"pcuGroupUUID,omitempty"`
}

// Create starts the creation of a database and returns its ID. The service
// allows duplicate names, so the request is never repeated. It needs
// org-db-create.
//
//	POST /v2/databases
func (s *DatabaseService) Create(ctx context.Context, d NewDatabase) (string, error) {
	const tier = "serverless" // of all databases that are not classic
	body := databaseBody{
		Name: d.Name, CloudProvider: strings.ToUpper(d.Cloud), Region: d.Region, Tier: cmp.Or(d.Tier, tier),
		CapacityUnits: cmp.Or(d.CapacityUnits, 1), Keyspace: d.Keyspace, User: d.User, PCUGroupUUID: d.PCUGroupID,
	}
	if d.Type == "vector" {
		body.DBType = d.Type
	}
	shown := body
	if body.Password = d.Password.Reveal(); body.Password != "" {
		s.client.redact.Add(d.Password)
	}
	k := call{method: http.MethodPost, path: "/v2/databases", body: body, redacted: shown, permission: "org-db-create", retry: atMostOnce}
	a, err := s.client.do(ctx, k)
	if err != nil {
		return "", err
	}
	location := a.header.Get("Location")
	id := location[strings.LastIndexByte(location, '/')+1:] // the ID alone in most responses, despite the name of the header
	if !LooksLikeID(id) {
		return "", s.client.invalidResponse(k, a, "the response has no database ID")
	}
	return id, nil
}

// LooksLikeID reports whether s has the format of an ID of the service.
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

// Terminate starts the deletion of a database and all its data. A second call
// is refused. It needs org-db-terminate.
//
//	POST /v2/databases/{databaseId}/terminate
func (s *DatabaseService) Terminate(ctx context.Context, id string) error {
	return s.post(ctx, call{path: "/v2/databases/{id}/terminate", id: id, permission: "org-db-terminate", retry: atMostOnce})
}

// Park starts to park a classic database. It needs org-db-suspend.
func (s *DatabaseService) Park(ctx context.Context, id string) error {
	return s.post(ctx, call{path: "/v2/databases/{id}/park", id: id, permission: "org-db-suspend", retry: idempotent})
}

// Unpark starts to unpark a database. It needs org-db-suspend.
func (s *DatabaseService) Unpark(ctx context.Context, id string) error {
	return s.post(ctx, call{path: "/v2/databases/{id}/unpark", id: id, permission: "org-db-suspend", retry: idempotent})
}

// Resize starts to change the capacity of a classic database to a number of
// units. It needs org-db-expand.
//
//	POST /v2/databases/{databaseId}/resize
func (s *DatabaseService) Resize(ctx context.Context, id string, units int) error {
	return s.post(ctx, call{
		path: "/v2/databases/{id}/resize", id: id, body: map[string]int{"capacityUnits": units}, permission: "org-db-expand", retry: idempotent,
	})
}

// ResetPassword sets the password of a user of a classic database. It needs
// org-db-passwordreset.
//
//	POST /v2/databases/{databaseId}/resetPassword
func (s *DatabaseService) ResetPassword(ctx context.Context, id, username string, password secret.Text) error {
	s.client.redact.Add(password)
	return s.post(ctx, call{
		path: "/v2/databases/{id}/resetPassword", id: id, body: map[string]string{"username": username, "password": password.Reveal()},
		redacted: map[string]string{"username": username}, permission: "org-db-passwordreset", retry: idempotent,
	})
}

func (s *DatabaseService) post(ctx context.Context, k call) error {
	k.method = http.MethodPost
	_, err := s.client.do(ctx, k)
	return err
}
