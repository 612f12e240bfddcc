package output_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/output"
)

// TestListsAreSorted prints the same items in different orders.
func TestListsAreSorted(t *testing.T) {
	t.Parallel()
	type thing struct{ id, name, kind string }
	columns := []output.Column[thing]{
		{Key: "id", Value: func(t thing) any { return t.id }, Name: true},
		{Key: "name", Value: func(t thing) any { return t.name }, Sorted: true},
		{Key: "kind", Value: func(t thing) any { return output.OrNull(t.kind) }, Order: func(t thing) any { return len(t.kind) }},
	}
	for _, c := range []struct{ sort, want string }{
		{"", "3 1 2 6 4 5\n"},
		{"name", "3 1 2 6 4 5\n"},
		{"-name", "5 4 2 6 1 3\n"},
		{"-id", "6 5 4 3 2 1\n"},
		{"kind", "4 3 2 6 5 1\n"},
		{"-kind", "1 2 6 5 3 4\n"},
	} {
		all := []thing{{"6", "b", "bb"}, {"5", "d", "bb"}, {"2", "b", "bb"}, {"1", "B", "ccc"}, {"3", "a", "a"}, {"4", "c", ""}}
		for range len(all) {
			all = append(all[1:], all[0])
			if c.sort == "" {
				slices.Reverse(all)
			}
			var got bytes.Buffer
			if err := output.List(&got, output.Options{JQ: `map(.id) | join(" ")`, Sort: c.sort}, columns, all); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.String()); diff != "" {
				t.Errorf("--sort %q: %s", c.sort, diff)
			}
		}
	}
}
