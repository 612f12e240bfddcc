package lookup

import (
	"errors"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/exit"
)

type named struct{ id, name string }

func TestResolve(t *testing.T) {
	t.Parallel()
	items := []named{{"1", "analyst"}, {"2", "analyst"}, {"3", "Sales, EMEA"}, {"4", "1"}, {"5", "ro"}}
	for _, c := range []struct {
		ref, want string
		exit      exit.Code
		says      string
	}{
		{"ro", "5", 0, ""},
		{"5", "5", 0, ""},
		{"Sales, EMEA", "3", 0, ""},
		{"analyst", "", exit.Conflict, "is ambiguous: 1, 2"},
		{"1", "", exit.Conflict, "is ambiguous: 1, 4"}, // an id of one and the name of another
		{"id:1", "1", 0, ""},
		{"name:1", "4", 0, ""},
		{"id:ro", "", exit.NotFound, `"ro" does not exist`},
		{"RO", "", exit.NotFound, `"RO" does not exist`},
		{"", "", exit.NotFound, "does not exist"},
	} {
		got, err := Resolve("role", c.ref, items, func(n named) (string, string) { return n.id, n.name })
		if c.exit == 0 {
			if err != nil || got.id != c.want {
				t.Errorf("%q: %v %v, want %s", c.ref, got, err, c.want)
			}
			continue
		}
		e, ok := errors.AsType[*exit.Error](err)
		if !ok || e.Exit != c.exit || !strings.Contains(e.Message, c.says) {
			t.Errorf("%q: %v, want status %d and %q", c.ref, err, c.exit, c.says)
		}
	}
}
