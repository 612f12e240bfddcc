package sandbox

import (
	"net/http"
	"slices"
)

func keyspaceRoutes() []route {
	const path = "/v2/databases/{databaseID}/keyspaces/{keyspace}"
	return []route{
		{method: "POST", path: path, shape: database, action: "db-keyspace-create", handle: createKeyspace},
		{method: "DELETE", path: path, shape: database, action: "db-keyspace-drop", handle: dropKeyspace},
	}
}

// createKeyspace shows the keyspace when the maintenance is over.
func createKeyspace(c *request) (answer, error) {
	name := c.values["keyspace"]
	d, err := c.requireActive("ACTIVE")
	if err != nil {
		return answer{}, err
	}
	if err := checkKeyspace(name); err != nil {
		return answer{}, err
	}
	if slices.Contains(d.Keyspaces, name) {
		return answer{}, refuse(http.StatusUnprocessableEntity, "keyspace %s exists already", name)
	}
	next := d
	next.Keyspaces = append(slices.Clone(d.Keyspaces), name)
	if err := c.begin(d, next, changingKeys()); err != nil {
		return answer{}, err
	}
	return done(http.StatusCreated)
}

// dropKeyspace shows the keyspace until the maintenance is over. What the
// service does with the default keyspace is not known, so that it stays.
func dropKeyspace(c *request) (answer, error) {
	name := c.values["keyspace"]
	d, err := c.requireActive("ACTIVE")
	if err != nil {
		return answer{}, err
	}
	switch slices.Index(d.Keyspaces, name) {
	case -1:
		return done(http.StatusNoContent)
	case 0:
		return answer{}, refuse(http.StatusUnprocessableEntity, "keyspace %s is the default one", name)
	}
	next := d
	next.Keyspaces = slices.DeleteFunc(slices.Clone(d.Keyspaces), func(k string) bool { return k == name })
	if err := c.begin(d, next, changingKeys()); err != nil {
		return answer{}, err
	}
	return done(http.StatusAccepted)
}
