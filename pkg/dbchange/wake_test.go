package dbchange

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// TestExplainConflict checks the advice for a database that is not active at each service.
func TestExplainConflict(t *testing.T) {
	const id = "5241f3b4-06ec-43db-935f-ac0af85322f1"
	conflict := fmt.Errorf("%w: busy", devops.ErrConflict)
	for _, c := range []struct {
		status, url string
		sandboxed   bool
		err         error
		want        string
	}{
		{"HIBERNATED", devops.DefaultURL, false, conflict, `printf 'X-Cassandra-Token: %s\n' "$ASTRA_DB_APPLICATION_TOKEN" | curl -H @- https://` + id + "-us-east1.apps.astra.datastax.com/api/rest/v2/schemas/keyspaces"},
		{"HIBERNATED", "http://127.0.0.1:8787", false, conflict, "astra sandbox seed --wake demo"},
		{"HIBERNATED", devops.DefaultURL, true, conflict, "astra sandbox seed --wake demo"},
		{"PARKED", devops.DefaultURL, false, conflict, "astra db unpark demo --wait"},
		{"ACTIVE", devops.DefaultURL, false, conflict, ""},
		{"HIBERNATED", devops.DefaultURL, false, devops.ErrForbidden, ""},
	} {
		app := newApp(io.Discard, nil)
		app.Globals.Sandbox = c.sandboxed
		if err := app.LoadSettings(); err != nil {
			t.Fatal(err)
		}
		session := &cli.Session{APIURL: c.url}
		d := devops.Database{ID: id, Name: "demo", Status: c.status, Region: "us-east1", Regions: []string{"us-east1"}}
		got := strings.Join(exit.Classify(ExplainConflict(app, session, d, c.err)).Next, "; ")
		if got != c.want {
			t.Errorf("%s at %s: %q", c.status, c.url, got)
		}
	}
}
