package sandbox

import "net/http"

// allDatabases returns the databases as they are now.
func (c *call) allDatabases() ([]db, error) { return databases().all(c.tx) }

// findDatabase returns a database as it is now, or the refusal that there is none.
func (c *call) findDatabase(id string) (db, error) {
	d, found, err := databases().find(c.tx, id)
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "database %s not found", id)
	}
	return d, err
}
