package cli

import (
	"errors"
	"strings"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

// Asleep says how a database that is parked or hibernated comes back, "" for another one.
func (a *App) Asleep(d devops.Database) string {
	switch d.Status {
	case "HIBERNATED":
		return d.Name + " exists and is hibernated: it resumes at the first request to its data"
	case "PARKED":
		return d.Name + " exists and is parked; to use it: " + a.Command("astra db unpark "+shellword.Quote(d.Name)+" --wait")
	}
	return ""
}

// Awake adds to a refusal by a database that is parked or hibernated how it comes back.
func (s *Session) Awake(d devops.Database, err error) error {
	if !errors.Is(err, devops.ErrConflict) {
		return err
	}
	name := shellword.Quote(d.Name)
	switch {
	case d.Status == "PARKED":
		return exit.Hint(err, d.Name+" is parked", "astra db unpark "+name+" --wait")
	case d.Status != "HIBERNATED":
		return err
	}
	hint := d.Name + " is hibernated: it resumes at the first request to its data"
	endpoint, failed := s.DataEndpoint(d, d.Region)
	if s.app.sandboxed || failed == nil && !strings.Contains(endpoint, d.ID) { // one address for all databases, as a sandbox has it
		return exit.Hint(err, hint+". To simulate one in the sandbox:", "astra sandbox seed --wake "+name)
	}
	hint += ", by cqlsh, a driver, the Data API or curl"
	if failed != nil {
		return exit.Hint(err, hint)
	}
	return exit.Hint(err, hint, `curl -H "X-Cassandra-Token: $ASTRA_DB_APPLICATION_TOKEN" `+shellword.Quote(endpoint+"/v2/schemas/keyspaces"))
}
