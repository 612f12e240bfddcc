package sandbox

import (
	"net/http"
	"net/mail"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

func userRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/organizations/users", action: "org-user-read", anyOrg: true, handle: listUsers},
		{method: "PUT", path: "/v2/organizations/users", action: "org-user-write", handle: inviteUser},
		{method: "GET", path: "/v2/organizations/users/{userID}", action: "org-user-read", handle: getUser},
		{method: "DELETE", path: "/v2/organizations/users/{userID}", action: "org-user-write", handle: removeUser},
		{method: "PUT", path: "/v2/organizations/users/{userID}/roles", action: "org-user-write", handle: setUserRoles},
	}
}

const (
	active  = "active"
	invited = "invited"
)

type user struct {
	ID     string   `json:"id"`
	Email  string   `json:"email"`
	Status string   `json:"status"`
	Roles  []string `json:"roles"`
}

// users are indexed by ID and by email address, ignoring case.
func users() table[user] {
	return table[user]{"users", func(u user) []string { return []string{u.ID, strings.ToLower(u.Email)} }}
}

// userOut is a user in responses. The keys are the service's; the specification
// does not list them.
type userOut struct {
	UserID, Email, Status string
	Roles                 []roleRef
}

type roleRef struct{ ID, Name string }

func listUsers(c *request) (response, error) {
	if id := c.org(); id != c.meta.OrgID { // of which only name and tokens are known
		o, _, err := organizations().find(c.tx, id)
		if err != nil {
			return response{}, err
		}
		return reply(http.StatusOK, membersOut{id, o.OrganizationName, []userOut{}})
	}
	all, err := users().all(c.tx)
	if err != nil {
		return response{}, err
	}
	names, err := roleNames(c.tx)
	if err != nil {
		return response{}, err
	}
	list := make([]userOut, 0, len(all))
	for _, u := range all {
		list = append(list, u.out(names))
	}
	return reply(http.StatusOK, membersOut{c.meta.OrgID, c.meta.OrgName, list})
}

type membersOut struct {
	OrgID, OrgName string
	Users          []userOut
}

// out converts a user for a response. Deleted roles are omitted.
func (u user) out(names map[string]string) userOut {
	out := userOut{u.ID, u.Email, u.Status, []roleRef{}}
	for _, id := range u.Roles {
		if name, found := names[id]; found {
			out.Roles = append(out.Roles, roleRef{id, name})
		}
	}
	return out
}

func getUser(c *request) (response, error) {
	u, err := c.findUser()
	if err != nil {
		return response{}, err
	}
	names, err := roleNames(c.tx)
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, u.out(names))
}

func (c *request) findUser() (user, error) {
	id := c.values["userID"]
	u, found, err := users().find(c.tx, id)
	if err == nil && (!found || u.ID != id) { // addresses are keys of the table too
		err = refuse(http.StatusNotFound, "user %s not found", id)
	}
	return u, err
}

// inviteUser invites a user, or sets the roles of an existing one.
func inviteUser(c *request) (response, error) {
	in, err := decode[struct {
		Email, OrgID string
		Roles        []string
	}](c)
	if err != nil {
		return response{}, err
	}
	switch {
	case !isEmail(in.Email):
		return response{}, refuse(http.StatusBadRequest, "email is required and must be an address")
	case in.OrgID == "":
		return response{}, refuse(http.StatusBadRequest, "orgID is required")
	case in.OrgID != c.meta.OrgID:
		return response{}, refuse(http.StatusForbidden, "the token does not belong to organization %s", in.OrgID)
	}
	roles, err := checkRoles(c.tx, in.Roles)
	if err != nil {
		return response{}, err
	}
	u, found, err := users().find(c.tx, strings.ToLower(in.Email))
	if err != nil {
		return response{}, err
	}
	if !found {
		u.Status = invited
		if u.ID, err = c.server.random.uuid(); err != nil {
			return response{}, err
		}
	}
	u.Email, u.Roles = in.Email, roles
	if err := users().put(c.tx, u); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusOK)
}

func setUserRoles(c *request) (response, error) {
	u, err := c.findUser()
	if err != nil {
		return response{}, err
	}
	in, err := decode[struct{ Roles []string }](c)
	if err != nil {
		return response{}, err
	}
	if u.Roles, err = checkRoles(c.tx, in.Roles); err != nil {
		return response{}, err
	}
	if err := users().put(c.tx, u); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusNoContent)
}

func removeUser(c *request) (response, error) {
	u, err := c.findUser()
	if err != nil {
		return response{}, err
	}
	if err := users().remove(c.tx, u.ID); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusNoContent)
}

// checkRoles returns the distinct role IDs of a request. All must exist; the
// service accepts no names.
func checkRoles(tx *bolt.Tx, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, refuse(http.StatusBadRequest, "at least one role is required")
	}
	var roles []string
	for _, id := range ids {
		if !isUUID(id) {
			return nil, refuse(http.StatusBadRequest, "%q is not a role id", id)
		}
		if _, found, err := findRole(tx, id); err != nil {
			return nil, err
		} else if !found {
			return nil, refuse(http.StatusNotFound, "role %s not found", id)
		}
		if !slices.Contains(roles, id) {
			roles = append(roles, id)
		}
	}
	return roles, nil
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}
