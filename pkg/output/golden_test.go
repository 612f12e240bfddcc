package output_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/output"
)

var update = flag.Bool("update", false, "write the golden files")

type role struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type thing struct {
	id, name string
	roles    []role
	tags     []string
	size     int
	price    float64
	current  bool
	created  time.Time
	expires  *time.Time
}

func columns() []output.Column[thing] {
	return []output.Column[thing]{
		{Key: "clientId", Name: true, Value: func(t thing) any { return t.id }},
		{Key: "name", Value: func(t thing) any { return t.name }},
		{
			Key:   "roles",
			Value: func(t thing) any { return t.roles },
			Text: func(t thing) string {
				var names []string
				for _, r := range t.roles {
					names = append(names, r.Name)
				}
				return strings.Join(names, ", ")
			},
		},
		{Key: "tags", Value: func(t thing) any { return t.tags }},
		{Key: "size", Wide: true, Value: func(t thing) any { return t.size }},
		{Key: "price", Wide: true, Value: func(t thing) any { return t.price }},
		{Key: "current", Value: func(t thing) any { return t.current }},
		{Key: "createdAt", Wide: true, Value: func(t thing) any { return t.created }},
		{Key: "expiresAt", Value: func(t thing) any { return t.expires }},
		{Key: "scopes", Detail: true, Value: func(t thing) any {
			return map[string]any{"drn": "drn:astra:org:" + t.id, "all": true, "none": []int{}}
		}},
	}
}

func some() []thing {
	created := time.Date(2026, 1, 2, 5, 4, 5, 678, time.FixedZone("CET", 3600))
	expires := created.AddDate(0, 3, 0)
	admin, reader := role{"ad0736dc-e3bd-4cb4-8ca6-24ebb80c2f7f", "Organization Administrator"}, role{"0a1b", "R/O User <x>"}
	return []thing{
		{"bbbb", "ci", []role{reader, admin}, []string{"blue", "green, light"}, 10, 1.5, false, created, &expires},
		{"aaaa", "", nil, nil, 9, -2, true, created.Add(time.Hour), nil},
		{"cccc", "Deploy", []role{admin}, []string{}, 9007199254740993, 1e21, false, time.Time{}, &time.Time{}},
	}
}

func hostile() []thing {
	names := []string{
		"日本語 データベース", "👩‍👧 ❤️ 🇩🇪", "\x1b]52;c;aGk=\x07\x1b[2J", "two\nlines\r\n\tand a tab", "abc\u202egpj.exe\u202c", strings.Repeat("long ", 60),
		"=HYPERLINK(\"x\")", "+1", "-1", "@SUM", "\t=1", "a,\"b\"", `back\slash \n`, "bad \xff\xc3 UTF-8 \xed\xa0\x80", "c1 \u0085\u009b31m", "z\u0301\u0301\u0301\u0301\u0301\u0301\u0301algo",
		"zero\u200bwidth\ufeff\u2060\u00ad", "tags\U000e0041\U000e007f", "\u2028\u2029", "e\u0301", " lead and trail ", "null", "yes", "12:30", "- a: b #c", "{{.}}", "é",
		"\x00\x7f", "\ue000\u3164\u115f\u2800", "<script>&", "0", "1e3", "~", "key: value", "ends:",
		"- 345678-1234-1234-1234-123456789012", "00000000-0000-0000-0000-000000000000", "0x10", "1_000", "2026-01-01", "<<", "=", ".inf", "No", "a: b",
	}
	var things []thing
	for i, name := range names {
		things = append(things, thing{
			id: fmt.Sprintf("id-%02d", i), name: name,
			roles: []role{{"r", name}}, tags: []string{name, "x"}, created: time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC),
		})
	}
	return things
}

// render also checks that there is at most one write.
func render(t *testing.T, print func(w *counter) error) string {
	t.Helper()
	var w counter
	if err := print(&w); err != nil {
		t.Fatal(err)
	}
	if w.writes > 1 || w.writes == 1 && w.Len() == 0 {
		t.Errorf("%d writes of %d bytes", w.writes, w.Len())
	}
	return w.String()
}

type counter struct {
	bytes.Buffer
	writes int
}

func (c *counter) Write(p []byte) (int, error) {
	c.writes++
	return c.Buffer.Write(p)
}

func list(t *testing.T, o output.Options, items []thing) string {
	t.Helper()
	return render(t, func(w *counter) error { return output.List(w, o, columns(), items) })
}

func one(t *testing.T, o output.Options, item thing) string {
	t.Helper()
	return render(t, func(w *counter) error { return output.One(w, o, columns(), item) })
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", file, diff)
	}
}

func TestGolden(t *testing.T) {
	for _, format := range output.Formats() {
		t.Run(string(format), func(t *testing.T) {
			o := output.Options{Format: format}
			for name, items := range map[string][]thing{"some": some(), "none": nil, "hostile": hostile()} {
				golden(t, fmt.Sprintf("list_%s_%s", format, name), list(t, o, items))
			}
			golden(t, fmt.Sprintf("one_%s_some", format), one(t, o, some()[0]))
			golden(t, fmt.Sprintf("one_%s_unset", format), one(t, o, thing{}))
			golden(t, fmt.Sprintf("one_%s_hostile", format), one(t, o, hostile()[2]))
		})
	}
	golden(t, "list_table_hostile_width80", list(t, output.Options{Width: 80}, hostile()))
	golden(t, "list_table_some_width60", list(t, output.Options{Width: 60}, some()))
	golden(t, "list_table_some_noheaders", list(t, output.Options{NoHeaders: true}, some()))
	golden(t, "list_csv_some_noheaders", list(t, output.Options{Format: output.CSV, NoHeaders: true}, some()))
}
