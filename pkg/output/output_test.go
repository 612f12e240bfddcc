package output_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/output"
)

func TestSort(t *testing.T) {
	for by, want := range map[string]string{
		"":           "bbbb aaaa cccc",
		"clientId":   "aaaa bbbb cccc",
		"-clientid":  "cccc bbbb aaaa",
		"name":       "aaaa bbbb cccc",
		"size":       "aaaa bbbb cccc",
		"-size":      "cccc bbbb aaaa",
		"price":      "aaaa bbbb cccc",
		"current":    "bbbb cccc aaaa",
		"-current":   "aaaa bbbb cccc",
		"createdAt":  "bbbb aaaa cccc",
		"-createdAt": "aaaa bbbb cccc",
		"expiresAt":  "bbbb aaaa cccc",
		"-expiresAt": "bbbb aaaa cccc",
		"roles":      "aaaa cccc bbbb",
		"tags":       "aaaa cccc bbbb",
	} {
		got := strings.Join(strings.Fields(list(t, output.Options{Format: output.Name, Sort: by}, some())), " ")
		if got != want {
			t.Errorf("--sort %s: want %s, got %s", by, want, got)
		}
	}
	items := some()
	list(t, output.Options{Sort: "clientId"}, items)
	if items[0].id != "bbbb" {
		t.Error("the items of the caller are sorted")
	}
}

func TestFilter(t *testing.T) {
	tests := []struct{ filter, want string }{
		{"name=CI", "bbbb"},
		{"name=c", ""},
		{"name~^(?i)de", "cccc"},
		{"NAME=", "aaaa"},
		{"roles=organization administrator", "bbbb cccc"},
		{"roles=0a1b", "bbbb"},
		{"roles=R/O User <x>, Organization Administrator", "bbbb"},
		{"roles=", "aaaa"},
		{"tags=green, light", "bbbb"},
		{"tags~^bl", "bbbb"},
		{"tags=", "aaaa cccc"},
		{"size=9007199254740993", "cccc"},
		{"current=true", "aaaa"},
		{"expiresAt=", "aaaa cccc"},
		{"createdAt~^2026-01-02T04", "bbbb"},
		{"current=false|name~e", "cccc"},
		{"name~=", ""},
		{"name!=CI", "aaaa cccc"},
		{"NAME!=", "bbbb cccc"},
		{"roles!=organization administrator", "aaaa"},
		{"tags!=green, light", "aaaa cccc"},
		{"expiresAt=null", "aaaa cccc"},
		{"expiresAt!=null", "bbbb"},
		{"name=null", ""},
		{"roles=null", ""},
		{"expiresAt=null|name!=", "cccc"},
		{"name=!ci", ""},
	}
	for _, tt := range tests {
		o := output.Options{Format: output.Name, Filter: strings.Split(tt.filter, "|")}
		if got := strings.Join(strings.Fields(list(t, o, some())), " "); got != tt.want {
			t.Errorf("--filter %s: want %s, got %s", tt.filter, tt.want, got)
		}
	}
}

