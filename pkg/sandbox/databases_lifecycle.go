package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// Speed is how much faster than at the service changes of databases are if
// nothing else is said: a creation, two minutes there, takes a good second.
const Speed = 100

// transition is a state that a database is in until a moment.
type transition struct {
	Status string    `json:"status"`
	Until  time.Time `json:"until"`
}

// stage is a state of a change, and how long it lasts at the service.
type stage struct {
	status string
	lasts  time.Duration
}

// How changes go. Known are two minutes for a creation, six to seven for a
// deletion and seconds for a keyspace; the others are invented.
func creating() []stage {
	return []stage{{"PENDING", 20 * time.Second}, {"INITIALIZING", 100 * time.Second}}
}
func terminating() []stage   { return []stage{{"TERMINATING", 390 * time.Second}} }
func changingKeys() []stage  { return []stage{{"MAINTENANCE", 5 * time.Second}} }
func changingPlace() []stage { return []stage{{"MAINTENANCE", 150 * time.Second}} }
func parking() []stage       { return []stage{{"PARKING", 100 * time.Second}} }
func unparking() []stage     { return []stage{{"UNPARKING", 120 * time.Second}} }
func resizing() []stage      { return []stage{{"RESIZING", 180 * time.Second}} }
func hibernating() []stage   { return []stage{{"HIBERNATING", 60 * time.Second}} }
func resuming() []stage      { return []stage{{"RESUMING", 60 * time.Second}} }

// at returns the database as it is at a moment. Nothing runs in the background:
// a change is stored with its times, and so is what comes of it.
func (d db) at(now time.Time) db {
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

// current returns the database as it is while it changes into next.
func (d db) current(next db, now time.Time, scale float64, stages []stage) db {
	d.Phases = nil
	for _, s := range stages {
		now = now.Add(time.Duration(float64(s.lasts) / scale))
		d.Phases = append(d.Phases, transition{s.status, now})
	}
	if next.Status == "TERMINATED" {
		next.Terminated = now.Truncate(time.Second)
	}
	next.Phases, next.Next = nil, nil
	d.Next = &next
	return d
}

// begin stores that a database changes into next, which takes its time.
func (c *request) begin(d, next db, stages []stage) error {
	return databases().put(c.tx, d.current(next, c.now, c.server.options.TimeScale, stages))
}

// allDatabases returns the databases as they are now.
func (c *request) allDatabases() ([]db, error) {
	all, err := databases().all(c.tx)
	for i, d := range all {
		all[i] = d.at(c.now)
	}
	return all, err
}

// findDatabase returns a database as it is now, or the refusal that there is none.
func (c *request) findDatabase(id string) (db, error) {
	d, found, err := databases().find(c.tx, id)
	if err == nil && !found {
		err = refuse(http.StatusNotFound, "database %s not found", id)
	}
	return d.at(c.now), err
}

// livingDatabase is findDatabase for what goes with a database: its access list
// and its private links.
func (c *request) livingDatabase(id string) (db, error) {
	d, err := c.findDatabase(id)
	if err == nil && d.Status == "TERMINATED" {
		err = refuse(http.StatusNotFound, "database %s is terminated", d.ID)
	}
	return d, err
}

// requireActive returns the database of the path for a change, which one in another
// state refuses: two changes at once are a conflict, and one that is terminated
// is no more.
func (c *request) requireActive(states ...string) (db, error) {
	d, err := c.livingDatabase(c.values["databaseID"])
	switch {
	case err != nil:
		return d, err
	case !slices.Contains(states, d.Status):
		return d, refuse(http.StatusConflict, "database %s is %s, not %s", d.ID, d.Status, list(states))
	}
	return d, nil
}
