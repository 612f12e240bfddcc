package dbchange

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// TestExplainConflict checks the command for a database that is not active.
func TestExplainConflict(t *testing.T) {
	conflict := fmt.Errorf("%w: busy", devops.ErrConflict)
	for _, c := range []struct {
		status string
		err    error
		want   string
	}{
		{"HIBERNATED", conflict, "astra db wake demo --wait"},
		{"PARKED", conflict, "astra db unpark demo --wait"},
		{"ACTIVE", conflict, ""},
		{"HIBERNATED", devops.ErrForbidden, ""},
	} {
		d := devops.Database{Name: "demo", Status: c.status}
		if got := strings.Join(exit.Classify(ExplainConflict(d, c.err)).Next, "; "); got != c.want {
			t.Errorf("%s: %q", c.status, got)
		}
	}
}

// TestVerifyResume reads the status after the request that wakes a database,
// with a fake clock.
func TestVerifyResume(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		statuses map[time.Duration]string
		exit     exit.Code
		took     time.Duration
	}{
		"at once":          {map[time.Duration]string{0: "RESUMING"}, exit.OK, 0},
		"shown late":       {map[time.Duration]string{0: "HIBERNATED", 5 * s: "RESUMING"}, exit.OK, 5 * s},
		"shown when awake": {map[time.Duration]string{0: "HIBERNATED", 5 * s: "ACTIVE"}, exit.OK, 5 * s},
		"not read":         {map[time.Duration]string{0: "HIDDEN"}, exit.OK, 0},
		"not at all":       {map[time.Duration]string{0: "HIBERNATED"}, exit.Server, 15 * s},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				app, session := changing(t, test.statuses)
				begin := time.Now()
				err := VerifyResume(t.Context(), app, session, devops.Database{ID: "d", Name: "shop", Status: "HIBERNATED"})
				if got := exit.Of(err); got != test.exit || time.Since(begin) != test.took {
					t.Errorf("%v after %s", err, time.Since(begin))
				}
			})
		})
	}
}