func TestColumnsKeepTheirOrder(t *testing.T) {
	o := output.Options{Columns: []string{"size", "clientid"}}
	for format, want := range map[output.Format]string{
		output.Table: "SIZE  CLIENT ID\n10    bbbb\n",
		output.CSV:   "size,clientId\n10,bbbb\n",
		output.TSV:   "10\tbbbb\n",
		output.JSON:  "[\n  {\n    \"size\": 10,\n    \"clientId\": \"bbbb\"\n  }\n]\n",
		output.YAML:  "- size: 10\n  clientId: bbbb\n",
		output.Name:  "bbbb\n",
	} {
		o.Format = format
		if diff := cmp.Diff(want, list(t, o, some()[:1])); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
}

func TestQueries(t *testing.T) {
	tests := []struct {
		name    string
		options output.Options
		want    string
	}{
		{"jq strings are raw", output.Options{JQ: ".[].name"}, "ci\n\nDeploy\n"},
		{"jq numbers survive", output.Options{JQ: ".[].size"}, "10\n9\n9007199254740993\n"},
		{"jq results are compact", output.Options{JQ: ".[0].roles[0]"}, `{"id":"0a1b","name":"R/O User <x>"}` + "\n"},
		{"jq without results", output.Options{JQ: "empty"}, ""},
		{"jq halts", output.Options{JQ: "1, halt, 2"}, "1\n"},
		{"jq after a filter", output.Options{JQ: "length", Filter: []string{"name=ci"}}, "1\n"},
		{"jq has wide columns", output.Options{Format: output.Name, JQ: ".[0].price"}, "1.5\n"},
		{"jq has the chosen columns", output.Options{JQ: ".[0]", Columns: []string{"name"}}, `{"name":"ci"}` + "\n"},
		{"jq sees no environment", output.Options{JQ: "env, $ENV"}, "{}\n{}\n"},
		{"template", output.Options{Template: `{{range .}}{{.clientId}} {{.size}} {{.price}}{{"\n"}}{{end}}`}, "bbbb 10 1.5\naaaa 9 -2\ncccc 9007199254740993 1e+21\n"},
		{"template numbers compare", output.Options{Template: `{{range .}}{{if and (gt .size 9) (lt .price 2.0)}}{{.name}}{{end}}{{end}}`}, "ci\n"},
		{"template functions", output.Options{Template: `{{with index . 0}}{{upper .name}} {{lower "A"}} {{join "/" .tags}} {{json .tags}} {{date "2006" .createdAt}}{{end}}`}, "CI a blue/green, light [\"blue\",\"green, light\"] 2026\n"},
		{"template default", output.Options{Template: `{{range .}}{{.expiresAt | default "never"}};{{date "06" .expiresAt}} {{end}}`}, "2026-04-02T04:04:05Z;26 never; never; \n"},
		{"empty template output", output.Options{Template: `{{if false}}x{{end}}`}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, list(t, tt.options, some())); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := one(t, output.Options{JQ: ".scopes.all, .name"}, some()[0]); got != "true\nci\n" {
		t.Errorf("jq of a single thing: %q", got)
	}
	if got := list(t, output.Options{JQ: ".[].name", Terminal: true}, hostile()[2:5]); strings.ContainsAny(got, "\x1b\x07\r\u202e") || strings.Count(got, "\n") != 5 {
		t.Errorf("raw strings of jq: %q", got)
	}
	if got := list(t, output.Options{JQ: ".[0].name"}, hostile()[2:3]); got != hostile()[2].name+"\n" {
		t.Errorf("in a pipe a string of jq is exact: %q", got)
	}
	if got := list(t, output.Options{Template: "{{range .}}{{.name}}{{end}}", Terminal: true}, hostile()[2:5]); strings.ContainsAny(got, "\x1b\x07\r\u202e") {
		t.Errorf("text of a template: %q", got)
	}
}

func TestOptionErrors(t *testing.T) {
	known := "use one of clientId, name, roles, tags, size, price, current, createdAt, expiresAt"
	tests := []struct {
		options output.Options
		want    string
	}{
		{output.Options{Format: "xml"}, `unknown output format "xml"; use one of table, wide, json, yaml, csv, tsv, name`},
		{output.Options{Columns: []string{"name", "scopes"}}, `--columns: unknown column "scopes"; ` + known},
		{output.Options{Columns: []string{""}}, `--columns: unknown column ""; ` + known},
		{output.Options{Columns: []string{"name", "Name"}}, "--columns: duplicate name"},
		{output.Options{Sort: "-x\x1b"}, `--sort: unknown column "x\x1b"; ` + known},
		{output.Options{Filter: []string{"name=a", "x=y"}}, `--filter: unknown column "x"; ` + known},
		{output.Options{Filter: []string{"name"}}, `--filter: "name" is not key=value, key!=value or key~regexp`},
		{output.Options{Filter: []string{"name~("}}, "--filter: error parsing regexp: missing closing ): `(`"},
		{output.Options{JQ: ".", Template: "."}, "--jq and --template cannot be combined"},
		{output.Options{JQ: ".["}, "--jq: unexpected EOF"},
		{output.Options{JQ: "nope"}, "--jq: function not defined: nope/0"},
		{output.Options{JQ: "input"}, "--jq: input(s)/0 is not allowed"},
		{output.Options{JQ: `import "a" as a; 1`}, `--jq: cannot load module: "a"`},
		{output.Options{Template: "{{"}, "--template:1: unclosed action"},
	}
	for _, tt := range tests {
		var w counter
		err := output.List(&w, tt.options, columns(), some())
		if !errors.Is(err, output.ErrOptions) || w.writes > 0 {
			t.Errorf("%+v: %v", tt.options, err)
			continue
		}
		if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
			t.Error(diff)
		}
		if err := output.CheckList(tt.options, columns()); err == nil || err.Error() != tt.want {
			t.Errorf("CheckList: %v", err)
		}
	}
	for _, o := range []output.Options{{Sort: "name"}, {Filter: []string{"name=a"}}, {Format: "xml"}} {
		if err := output.CheckOne(o, columns()); !errors.Is(err, output.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if err := output.CheckOne(output.Options{Columns: []string{"scopes"}}, columns()); err != nil {
		t.Error(err)
	}
}

func TestNothingIsWrittenOnErrors(t *testing.T) {
	bad := append(columns(), output.Column[thing]{Key: "bad", Value: func(thing) any { return math.NaN() }})
	for _, format := range output.Formats() {
		var w counter
		o := output.Options{Format: format, Columns: []string{"name", "bad"}}
		if format == output.Name {
			o.Columns = []string{"bad"}
		}
		if err := output.List(&w, o, bad, some()); err == nil || errors.Is(err, output.ErrOptions) || w.writes > 0 {
			t.Errorf("%s: %v, %q", format, err, w.String())
		}
	}
	for _, o := range []output.Options{{JQ: ".[0], .[0].name.x"}, {JQ: "error(\"\u202e\")"}, {Template: "a {{range .}}{{.nope}}{{end}}"}, {Template: `{{join "a" 1}}`}} {
		var w counter
		err := output.List(&w, o, columns(), some())
		if !errors.Is(err, output.ErrOptions) || w.writes > 0 || strings.Contains(err.Error(), "\u202e") {
			t.Errorf("%+v: %v, %q", o, err, w.String())
		}
	}
	failing := errors.New("disk full")
	if err := output.List(writer(func() error { return failing }), output.Options{}, columns(), some()); !errors.Is(err, failing) {
		t.Error(err)
	}
}

type writer func() error

func (w writer) Write([]byte) (int, error) { return 0, w() }

// A type that hides its content in encodings hides it in every format.
func TestTypesThatHideThemselvesStayHidden(t *testing.T) {
	column := []output.Column[hiding]{{Key: "secret", Value: func(h hiding) any { return h }}}
	for _, format := range output.Formats() {
		var w counter
		if err := output.List(&w, output.Options{Format: format}, column, []hiding{"s3cret"}); err != nil || strings.Contains(w.String(), "s3cret") || !strings.Contains(w.String(), "[secret]") {
			t.Errorf("%s: %v, %q", format, err, w.String())
		}
	}
}

type hiding string

func (hiding) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

func TestValuesOfEveryKind(t *testing.T) {
	type kind string
	now := time.Date(2026, 1, 1, 1, 0, 0, 0, time.FixedZone("", 3600))
	for want, v := range map[string]any{
		`null`: nil, `"a"`: kind("a"), `true`: true, `5`: uint8(5), `18446744073709551615`: uint64(math.MaxUint64), `1.25`: float32(1.25),
		`"2026-01-01T00:00:00Z"`: now, `[]`: []role(nil), `["a"]`: []kind{"a"}, `{"a":null}`: map[string]any{"a": nil}, `7`: json.Number("7"),
	} {
		one := []output.Column[any]{{Key: "k", Value: func(v any) any { return v }}}
		var w, compact bytes.Buffer
		if err := output.One(&w, output.Options{Format: output.JSON}, one, v); err != nil {
			t.Error(err)
		}
		if err := json.Compact(&compact, w.Bytes()); err != nil || compact.String() != `{"k":`+want+`}` {
			t.Errorf("%T: want %s, got %s, %v", v, want, compact.String(), err)
		}
	}
}

// Above a thousand rows, another renderer draws the same table.
func TestLongTablesLookTheSame(t *testing.T) {
	var items []thing
	for len(items) < 990 {
		items = append(items, append(hostile(), some()...)...)
	}
	items = items[:1000]
	short := list(t, output.Options{}, items)
	long := list(t, output.Options{}, append(items, items[0]))
	first := strings.SplitAfter(short, "\n")[1]
	if diff := cmp.Diff(short+first, long); diff != "" {
		t.Error(diff)
	}
}

func TestTablesFitTheirWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120, 200} {
		for line := range strings.Lines(list(t, output.Options{Width: width}, some())) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width && width > 40 {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
	}
	if wide := list(t, output.Options{Format: output.Wide, Width: 40}, some()); strings.Contains(wide, "…") {
		t.Error("a wide table is cut")
	}
	huge := []thing{{id: "a", name: strings.Repeat("x", 100<<10)}, {id: "b"}}
	if got := list(t, output.Options{Format: output.Wide}, huge); len(got) > 10_000 {
		t.Errorf("%d bytes for two rows", len(got))
	}
}

func TestFormatsReadBack(t *testing.T) {
	items := append(hostile(), some()...)
	var fromJSON []map[string]any
	text := list(t, output.Options{Format: output.JSON}, items)
	decode(t, text, &fromJSON)
	for i, item := range items {
		if want := strings.ToValidUTF8(item.name, "\ufffd"); utf8.ValidString(item.name) && fromJSON[i]["name"] != want {
			t.Errorf("want %q, got %q", want, fromJSON[i]["name"])
		}
	}
	var fromYAML []map[string]any
	if err := yaml.Unmarshal([]byte(list(t, output.Options{Format: output.YAML}, items)), &fromYAML); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(normalized(t, fromJSON), normalized(t, fromYAML)); diff != "" {
		t.Error(diff)
	}
	records, err := csv.NewReader(strings.NewReader(list(t, output.Options{Format: output.CSV}, items))).ReadAll()
	if err != nil || len(records) != len(items)+1 {
		t.Errorf("%d records, %v", len(records), err)
	}
	for _, format := range []output.Format{output.CSV, output.TSV, output.Name, output.Table, output.Wide} {
		text := list(t, output.Options{Format: format, NoHeaders: true}, items)
		if n := strings.Count(text, "\n"); n != len(items) {
			t.Errorf("%s: %d lines for %d items", format, n, len(items))
		}
	}
}

func normalized(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func decode(t *testing.T, text string, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		t.Fatal(err)
	}
}

// visible reports characters that must not reach a terminal.
func visible(t *testing.T, s, keep string) {
	t.Helper()
	for _, r := range s {
		if strings.ContainsRune(keep, r) {
			continue
		}
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Variation_Selector) {
			t.Fatalf("%U in %q", r, s)
		}
	}
	if !utf8.ValidString(s) {
		t.Fatalf("%q is not UTF-8", s)
	}
}

func TestSanitize(t *testing.T) {
	for in, want := range map[string]string{
		"plain äöü 日本語 😀":                       "plain äöü 日本語 😀",
		"\x1b[2J\a":                             `\u{1b}[2J\u{7}`,
		"a\nb\r\tc":                             `a\u{a}b\u{d}\u{9}c`,
		"\u009b31m":                             `\u{9b}31m`,
		"\x9b\xff":                              `\x{9b}\x{ff}`,
		"a\u202eb\u2066":                        `a\u{202e}b\u{2066}`,
		"a\u200b\ufeff":                         `a\u{200b}\u{feff}`,
		"\U000e0041":                            `\u{e0041}`,
		"\ufffd":                                "\ufffd",
		"e\u0301":                               "e\u0301",
		"e\u0301\u0301\u0301\u0301\u0301\u0301": "e\u0301\u0301\u0301\u0301" + `\u{301}` + "\u0301",
	} {
		if got := output.Sanitize(in); got != want {
			t.Errorf("%q: want %q, got %q", in, want, got)
		}
	}
}

func FuzzSanitize(f *testing.F) {
	for _, item := range hostile() {
		f.Add(item.name)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := output.Sanitize(s)
		visible(t, got, "")
		if again := output.Sanitize(got); again != got {
			t.Errorf("%q becomes %q", got, again)
		}
	})
}

