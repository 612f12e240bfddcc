package sandbox

import (
	"net/http"
	"slices"
)

func accessListRoutes() []route {
	const list = "/v2/databases/{databaseID}/access-list"
	return []route{
		{method: "GET", path: "/v2/access-lists", action: "accesslist-read", handle: listAccessLists},
		{method: "GET", path: list, errorFormat: plainText404, action: "accesslist-read", handle: getAccessList},
		{method: "POST", path: list, errorFormat: plainText, action: "accesslist-write", handle: addAddresses},
		{method: "PUT", path: list, action: "accesslist-write", handle: replaceAccessList},
		{method: "PATCH", path: list, action: "accesslist-write", handle: changeAccessList},
		{method: "DELETE", path: list, action: "accesslist-write", handle: deleteAddresses},
		{method: "GET", path: "/v2/access-list/template", action: "accesslist-read", handle: accessListTemplate},
		{method: "POST", path: "/v2/access-list/template", action: "accesslist-read", handle: accessListTemplate},
		{method: "GET", path: "/v2/access-list/template", action: "accesslist-read", handle: accessListTemplate}, // as documented in examples
		{method: "POST", path: "/v2/access-list/validate", action: "accesslist-read", handle: validateAccessList},
	}
}

// accessList is the access list of a database. Entries count only while Enabled
// is set. The sandbox stores the list but does not enforce it: it does not know
// the address of a caller.
type accessList struct {
	Database  string    `json:"database"`
	Enabled   bool      `json:"enabled"`
	Addresses []address `json:"addresses"`
}

func accessLists() table[accessList] {
	return table[accessList]{"accessLists", func(l accessList) []string { return []string{l.Database} }}
}

type accessListOut struct {
	Organization   string               `json:"organizationId"`
	Database       string               `json:"databaseId"`
	Addresses      []addressOut         `json:"addresses"`
	Configurations accessListConditions `json:"configurations"`
}

type accessListConditions struct {
	Enabled bool `json:"accessListEnabled"`
}

func (l accessList) out(org string) accessListOut {
	out := accessListOut{org, l.Database, []addressOut{}, accessListConditions{l.Enabled}}
	for _, a := range l.Addresses {
		out.Addresses = append(out.Addresses, a.out())
	}
	return out
}

func listAccessLists(c *request) (response, error) {
	all, err := accessLists().all(c.tx)
	if err != nil {
		return response{}, err
	}
	out := []accessListOut{}
	for _, l := range all {
		d, _, err := databases().find(c.tx, l.Database)
		if err != nil {
			return response{}, err
		}
		if d.stateAt(c.now).Status == "TERMINATED" { // the access list is deleted with its database
			continue
		}
		out = append(out, l.out(c.meta.OrgID))
	}
	return reply(http.StatusOK, out)
}

func getAccessList(c *request) (response, error) {
	l, found, err := c.accessList()
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "database %s has no access list", l.Database)
	}
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, l.out(c.meta.OrgID))
}

// accessList returns the access list of the database in the path.
func (c *request) accessList() (accessList, bool, error) {
	d, err := c.findUnterminated(c.values["databaseID"])
	if err != nil {
		return accessList{}, false, err
	}
	l, found, err := accessLists().find(c.tx, d.ID)
	l.Database = d.ID
	return l, found, err
}

func addAddresses(c *request) (response, error) {
	l, _, err := c.accessList()
	if err != nil {
		return response{}, err
	}
	in, err := decode[[]addressIn](c)
	if err != nil {
		return response{}, err
	}
	if len(in) == 0 {
		return response{}, refuse(http.StatusBadRequest, "at least one address is required")
	}
	if l.Addresses, err = c.appendAddresses(l.Addresses, in); err != nil {
		return response{}, err
	}
	return c.saveAccessList(l)
}

func (c *request) saveAccessList(l accessList) (response, error) {
	if err := accessLists().put(c.tx, l); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusNoContent)
}

func replaceAccessList(c *request) (response, error) {
	l, _, err := c.accessList()
	if err != nil {
		return response{}, err
	}
	in, err := c.accessListIn()
	if err != nil {
		return response{}, err
	}
	if l.Addresses, err = c.appendAddresses(nil, in.Addresses); err != nil {
		return response{}, err
	}
	if in.Configurations != nil {
		l.Enabled = *in.Configurations.AccessListEnabled
	}
	return c.saveAccessList(l)
}

// changeAccessList changes the named addresses and settings and leaves the
// others unchanged.
func changeAccessList(c *request) (response, error) {
	l, found, err := c.accessList()
	if err != nil {
		return response{}, err
	}
	if !found {
		return response{}, refuse(http.StatusNotFound, "database %s has no access list", l.Database)
	}
	in, err := c.accessListIn()
	if err != nil {
		return response{}, err
	}
	for _, i := range in.Addresses {
		a, err := i.check(c.now)
		if err != nil {
			return response{}, err
		}
		at := indexOf(l.Addresses, a.Address)
		if at < 0 {
			return response{}, refuse(http.StatusNotFound, "the address %s is not on the list", a.Address)
		}
		a.Created = l.Addresses[at].Created
		l.Addresses[at] = a
	}
	if in.Configurations != nil {
		l.Enabled = *in.Configurations.AccessListEnabled
	}
	return c.saveAccessList(l)
}

// deleteAddresses deletes the whole list if no address is named. Like the
// service, it deletes only the first of several.
func deleteAddresses(c *request) (response, error) {
	l, found, err := c.accessList()
	if err != nil {
		return response{}, err
	}
	if !found {
		return response{}, refuse(http.StatusNotFound, "database %s has no access list", l.Database)
	}
	if !c.query.Has("addresses") {
		if err := accessLists().remove(c.tx, l.Database); err != nil {
			return response{}, err
		}
		return replyEmpty(http.StatusNoContent)
	}
	text, err := network(c.query.Get("addresses"))
	if err != nil {
		return response{}, err
	}
	at := indexOf(l.Addresses, text)
	if at < 0 {
		return response{}, refuse(http.StatusNotFound, "the address %s is not on the list", text)
	}
	l.Addresses = slices.Delete(l.Addresses, at, at+1)
	return c.saveAccessList(l)
}

func accessListTemplate(*request) (response, error) {
	return reply(http.StatusOK, map[string]any{
		"addresses":      []map[string]any{{"address": "203.0.113.0/24", "description": "office", "enabled": true}},
		"configurations": accessListConditions{true},
	})
}

func validateAccessList(c *request) (response, error) {
	var out struct {
		Valid    bool     `json:"valid"`
		Failures []string `json:"validationFailures"`
	}
	out.Failures = []string{}
	in, err := c.accessListIn()
	if err != nil {
		return response{}, err
	}
	for _, i := range in.Addresses {
		if _, err := i.check(c.now); err != nil {
			out.Failures = append(out.Failures, err.Error())
		}
	}
	out.Valid = len(out.Failures) == 0
	return reply(http.StatusOK, out)
}
