package sandbox

import (
	"net/http"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/astra-admin/astra/pkg/iam"
)

func roleRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/organizations/roles", action: "org-role-read", anyOrg: true, handle: listRoles},
		{method: "POST", path: "/v2/organizations/roles", errorFormat: jsonString, action: "org-role-write", handle: createRole},
		{method: "GET", path: "/v2/organizations/roles/{roleID}", errorFormat: jsonString, action: "org-role-read", handle: getRole},
		{method: "PUT", path: "/v2/organizations/roles/{roleID}", errorFormat: jsonString, action: "org-role-write", handle: updateRole},
		{method: "DELETE", path: "/v2/organizations/roles/{roleID}", errorFormat: jsonString, action: "org-role-delete", handle: deleteRole},
	}
}

// role is the stored form of a custom role, and the form of any role in
// responses.
type role struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Policy    policy    `json:"policy"`
	UpdatedAt time.Time `json:"last_update_date_time"`
	UpdatedBy string    `json:"last_update_user_id"`
}

// policy is an iam.Policy with the service's JSON keys.
type policy struct {
	Description string   `json:"description"`
	Resources   []string `json:"resources"`
	Actions     []string `json:"actions"`
	Effect      string   `json:"effect"`
}

// customRoles are indexed by ID and by name, ignoring case.
func customRoles() table[role] {
	return table[role]{"roles", func(r role) []string { return []string{r.ID, nameKey(r.Name)} }}
}

func nameKey(name string) string { return "name:" + strings.ToLower(name) }

func defaultRole(r iam.Role) role { return role{ID: r.ID, Name: r.Name, Policy: policy(r.Policy)} }

func findRole(tx *bolt.Tx, id string) (role, bool, error) {
	if r, found := iam.DefaultRole(id); found {
		return defaultRole(r), true, nil
	}
	if !isUUID(id) {
		return role{}, false, nil
	}
	return customRoles().find(tx, id)
}

func allRoles(tx *bolt.Tx) ([]role, error) {
	var roles []role
	for _, r := range iam.DefaultRoles() {
		roles = append(roles, defaultRole(r))
	}
	custom, err := customRoles().all(tx)
	return append(roles, custom...), err
}

func roleNames(tx *bolt.Tx) (map[string]string, error) {
	roles, err := allRoles(tx)
	names := map[string]string{}
	for _, r := range roles {
		names[r.ID] = r.Name
	}
	return names, err
}

func listRoles(c *request) (response, error) {
	roles, err := allRoles(c.tx)
	if err != nil {
		return response{}, err
	}
	if c.org() != c.meta.OrgID { // custom roles exist in the sandbox's own only
		roles = roles[:len(iam.DefaultRoles())]
	}
	return reply(http.StatusOK, roles)
}

func getRole(c *request) (response, error) {
	r, err := c.findRole()
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, r)
}

func (c *request) findRole() (role, error) {
	id := c.values["roleID"]
	if !isUUID(id) {
		return role{}, refuse(http.StatusBadRequest, "%q is not a role id", id)
	}
	r, found, err := findRole(c.tx, id)
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "role %s not found", id)
	}
	return r, err
}

// createRole responds with keys in PascalCase, as only this endpoint does.
func createRole(c *request) (response, error) {
	r, err := c.readRole(role{}, http.StatusConflict)
	if err != nil {
		return response{}, err
	}
	if r.ID, err = c.server.random.uuid(); err != nil {
		return response{}, err
	}
	if err := customRoles().put(c.tx, r); err != nil {
		return response{}, err
	}
	return reply(http.StatusCreated, struct {
		OrgID, ID, Name    string
		Policy             iam.Policy
		LastUpdateDateTime time.Time
		LastUpdateUserID   string
	}{c.meta.OrgID, r.ID, r.Name, iam.Policy(r.Policy), r.UpdatedAt, r.UpdatedBy})
}

func updateRole(c *request) (response, error) {
	r, err := c.findCustomRole()
	if err != nil {
		return response{}, err
	}
	if r, err = c.readRole(r, http.StatusBadRequest); err != nil { // the specification has no 409 here
		return response{}, err
	}
	if err := customRoles().put(c.tx, r); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusOK)
}

// deleteRole leaves the ID of the role in tokens and users that have it.
func deleteRole(c *request) (response, error) {
	r, err := c.findCustomRole()
	if err != nil {
		return response{}, err
	}
	if err := customRoles().remove(c.tx, r.ID); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusNoContent)
}

func (c *request) findCustomRole() (role, error) {
	r, err := c.findRole()
	if err != nil {
		return role{}, err
	}
	if _, isDefault := iam.DefaultRole(r.ID); isDefault {
		return role{}, refuse(http.StatusForbidden, "the default role %q cannot be changed or deleted", r.Name)
	}
	return r, nil
}