// FuzzFormats checks the guarantees of every format for any text.
func FuzzFormats(f *testing.F) {
	for _, item := range hostile() {
		f.Add(item.name, int64(7))
	}
	f.Add(strings.Repeat("a key", 300), int64(-1))
	f.Fuzz(func(t *testing.T, s string, n int64) {
		nested := func(thing) any {
			return []any{map[string]any{s: s, "n": n}, []any{}, []any{[]any{s}, n}, nil, map[string]any{}}
		}
		cols := append(columns(), output.Column[thing]{Key: "nested", Value: nested})
		items := []thing{{id: "x", name: s, tags: []string{s, s}, size: int(n), roles: []role{{s, s}}}, {}}
		texts := map[output.Format]string{}
		for _, format := range output.Formats() {
			o := output.Options{Format: format, Terminal: true}
			texts[format] = render(t, func(w *counter) error { return output.List(w, o, cols, items) })
			visible(t, texts[format], "\n\t")
		}
		var fromJSON, fromYAML []map[string]any
		decode(t, texts[output.JSON], &fromJSON)
		if utf8.ValidString(s) && fromJSON[0]["name"] != s {
			t.Errorf("want %q, got %q", s, fromJSON[0]["name"])
		}
		if err := yaml.Unmarshal([]byte(texts[output.YAML]), &fromYAML); err != nil {
			t.Fatalf("%v in %s", err, texts[output.YAML])
		}
		if diff := cmp.Diff(normalized(t, fromJSON), normalized(t, fromYAML)); diff != "" {
			t.Error(diff)
		}
		for format, lines := range map[output.Format]int{output.Table: 3, output.Wide: 3, output.CSV: 3, output.TSV: 2, output.Name: 2} {
			if strings.Count(texts[format], "\n") != lines {
				t.Errorf("%s: %q", format, texts[format])
			}
		}
	})
}

