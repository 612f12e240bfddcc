package graph_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/graph"
)

var update = flag.Bool("update", false, "write the golden files")

func renderers() map[string]func(graph.Graph) string {
	return map[string]func(graph.Graph) string{"mmd": graph.Mermaid, "dot": graph.DOT, "svg": graph.SVG}
}

// access is a graph of every kind of node.
func access() graph.Graph {
	return graph.Graph{
		Title:       "Access in Acme",
		Description: "3 groups of users and tokens, 4 roles, 4 places.",
		Hub:         1,
		Columns: []graph.Column{
			{Heading: "WHO", Nodes: []graph.Node{
				{Kind: graph.Users, Name: "ada@example.com", Details: []string{"grace@example.com", "and 4 more users"}},
				{Kind: graph.Tokens, Name: "order service", Details: []string{"token kHYCaBcDeFgHiJkLmNoPqRsT"}},
				{Kind: graph.Both, Name: "alan@example.com", Details: []string{"1 user (pending), 2 tokens"}},
			}},
			{Heading: "ROLES", Nodes: []graph.Node{
				{Kind: graph.Role, Name: "Organization Administrator"},
				{Kind: graph.Custom, Name: "Orders, read-only", Details: []string{"custom role"}},
				{Kind: graph.Unknown, Name: "f1f2f3f4-0000-4000-8000-000000000000", Details: []string{"cannot be read"}},
				{Kind: graph.Role, Name: "RO User"},
			}},
			{Heading: "PLACES", Nodes: []graph.Node{
				{Kind: graph.Place, Name: "organization"},
				{Kind: graph.Place, Name: "all databases"},
				{Kind: graph.Place, Name: "orders.app"},
				{Kind: graph.Place, Name: "a-database-with-a-very-long-name-indeed.and_a_keyspace.events_of_europe_west4"},
			}},
		},
		Edges: []graph.Edge{
			{Column: 0, From: 0, To: 3},
			{Column: 0, From: 0, To: 1},
			{Column: 0, From: 1, To: 1},
			{Column: 0, From: 2, To: 0},
			{Column: 0, From: 2, To: 2},
			{Column: 1, From: 0, To: 0, Label: "21 permissions", Detail: "org-audits-read, org-db-create, …"},
			{Column: 1, From: 0, To: 1, Label: "24 permissions"},
			{Column: 1, From: 1, To: 2, Label: "db-table-select", Detail: "db-table-select"},
			{Column: 1, From: 1, To: 3, Label: "db-table-select"},
			{Column: 1, From: 3, To: 0, Label: "2 permissions"},
			{Column: 1, From: 3, To: 1, Label: "6 permissions"},
		},
	}
}

// hostileTexts are names that mean something to one of the languages.
func hostileTexts() []string {
	return []string{
		`"quoted" 'single' \back\N\l` + "`tick`", "two\nlines\r\nand\ttab", "👩‍👩‍👧 emoji ﷽ 漢字", `x"]; a --> b["y`, "]]>", "<!-- --><script>alert(1)</script>",
		"\x1b[31mred\x1b[0m\x00\x7f", "[[{{((brackets))}}]] |pipe|", `%%{init: {"theme":"dark"}}%% %% comment`, "style a:#fff;", "end", "&amp; &lt; #35; #quot; &", "\u202egnp.exe", "bad \xff utf-8",
		"---", "click a href \"javascript:alert(1)\"", "$$x^2$$ **bold** _it_", "", " ", strings.Repeat("W", 300), strings.Repeat("漢", 100), "e" + strings.Repeat("\u0301", 200), "style x:\"#35;",
	}
}

func hostile() graph.Graph {
	g := graph.Graph{Title: `"<&>` + "\n%%{init}%%", Description: "]]> --> \"\\", Hub: 1, Columns: make([]graph.Column, 3)}
	for i := range g.Columns {
		g.Columns[i].Heading = hostileTexts()[i]
		for _, text := range hostileTexts() {
			g.Columns[i].Nodes = append(g.Columns[i].Nodes, graph.Node{Kind: graph.Kinds()[i], Name: text, Details: []string{text}})
		}
	}
	for i, text := range hostileTexts() {
		g.Edges = append(g.Edges, graph.Edge{Column: 0, From: i, To: i, Label: text, Detail: text}, graph.Edge{Column: 1, From: i, To: len(hostileTexts()) - 1 - i, Label: text, Detail: text})
	}
	return g
}

func samples() map[string]graph.Graph {
	return map[string]graph.Graph{"access": access(), "hostile": hostile(), "empty": {Title: "Access in Acme", Columns: []graph.Column{{Heading: "WHO"}, {Heading: "ROLES"}, {Heading: "PLACES"}}}}
}

func TestGolden(t *testing.T) {
	for name, g := range samples() {
		for format, render := range renderers() {
			file := filepath.Join("testdata", name+"."+format)
			got := render(g)
			if *update {
				check(t, os.WriteFile(file, []byte(got), 0o600))
			}
			want, err := os.ReadFile(file)
			check(t, err)
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s: %s", file, diff)
			}
			for range 5 {
				if render(g) != got {
					t.Fatalf("%s differs from one run to the next", file)
				}
			}
		}
	}
}

