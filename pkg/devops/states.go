package devops

import "slices"

// State classifies the status of a database for callers that wait for a change.
type State int

// The states. The service may add statuses; they are StateUnknown.
const (
	StateUnknown State = iota
	StateStable
	StateChanging
	StateFailed
)

// State returns the class of the status.
func (d Database) State() State {
	for state, statuses := range map[State][]string{
		StateStable: {"ACTIVE", "PARKED", "HIBERNATED", "SUSPENDED", "TERMINATED"},
		StateChanging: {
			"PENDING", "PREPARING", "PREPARED", "INITIALIZING", "ASSOCIATING", "PLACING", "SYNCHRONIZING", "PARKING", "UNPARKING", "RESIZING",
			"MAINTENANCE", "HIBERNATING", "RESUMING", "SUSPENDING", "DECOMMISSIONING", "TERMINATING",
		},
		StateFailed: {"ERROR", "DEGRADED"},
	} {
		if slices.Contains(statuses, d.Status) {
			return state
		}
	}
	return StateUnknown
}

// IsCreating reports whether the database is still being created.
func (d Database) IsCreating() bool {
	return slices.Contains([]string{"PENDING", "PREPARING", "PREPARED", "INITIALIZING", "ASSOCIATING", "PLACING"}, d.Status)
}

// IsTerminating reports whether the database is being deleted or already
// terminated.
func (d Database) IsTerminating() bool { return d.Status == "TERMINATING" || d.Status == "TERMINATED" }
