package dbchange

import (
	"errors"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

// WakeHint says how a parked or hibernated database becomes active. It is empty for
// others.
func WakeHint(app *cli.App, d devops.Database) string {
	switch d.Status {
	case "HIBERNATED":
		return d.Name + " exists and is hibernated: it resumes at the first request to its data"
	case "PARKED":
		return d.Name + " exists and is parked; to use it: " + app.Command("astra db unpark "+shellword.Quote(d.Name)+" --wait")
	}
	return ""
}

// ExplainConflict adds to a refusal by a parked or hibernated database how it becomes
// active.
func ExplainConflict(app *cli.App, session *cli.Session, d devops.Database, err error) error {
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
	endpoint, failed := app.DataEndpoint(session.APIURL, d, d.Region)
	if app.Sandboxed() || failed == nil && !strings.Contains(endpoint, d.ID) { // one address for all databases, as a sandbox has it
		return exit.Hint(err, hint+". To simulate one in the sandbox:", "astra sandbox seed --wake "+name)
	}
	hint += ", by cqlsh, a driver, the Data API or curl"
	if failed != nil {
		return exit.Hint(err, hint)
	}
	return exit.Hint(err, hint, `printf 'X-Cassandra-Token: %s\n' "$ASTRA_DB_APPLICATION_TOKEN" | curl -H @- `+shellword.Quote(endpoint+"/v2/schemas/keyspaces"))
}
