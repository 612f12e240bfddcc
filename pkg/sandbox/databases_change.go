package sandbox

import (
	"net/http"
	"strconv"
)

// minPassword is the least number of characters of a password.
const minPassword = 6

// terminateDatabase takes a database in any state that lasts. It stays, as
// terminated, and leaves the list.
func terminateDatabase(c *request) (answer, error) {
	if text := c.query.Get("preparedStateOnly"); text != "" {
		if only, err := strconv.ParseBool(text); err != nil || only {
			return answer{}, refuse(http.StatusBadRequest, "preparedStateOnly=%q: no database here is prepared", text)
		}
	}
	d, err := c.requireActive("ACTIVE", "PARKED", "HIBERNATED", "SUSPENDED", "DEGRADED", "ERROR")
	if err != nil {
		return answer{}, err
	}
	return c.transition(d, "TERMINATED", terminating())
}

// transition lets a database come to another state.
func (c *request) transition(d db, status string, stages []stage) (answer, error) {
	next := d
	next.Status = status
	if err := c.begin(d, next, stages); err != nil {
		return answer{}, err
	}
	return done(http.StatusAccepted)
}

// classicOnly returns the classic database of the path, if it is in this state.
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

func parkDatabase(c *request) (answer, error) {
	d, err := c.classicOnly("ACTIVE")
	if err != nil {
		return answer{}, err
	}
	return c.transition(d, "PARKED", parking())
}

func unparkDatabase(c *request) (answer, error) {
	d, err := c.classicOnly("PARKED")
	if err != nil {
		return answer{}, err
	}
	return c.transition(d, "ACTIVE", unparking())
}

// resizeDatabase lets a database grow by at most three units at a time.
func resizeDatabase(c *request) (answer, error) {
	const step, most = 3, 100
	d, err := c.findDatabase(c.values["databaseID"])
	if err != nil {
		return answer{}, err
	}
	if !d.classic() || d.Tier == developer {
		// The id and the words are the service's.
		return answer{}, &apiError{status: http.StatusBadRequest, id: 2000009, message: "resizing is not supported for this database tier"}
	}
	in, err := decode[struct{ CapacityUnits int }](c)
	if err != nil {
		return answer{}, err
	}
	if in.CapacityUnits <= d.CapacityUnits || in.CapacityUnits > min(d.CapacityUnits+step, most) {
		return answer{}, refuse(http.StatusBadRequest, "capacityUnits must be more than %d, and at most %d", d.CapacityUnits, min(d.CapacityUnits+step, most))
	}
	if d, err = c.requireActive("ACTIVE"); err != nil {
		return answer{}, err
	}
	next := d
	next.CapacityUnits = in.CapacityUnits
	if err := c.begin(d, next, resizing()); err != nil {
		return answer{}, err
	}
	return done(http.StatusAccepted)
}

// resetPassword holds at once; no state of it is known.
func resetPassword(c *request) (answer, error) {
	in, err := decode[struct{ Username, Password string }](c)
	if err != nil {
		return answer{}, err
	}
	d, err := c.classicOnly("ACTIVE")
	switch {
	case err != nil:
		return answer{}, err
	case in.Username == "" || len(in.Password) < minPassword:
		return answer{}, refuse(http.StatusBadRequest, "username is required, and a password of at least %d characters", minPassword)
	case in.Username != d.User:
		return answer{}, refuse(http.StatusNotFound, "user %s not found", in.Username)
	}
	d.Password = hash(in.Password)
	if err := databases().put(c.tx, d); err != nil {
		return answer{}, err
	}
	return done(http.StatusAccepted)
}