// TestNodesDoNotOverlap parses the boxes of random graphs.
func TestNodesDoNotOverlap(t *testing.T) {
	box := regexp.MustCompile(`<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"`)
	size := regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)"`)
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		g := randomGraph(random)
		text := graph.SVG(g)
		var all [][4]int
		var width, height int
		m := size.FindStringSubmatch(text)
		fmt.Sscan(m[1], &width)
		fmt.Sscan(m[2], &height)
		for _, m := range box.FindAllStringSubmatch(text, -1) {
			var b [4]int
			for i := range b {
				fmt.Sscan(m[i+1], &b[i])
			}
			if b[0]+b[2] > width || b[1]+b[3] > height {
				t.Fatalf("%v is outside of %d×%d", b, width, height)
			}
			for _, o := range all {
				if b[0] < o[0]+o[2] && o[0] < b[0]+b[2] && b[1] < o[1]+o[3] && o[1] < b[1]+b[3] {
					t.Fatalf("%v overlaps %v in\n%s", b, o, text)
				}
			}
			all = append(all, b)
		}
	}
}

func randomGraph(random *rand.Rand) graph.Graph {
	g := graph.Graph{Title: "random", Hub: 1, Columns: make([]graph.Column, 3)}
	for i := range g.Columns {
		for j := range 1 + random.IntN(9) {
			g.Columns[i].Nodes = append(g.Columns[i].Nodes, graph.Node{Kind: graph.Role, Name: fmt.Sprint("node ", j), Details: make([]string, random.IntN(4))})
		}
	}
	for i := range 2 {
		for from := range g.Columns[i].Nodes {
			for to := range g.Columns[i+1].Nodes {
				if random.IntN(3) == 0 {
					g.Edges = append(g.Edges, graph.Edge{Column: i, From: from, To: to})
				}
			}
		}
	}
	return g
}

func FuzzEscapes(f *testing.F) {
	for _, text := range hostileTexts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g := graph.Graph{Title: text, Description: text, Hub: 1, Columns: []graph.Column{
			{Heading: text, Nodes: []graph.Node{{Kind: graph.Users, Name: text, Details: []string{text}}}},
			{Heading: text, Nodes: []graph.Node{{Kind: graph.Role, Name: text}}},
		}, Edges: []graph.Edge{{Label: text, Detail: text}}}
		plain := g
		plain.Title, plain.Description = "x", "x"
		plain.Columns = []graph.Column{
			{Heading: "x", Nodes: []graph.Node{{Kind: graph.Users, Name: "x", Details: []string{"x"}}}},
			{Heading: "x", Nodes: []graph.Node{{Kind: graph.Role, Name: "x"}}},
		}
		plain.Edges = []graph.Edge{{Label: "x", Detail: "x"}}
		if text == "" {
			return // there is no label then
		}
		for format, skeleton := range map[string]func(string) string{"mmd": mermaidSkeleton, "dot": dotSkeleton} {
			render := renderers()[format]
			if diff := cmp.Diff(skeleton(render(plain)), skeleton(render(g))); diff != "" {
				t.Errorf("the text %q changes the %s graph: %s", text, format, diff)
			}
		}
		if got, want := elements(t, graph.SVG(g)), elements(t, graph.SVG(plain)); got != want {
			t.Errorf("the text %q changes the picture: %s, not %s", text, got, want)
		}
	})
}

// mermaidSkeleton leaves the labels out. What may be in one is a matter of this pattern.
func mermaidSkeleton(s string) string {
	label := `(?:[a-zA-Z0-9 .,@/+-]|#\d+;|<br>|[^\x00-\x7f])*`
	s = regexp.MustCompile(`"`+label+`"`).ReplaceAllString(s, `""`)
	return regexp.MustCompile(`(acc(?:Title|Descr): )`+label+`\n`).ReplaceAllString(s, "$1\n")
}

func dotSkeleton(s string) string {
	return regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`).ReplaceAllString(s, `""`)
}

// elements returns the names of the elements of a well-formed document.
func elements(t *testing.T, document string) string {
	t.Helper()
	var names []string
	d := xml.NewDecoder(strings.NewReader(document))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(names, " ")
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		if start, ok := token.(xml.StartElement); ok {
			names = append(names, start.Name.Local)
		}
	}
}

func TestManyEdges(t *testing.T) {
	g := graph.Graph{Hub: 1, Columns: make([]graph.Column, 3)}
	for i := range g.Columns {
		g.Columns[i].Nodes = make([]graph.Node, 200)
	}
	for i := range 200 {
		for j := range 100 {
			g.Edges = append(g.Edges, graph.Edge{Column: j % 2, From: i, To: (i * j) % 200})
		}
	}
	if text := graph.SVG(g); strings.Count(text, `class="tip"`) != len(g.Edges) {
		t.Error("not every edge was drawn")
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
