package devops

import "slices"

// A State is what a database's status means to whoever waits for a change.
type State int

// The states. A status that is not known here is Strange: the service has had
// new ones before.
const (
	Strange State = iota
	Lasting
	Changing
	Failing
)

// State returns what the status means.
func (d Database) State() State {
	for state, statuses := range map[State][]string{
		Lasting: {"ACTIVE", "PARKED", "HIBERNATED", "SUSPENDED", "TERMINATED"},
		Changing: {
			"PENDING", "PREPARING", "PREPARED", "INITIALIZING", "ASSOCIATING", "PLACING", "SYNCHRONIZING", "PARKING", "UNPARKING", "RESIZING",
			"MAINTENANCE", "HIBERNATING", "RESUMING", "SUSPENDING", "DECOMMISSIONING", "TERMINATING",
		},
		Failing: {"ERROR", "DEGRADED"},
	} {
		if slices.Contains(statuses, d.Status) {
			return state
		}
	}
	return Strange
}

// BeingMade reports whether the database is not there yet.
func (d Database) BeingMade() bool {
	return slices.Contains([]string{"PENDING", "PREPARING", "PREPARED", "INITIALIZING", "ASSOCIATING", "PLACING"}, d.Status)
}

// BeingDeleted reports whether the database is on its way out, or gone.
func (d Database) BeingDeleted() bool { return d.Status == "TERMINATING" || d.Status == "TERMINATED" }
