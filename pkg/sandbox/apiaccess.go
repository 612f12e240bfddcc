package sandbox

import (
	"net/http"

	bolt "go.etcd.io/bbolt"
)

func apiAccessRoutes() []route {
	const list = "/v2/organizations/{orgID}/devops-acl"
	return []route{
		{method: "GET", path: list, action: "accesslist-read", handle: getAPIAccess},
		{method: "POST", path: list, action: "accesslist-write", handle: addAPIAccess},
		{method: "PUT", path: list, action: "accesslist-write", handle: replaceAPIAccess},
		{method: "PATCH", path: list, action: "accesslist-write", handle: changeAPIAccess},
		{method: "DELETE", path: list, action: "accesslist-write", handle: clearAPIAccess},
	}
}

// apiAccess returns the table of addresses that may call the API. An empty
// table means no restriction.
func apiAccess() table[address] {
	return table[address]{"apiAccess", func(a address) []string { return []string{a.Address} }}
}

type apiAddressOut struct {
	addressOut

	Created string `json:"createdAt"`
}

func (c *request) replyAPIAccess(status int) (response, error) {
	all, err := apiAccess().all(c.tx)
	if err != nil {
		return response{}, err
	}
	out := []apiAddressOut{}
	for _, a := range all {
		out = append(out, apiAddressOut{a.out(), a.Created.String()})
	}
	return reply(status, map[string][]apiAddressOut{"addresses": out})
}

func getAPIAccess(c *request) (response, error) {
	if err := c.checkPathOrg(); err != nil {
		return response{}, err
	}
	if all, err := apiAccess().all(c.tx); err != nil || len(all) == 0 {
		if err == nil {
			err = refuse(http.StatusNotFound, "the organization has no DevOps API access list")
		}
		return response{}, err
	}
	return c.replyAPIAccess(http.StatusOK)
}

// checkPathOrg refuses a path with the ID of another organization.
func (c *request) checkPathOrg() error {
	if id := c.values["orgID"]; id != c.meta.OrgID {
		return refuse(http.StatusForbidden, "the token does not belong to organization %s", id)
	}
	return nil
}

// addAPIAccess adds to the list and creates it if necessary. With the behavior
// acl-conflict it refuses an existing list, as one of the descriptions of the API
// says.
func addAPIAccess(c *request) (response, error) {
	if err := c.checkPathOrg(); err != nil {
		return response{}, err
	}
	before, err := apiAccess().all(c.tx)
	if err == nil && len(before) > 0 && c.server.options.Behavior.ACLConflict {
		err = refuse(http.StatusConflict, "a DevOps API access list already exists")
	}
	if err != nil {
		return response{}, err
	}
	return c.setAPIAccess(http.StatusCreated, before)
}

func replaceAPIAccess(c *request) (response, error) {
	if err := c.checkPathOrg(); err != nil {
		return response{}, err
	}
	return c.setAPIAccess(http.StatusOK, nil)
}

// setAPIAccess stores a list of existing addresses and those of the request.
func (c *request) setAPIAccess(status int, before []address) (response, error) {
	in, err := decode[[]addressIn](c)
	if err != nil {
		return response{}, err
	}
	if len(in) == 0 {
		return response{}, refuse(http.StatusBadRequest, "at least one address is required")
	}
	after, err := c.appendAddresses(before, in)
	if err != nil {
		return response{}, err
	}
	if err := emptyAPIAccess(c.tx); err != nil {
		return response{}, err
	}
	if err := putAll(c.tx, apiAccess(), after); err != nil {
		return response{}, err
	}
	return c.replyAPIAccess(status)
}

func emptyAPIAccess(tx *bolt.Tx) error {
	return purgeSessions(tx, apiAccess(), func(address) bool { return true })
}

// changeAPIAccess changes one address or adds it to an existing list.
func changeAPIAccess(c *request) (response, error) {
	if err := c.checkPathOrg(); err != nil {
		return response{}, err
	}
	in, err := decode[addressIn](c)
	if err != nil {
		return response{}, err
	}
	a, err := in.check(c.now)
	if err != nil {
		return response{}, err
	}
	if all, err := apiAccess().all(c.tx); err != nil || len(all) == 0 {
		if err == nil {
			err = refuse(http.StatusNotFound, "the organization has no DevOps API access list")
		}
		return response{}, err
	}
	if old, found, err := apiAccess().find(c.tx, a.Address); err != nil {
		return response{}, err
	} else if found {
		a.Created = old.Created
	}
	if err := apiAccess().put(c.tx, a); err != nil {
		return response{}, err
	}
	return c.replyAPIAccess(http.StatusOK)
}

func clearAPIAccess(c *request) (response, error) {
	if err := c.checkPathOrg(); err != nil {
		return response{}, err
	}
	if err := emptyAPIAccess(c.tx); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusAccepted)
}
