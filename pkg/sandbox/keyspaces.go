package sandbox

import (
	"net/http"
	"slices"
)

func keyspaceRoutes() []route {
	const path = "/v2/databases/{databaseID}/keyspaces/{keyspace}"
	return []route{
		{method: "POST", path: path, errorFormat: database, action: "db-keyspace-create", handle: createKeyspace},
		{method: "DELETE", path: path, errorFormat: database, action: "db-keyspace-drop", handle: dropKeyspace},
	}
}

// createKeyspace adds the keyspace at the end of the maintenance. It refuses one
// that exists; in 2020 the service answered 201.
func createKeyspace(c *request) (response, error) {
	name := c.values["keyspace"]
	d, err := c.requireActive("ACTIVE")
	if err != nil {
		return response{}, err
	}
	if err := checkKeyspace(name); err != nil {
		return response{}, err
	}
	if slices.Contains(d.Keyspaces, name) {
		if c.server.options.Behavior.SameKeyspace {
			return replyEmpty(http.StatusCreated)
		}
		return response{}, refuse(http.StatusUnprocessableEntity, "keyspace %s already exists", name)
	}
	next := d
	next.Keyspaces = append(slices.Clone(d.Keyspaces), name)
	if err := c.startChange(d, next, keyspaceStages()); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusCreated)
}

// dropKeyspace removes the keyspace at the end of the maintenance. The
// service's treatment of the default keyspace is not known, so it is refused.
func dropKeyspace(c *request) (response, error) {
	name := c.values["keyspace"]
	d, err := c.requireActive("ACTIVE")
	if err != nil {
		return response{}, err
	}
	switch slices.Index(d.Keyspaces, name) {
	case -1:
		return replyEmpty(http.StatusNoContent)
	case 0:
		return response{}, refuse(http.StatusUnprocessableEntity, "keyspace %s is the default keyspace", name)
	}
	next := d
	next.Keyspaces = slices.DeleteFunc(slices.Clone(d.Keyspaces), func(k string) bool { return k == name })
	if err := c.startChange(d, next, keyspaceStages()); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusAccepted)
}