// Data is for programs, where people read another column; Human is the
// opposite; Lines are for the table of a single item.
func TestForPeopleOrPrograms(t *testing.T) {
	t.Parallel()
	type row struct{ id, made string }
	cols := []output.Column[row]{
		{Key: "id", Value: func(r row) any { return r.id }},
		{Key: "made", Value: func(r row) any { return r.made }, Data: true},
		{Key: "age", Value: func(row) any { return "3d" }, Human: true},
		{Key: "parts", Value: func(row) any { return []int{1, 2} }, Lines: func(row) []string { return []string{strings.Repeat("a", 40), strings.Repeat("b", 40)} }, Detail: true},
	}
	item := row{"x", "2026"}
	if got := render(t, func(w *counter) error {
		secrets := []output.Column[row]{{Key: "secret", Value: func(row) any { return "-Secret" }, Exact: true}, {Key: "text", Value: func(row) any { return "-text" }}}
		return output.One(w, output.Options{Format: output.CSV}, secrets, item)
	}); got != "secret,text\n-Secret,'-text\n" {
		t.Errorf("a secret stays as it is: %q", got)
	}
	for format, want := range map[output.Format]string{
		output.Table: "ID  AGE\nx   3d\n",
		output.TSV:   "x\t2026\n",
		output.CSV:   "id,made\nx,2026\n",
	} {
		if diff := cmp.Diff(want, render(t, func(w *counter) error { return output.List(w, output.Options{Format: format}, cols, []row{item}) })); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
	for format, want := range map[output.Format]string{
		output.Table: "ID     x\nAGE    3d\nPARTS  " + strings.Repeat("a", 40) + "\n       " + strings.Repeat("b", 40) + "\n",
		output.JSON:  "{\n  \"id\": \"x\",\n  \"made\": \"2026\",\n  \"parts\": [\n    1,\n    2\n  ]\n}\n",
	} {
		if diff := cmp.Diff(want, render(t, func(w *counter) error { return output.One(w, output.Options{Format: format}, cols, item) })); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
}
