package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// Speed is the default time scale: changes of databases are this much faster
// than in the service. A creation, which takes two minutes there, takes about a
// second.
const Speed = 100

// transition is a status of a database until a time.
type transition struct {
	Status string    `json:"status"`
	Until  time.Time `json:"until"`
}

// stage is a status during a change, with its duration in the service.
type stage struct {
	status string
	lasts  time.Duration
}

// creationStages and the functions below return the stages of changes. Known
// durations are two minutes for a creation, six to
// seven for a deletion and seconds for a keyspace; the others are invented.
func creationStages() []stage {
	return []stage{{"PENDING", 20 * time.Second}, {"INITIALIZING", 100 * time.Second}}
}

func associatedCreationStages() []stage {
	return append(creationStages(), associationStages()...)
}

func associationStages() []stage { return []stage{{"ASSOCIATING", 40 * time.Second}} }
func terminationStages() []stage { return []stage{{"TERMINATING", 390 * time.Second}} }
func keyspaceStages() []stage    { return []stage{{"MAINTENANCE", 5 * time.Second}} }
func regionStages() []stage      { return []stage{{"MAINTENANCE", 150 * time.Second}} }
func parkStages() []stage        { return []stage{{"PARKING", 100 * time.Second}} }
func unparkStages() []stage      { return []stage{{"UNPARKING", 120 * time.Second}} }
func resizeStages() []stage      { return []stage{{"RESIZING", 180 * time.Second}} }
func hibernateStages() []stage   { return []stage{{"HIBERNATING", 60 * time.Second}} }
func resumeStages() []stage      { return []stage{{"RESUMING", 60 * time.Second}} }

// stateAt returns the state of the database at a time. Nothing runs in the
// background: the record of a change has its times and its result.
func (d db) stateAt(now time.Time) db {
	for _, p := range d.Phases {
		if now.Before(p.Until) {
			d.Status = p.Status
			return d
		}
	}
	if d.Next != nil {
		return *d.Next
	}
	return d
}

// phases returns the transitions of a change that starts now.
func phases(now time.Time, scale float64, stages []stage) []transition {
	var all []transition
	for _, s := range stages {
		now = now.Add(time.Duration(float64(s.lasts) / scale))
		all = append(all, transition{s.status, now})
	}
	return all
}

// withTransitions returns the database as it is while it changes into next.
func (d db) withTransitions(next db, now time.Time, scale float64, stages []stage) db {
	d.Phases = phases(now, scale, stages)
	if next.Status == "TERMINATED" {
		next.Terminated = d.Phases[len(d.Phases)-1].Until.Truncate(time.Second)
	}
	next.Phases, next.Next = nil, nil
	d.Next = &next
	return d
}

// startChange stores a change of a database into next.
func (c *request) startChange(d, next db, stages []stage) error {
	return databases().put(c.tx, d.withTransitions(next, c.now, c.server.options.TimeScale, stages))
}

// allDatabases returns the databases in their current state.
func (c *request) allDatabases() ([]db, error) {
	all, err := databases().all(c.tx)
	for i, d := range all {
		all[i] = d.stateAt(c.now)
	}
	return all, err
}

// findDatabase returns a database in its current state, or a 404 error.
func (c *request) findDatabase(id string) (db, error) {
	d, found, err := databases().find(c.tx, id)
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "database %s not found", id)
	}
	return d.stateAt(c.now), err
}

// findUnterminated returns a database that is not terminated, for its access
// list and private links.
func (c *request) findUnterminated(id string) (db, error) {
	d, err := c.findDatabase(id)
	if err == nil && d.Status == "TERMINATED" {
		err = refuse(http.StatusNotFound, "database %s is terminated", d.ID)
	}
	return d, err
}

// requireActive returns the database in the path if it has one of these
// statuses. Another status is a conflict, and a terminated database is not
// found.
func (c *request) requireActive(states ...string) (db, error) {
	d, err := c.findUnterminated(c.values["databaseID"])
	switch {
	case err != nil:
		return d, err
	case !slices.Contains(states, d.Status):
		return d, refuse(http.StatusConflict, "database %s is %s, not %s", d.ID, d.Status, list(states))
	}
	return d, nil
}
