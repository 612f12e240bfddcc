package sandbox

import (
	"net/http"
	"strconv"
)

// minPasswordLength is the minimum length of a password in characters.
const minPasswordLength = 6

// terminateDatabase accepts a database in any stable state. The record remains,
// as terminated, but is not listed.
func terminateDatabase(c *request) (response, error) {
	if text := c.query.Get("preparedStateOnly"); text != "" {
		if only, err := strconv.ParseBool(text); err != nil || only {
			return response{}, refuse(http.StatusBadRequest, "preparedStateOnly=%q: the sandbox has no prepared databases", text)
		}
	}
	d, err := c.requireActive("ACTIVE", "PARKED", "HIBERNATED", "SUSPENDED", "DEGRADED", "ERROR")
	if err != nil {
		return response{}, err
	}
	return c.transition(d, "TERMINATED", terminationStages())
}

// transition starts a change of a database to another status.
func (c *request) transition(d db, status string, stages []stage) (response, error) {
	next := d
	next.Status = status
	if err := c.startChange(d, next, stages); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusAccepted)
}

// classicOnly returns the classic database in the path if it has the given
// status.
func (c *request) classicOnly(state string) (db, error) {
	d, err := c.findDatabase(c.values["databaseID"])
	if err == nil && !d.classic() {
		err = refuse(http.StatusBadRequest, "this is not supported for this database tier")
	}
	if err != nil {
		return d, err
	}
	return c.requireActive(state)
}

func parkDatabase(c *request) (response, error) {
	d, err := c.classicOnly("ACTIVE")
	if err != nil {
		return response{}, err
	}
	return c.transition(d, "PARKED", parkStages())
}

func unparkDatabase(c *request) (response, error) {
	d, err := c.classicOnly("PARKED")
	if err != nil {
		return response{}, err
	}
	return c.transition(d, "ACTIVE", unparkStages())
}

// resizeDatabase increases the capacity by at most three units at a time.
func resizeDatabase(c *request) (response, error) {
	const step, most = 3, 100
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return response{}, err
	}
	if !d.classic() || d.Tier == developer {
		// ID and message are the service's.
		return response{}, &apiError{status: http.StatusBadRequest, id: 2000009, message: "resizing is not supported for this database tier"}
	}
	in, err := decode[struct{ CapacityUnits int }](c)
	if err != nil {
		return response{}, err
	}
	if in.CapacityUnits <= d.CapacityUnits || in.CapacityUnits > min(d.CapacityUnits+step, most) {
		return response{}, refuse(http.StatusBadRequest, "capacityUnits must be more than %d, and at most %d", d.CapacityUnits, min(d.CapacityUnits+step, most))
	}
	if d, err = c.requireActive("ACTIVE"); err != nil {
		return response{}, err
	}
	next := d
	next.CapacityUnits = in.CapacityUnits
	if err := c.startChange(d, next, resizeStages()); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusAccepted)
}

// resetPassword takes effect immediately: the service documents no status for
// it.
func resetPassword(c *request) (response, error) {
	in, err := decode[struct{ Username, Password string }](c)
	if err != nil {
		return response{}, err
	}
	d, err := c.classicOnly("ACTIVE")
	switch {
	case err != nil:
		return response{}, err
	case in.Username == "" || len(in.Password) < minPasswordLength:
		return response{}, refuse(http.StatusBadRequest, "username is required, and a password of at least %d characters", minPasswordLength)
	case in.Username != d.User:
		return response{}, refuse(http.StatusNotFound, "user %s not found", in.Username)
	}
	d.Password = hash(in.Password)
	if err := databases().put(c.tx, d); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusAccepted)
}
