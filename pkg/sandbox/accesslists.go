package sandbox

import (
	"net/http"
	"slices"
)

func accessListRoutes() []route {
	const list = "/v2/databases/{databaseID}/access-list"
	return []route{
		{method: "GET", path: "/v2/access-lists", action: "accesslist-read", handle: listAccessLists},
		{method: "GET", path: list, shape: plainMissing, action: "accesslist-read", handle: getAccessList},
		{method: "POST", path: list, shape: plain, action: "accesslist-write", handle: addAddresses},
		{method: "PUT", path: list, action: "accesslist-write", handle: replaceAccessList},
		{method: "PATCH", path: list, action: "accesslist-write", handle: changeAccessList},
		{method: "DELETE", path: list, action: "accesslist-write", handle: deleteAddresses},
		{method: "POST", path: "/v2/access-list/template", action: "accesslist-read", handle: accessListTemplate},
		{method: "POST", path: "/v2/access-list/validate", action: "accesslist-read", handle: validateAccessList},
	}
}

// accessList is the list of a database. Whether it restricts is Enabled; that of
// an address counts only then. The sandbox keeps it and lets everybody in: it
// does not know from where it is called.
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

func listAccessLists(c *request) (answer, error) {
	all, err := accessLists().all(c.tx)
	if err != nil {
		return answer{}, err
	}
	out := []accessListOut{}
	for _, l := range all {
		d, _, err := databases().find(c.tx, l.Database)
		if err != nil {
			return answer{}, err
		}
		if d.at(c.now).Status == "TERMINATED" { // its list went with it
			continue
		}
		out = append(out, l.out(c.meta.OrgID))
	}
	return reply(http.StatusOK, out)
}

func getAccessList(c *request) (answer, error) {
	l, found, err := c.accessList()
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "database %s has no access list", l.Database)
	}
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, l.out(c.meta.OrgID))
}

// accessList returns the list of the database that the path names.
func (c *request) accessList() (accessList, bool, error) {
	d, err := c.livingDatabase(c.values["databaseID"])
	if err != nil {
		return accessList{}, false, err
	}
	l, found, err := accessLists().find(c.tx, d.ID)
	l.Database = d.ID
	return l, found, err
}

func addAddresses(c *request) (answer, error) {
	l, _, err := c.accessList()
	if err != nil {
		return answer{}, err
	}
	in, err := decode[[]addressIn](c)
	if err != nil {
		return answer{}, err
	}
	if len(in) == 0 {
		return answer{}, refuse(http.StatusBadRequest, "there is no address")
	}
	if l.Addresses, err = c.with(l.Addresses, in); err != nil {
		return answer{}, err
	}
	return c.keep(l)
}

func (c *request) keep(l accessList) (answer, error) {
	if err := accessLists().put(c.tx, l); err != nil {
		return answer{}, err
	}
	return done(http.StatusNoContent)
}

func replaceAccessList(c *request) (answer, error) {
	l, _, err := c.accessList()
	if err != nil {
		return answer{}, err
	}
	in, err := c.accessListIn()
	if err != nil {
		return answer{}, err
	}
	if l.Addresses, err = c.with(nil, in.Addresses); err != nil {
		return answer{}, err
	}
	if in.Configurations != nil {
		l.Enabled = *in.Configurations.AccessListEnabled
	}
	return c.keep(l)
}

// changeAccessList changes what is there and leaves alone what is not named.
func changeAccessList(c *request) (answer, error) {
	l, found, err := c.accessList()
	if err != nil {
		return answer{}, err
	}
	if !found {
		return answer{}, refuse(http.StatusNotFound, "database %s has no access list", l.Database)
	}
	in, err := c.accessListIn()
	if err != nil {
		return answer{}, err
	}
	for _, i := range in.Addresses {
		a, err := i.check(c.now)
		if err != nil {
			return answer{}, err
		}
		at := indexOf(l.Addresses, a.Address)
		if at < 0 {
			return answer{}, refuse(http.StatusNotFound, "the address %s is not on the list", a.Address)
		}
		a.Created = l.Addresses[at].Created
		l.Addresses[at] = a
	}
	if in.Configurations != nil {
		l.Enabled = *in.Configurations.AccessListEnabled
	}
	return c.keep(l)
}

// deleteAddresses deletes the whole list if no address is named, and of several
// the first only, as the service does.
func deleteAddresses(c *request) (answer, error) {
	l, found, err := c.accessList()
	if err != nil {
		return answer{}, err
	}
	if !found {
		return answer{}, refuse(http.StatusNotFound, "database %s has no access list", l.Database)
	}
	if !c.query.Has("addresses") {
		if err := accessLists().remove(c.tx, l.Database); err != nil {
			return answer{}, err
		}
		return done(http.StatusNoContent)
	}
	text, err := network(c.query.Get("addresses"))
	if err != nil {
		return answer{}, err
	}
	at := indexOf(l.Addresses, text)
	if at < 0 {
		return answer{}, refuse(http.StatusNotFound, "the address %s is not on the list", text)
	}
	l.Addresses = slices.Delete(l.Addresses, at, at+1)
	return c.keep(l)
}

func accessListTemplate(*request) (answer, error) {
	return reply(http.StatusOK, map[string]any{
		"addresses":      []map[string]any{{"address": "203.0.113.0/24", "description": "office", "enabled": true}},
		"configurations": accessListConditions{true},
	})
}

func validateAccessList(c *request) (answer, error) {
	var out struct {
		Valid    bool     `json:"valid"`
		Failures []string `json:"validationFailures"`
	}
	out.Failures = []string{}
	in, err := c.accessListIn()
	if err != nil {
		return answer{}, err
	}
	for _, i := range in.Addresses {
		if _, err := i.check(c.now); err != nil {
			out.Failures = append(out.Failures, err.Error())
		}
	}
	out.Valid = len(out.Failures) == 0
	return reply(http.StatusOK, out)
}
