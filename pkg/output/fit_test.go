package output_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/output"
)

// TestFitWraps hides a column to make room for a wrapped one, and respects the
// width of headings.
func TestFitWraps(t *testing.T) {
	t.Parallel()
	type row struct{ id, name, detail string }
	columns := []output.Column[row]{
		{Key: "number", Value: func(r row) any { return r.id }, Spare: 1},
		{Key: "aHeadingThatIsLongerThanItsCells", Value: func(r row) any { return r.name }, Name: true},
		{Key: "detail", Value: func(r row) any { return r.detail }, Wrap: true},
	}
	items := []row{{strings.Repeat("1", 100), "a b", "what is said here is longer than there is room for on a line"}}
	want := `A HEADING THAT IS LONGER THAN ITS CELLS  DETAIL
a b                                      what is said here is
                                         longer than there is
                                         room for on a line
`
	var got bytes.Buffer
	if err := output.List(&got, output.Options{Format: output.Table, Width: 65}, columns, items); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
	// A word wider than any terminal does not hide other columns.
	got.Reset()
	if err := output.List(&got, output.Options{Format: output.Table, Width: 100}, columns[:2], items); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("NUMBER"+strings.Repeat(" ", 55)+"A HEADING THAT IS LONGER THAN ITS CELLS\n"+strings.Repeat("1", 58)+"…  a b\n", got.String()); diff != "" {
		t.Error(diff)
	}
}

// TestFit narrows a table step by step: texts shrink, columns are hidden, and
// only then IDs are cut.
func TestFit(t *testing.T) {
	t.Parallel()
	type row struct{ id, email, roles, zone string }
	columns := []output.Column[row]{
		{Key: "clientId", Value: func(r row) any { return r.id }, Name: true, Spare: 1},
		{Key: "email", Value: func(r row) any { return r.email }},
		{Key: "roles", Value: func(r row) any { return r.roles }},
		{Key: "zone", Value: func(r row) any { return r.zone }, Spare: 1},
	}
	items := []row{{"0123456789abcdef", "ada@example.com", "Organization Administrator", "emea"}, {"1", "bob@example.com", "RO User", "na"}}
	for _, c := range []struct {
		width   int
		chosen  []string
		want    string
		leftOut []string
	}{
		{width: 67, want: `CLIENT ID         EMAIL            ROLES                       ZONE
0123456789abcdef  ada@example.com  Organization Administrator  emea
1                 bob@example.com  RO User                     na
`},
		{width: 65, want: `CLIENT ID         EMAIL            ROLES                     ZONE
0123456789abcdef  ada@example.com  Organization Administra…  emea
1                 bob@example.com  RO User                   na
`},
		{width: 64, leftOut: []string{"ZONE"}, want: `CLIENT ID         EMAIL            ROLES
0123456789abcdef  ada@example.com  Organization Administrator
1                 bob@example.com  RO User
`},
		{width: 46, leftOut: []string{"CLIENT ID", "ZONE"}, want: `EMAIL            ROLES
ada@example.com  Organization Administrator
bob@example.com  RO User
`},
		{width: 28, leftOut: []string{"CLIENT ID", "ZONE"}, want: `EMAIL          ROLES
ada@example.…  Organization…
bob@example.…  RO User
`},
		{width: 1, leftOut: []string{"CLIENT ID", "ZONE"}, want: `EMAIL   ROLES
ada@e…  Organ…
bob@e…  RO Us…
`},
		{width: 40, chosen: []string{"zone", "clientId", "email"}, want: `ZONE  CLIENT ID         EMAIL
emea  0123456789abcdef  ada@example.com
na    1                 bob@example.com
`},
		{width: 30, chosen: []string{"zone", "clientId", "email"}, want: `ZONE  CLIENT ID         EMAIL
emea  0123456789abcdef  ada@e…
na    1                 bob@e…
`},
		{width: 20, chosen: []string{"zone", "clientId", "email"}, want: `ZONE  CLIEN…  EMAIL
emea  01234…  ada@e…
na    1       bob@e…
`},
	} {
		var got bytes.Buffer
		var leftOut []string
		options := output.Options{Format: output.Table, Width: c.width, Columns: c.chosen, LeftOut: func(headings []string) { leftOut = headings }}
		if err := output.List(&got, options, columns, items); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got.String()); diff != "" {
			t.Errorf("%d columns: %s", c.width, diff)
		}
		if diff := cmp.Diff(c.leftOut, leftOut); diff != "" {
			t.Errorf("%d columns: %s", c.width, diff)
		}
	}
}

// TestFitKeepsWordsWhole cuts the column with the name before it breaks words of wrapped
// columns, if they are no IDs.
func TestFitKeepsWordsWhole(t *testing.T) {
	t.Parallel()
	type row struct{ name, place string }
	columns := []output.Column[row]{
		{Key: "capability", Value: func(r row) any { return r.name }, Name: true},
		{Key: "answer", Value: func(row) any { return "yes" }},
		{Key: "places", Value: func(r row) any { return r.place }, Wrap: true},
	}
	items := []row{{"manage-private-endpoints", "the organization"}, {"pay", "0f7e0b1c-5d0f-4d1e-8f00-000000000001"}}
	want := `CAPABILITY          ANSWER  PLACES
manage-private-en…  yes     the
                            organization
pay                 yes     0f7e0b1c-5d0
                            f-4d1e-8f00-
                            000000000001
`
	var got bytes.Buffer
	if err := output.List(&got, output.Options{Format: output.Table, Width: 40}, columns, items); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}
