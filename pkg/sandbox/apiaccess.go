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

// apiAccess are the addresses that may call the API. That there are any is what
// restricts.
func apiAccess() table[address] {
	return table[address]{"apiAccess", func(a address) []string { return []string{a.Address} }}
}

type apiAddressOut struct {
	addressOut

	Created string `json:"createdAt"`
}

func (c *request) replyAPIAccess(status int) (answer, error) {
	all, err := apiAccess().all(c.tx)
	if err != nil {
		return answer{}, err
	}
	out := []apiAddressOut{}
	for _, a := range all {
		out = append(out, apiAddressOut{a.out(), a.Created.String()})
	}
	return reply(status, map[string][]apiAddressOut{"addresses": out})
}

func getAPIAccess(c *request) (answer, error) {
	if err := c.ownOrg(); err != nil {
		return answer{}, err
	}
	if all, err := apiAccess().all(c.tx); err != nil || len(all) == 0 {
		if err == nil {
			err = refuse(http.StatusNotFound, "the organization has no DevOps API access list")
		}
		return answer{}, err
	}
	return c.replyAPIAccess(http.StatusOK)
}

// ownOrg refuses a path that names another organization.
func (c *request) ownOrg() error {
	if id := c.values["orgID"]; id != c.meta.OrgID {
		return refuse(http.StatusForbidden, "the token is not of the organization %s", id)
	}
	return nil
}

func addAPIAccess(c *request) (answer, error) {
	if err := c.ownOrg(); err != nil {
		return answer{}, err
	}
	all, err := apiAccess().all(c.tx)
	if err == nil && len(all) > 0 {
		err = refuse(http.StatusConflict, "a DevOps API access list already exists")
	}
	if err != nil {
		return answer{}, err
	}
	return c.setAPIAccess(http.StatusCreated)
}

func replaceAPIAccess(c *request) (answer, error) { return c.setAPIAccess(http.StatusOK) }

// setAPIAccess makes the list that of the request.
func (c *request) setAPIAccess(status int) (answer, error) {
	if err := c.ownOrg(); err != nil {
		return answer{}, err
	}
	in, err := decode[[]addressIn](c)
	if err != nil {
		return answer{}, err
	}
	if len(in) == 0 {
		return answer{}, refuse(http.StatusBadRequest, "there is no address")
	}
	after, err := c.with(nil, in)
	if err != nil {
		return answer{}, err
	}
	if err := emptyAPIAccess(c.tx); err != nil {
		return answer{}, err
	}
	if err := putAll(c.tx, apiAccess(), after); err != nil {
		return answer{}, err
	}
	return c.replyAPIAccess(status)
}

func emptyAPIAccess(tx *bolt.Tx) error {
	return purgeSessions(tx, apiAccess(), func(address) bool { return true })
}

// changeAPIAccess changes one address, or adds it to a list that is there.
func changeAPIAccess(c *request) (answer, error) {
	if err := c.ownOrg(); err != nil {
		return answer{}, err
	}
	in, err := decode[addressIn](c)
	if err != nil {
		return answer{}, err
	}
	a, err := in.check(c.now)
	if err != nil {
		return answer{}, err
	}
	if all, err := apiAccess().all(c.tx); err != nil || len(all) == 0 {
		if err == nil {
			err = refuse(http.StatusNotFound, "the organization has no DevOps API access list")
		}
		return answer{}, err
	}
	if old, found, err := apiAccess().find(c.tx, a.Address); err != nil {
		return answer{}, err
	} else if found {
		a.Created = old.Created
	}
	if err := apiAccess().put(c.tx, a); err != nil {
		return answer{}, err
	}
	return c.replyAPIAccess(http.StatusOK)
}

func clearAPIAccess(c *request) (answer, error) {
	if err := c.ownOrg(); err != nil {
		return answer{}, err
	}
	if err := emptyAPIAccess(c.tx); err != nil {
		return answer{}, err
	}
	return done(http.StatusAccepted)
}
