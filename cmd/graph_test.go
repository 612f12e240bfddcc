package cmd_test

import (
	"context"
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestGraphsInMermaid lets Mermaid itself draw the graphs of pkg/graph, in a browser.
// Each must be a flowchart with all its nodes, and without an element or a setting that
// a label brought.
func TestGraphsInMermaid(t *testing.T) {
	t.Parallel()
	testkit.NeedPart(t, "chromium")
	library, err := filepath.Abs(filepath.Join("..", "testdata", "mermaid", "node_modules", "mermaid", "dist", "mermaid.min.js"))
	check(t, err)
	if _, err := os.Stat(library); err != nil {
		testkit.Skip(t, "mermaid is not installed: npm ci, in testdata/mermaid")
	}
	files, err := filepath.Glob(filepath.Join("..", "pkg", "graph", "testdata", "*.mmd"))
	check(t, err)
	var texts []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		check(t, err)
		texts = append(texts, string(text))
	}
	files, texts = append(files, "astra access graph"), append(texts, sandboxGraph(t, "mermaid"))
	list, err := json.Marshal(texts) // with < as an escape
	check(t, err)
	page := filepath.Join(t.TempDir(), "page.html")
	check(t, os.WriteFile(page, []byte(`<!DOCTYPE html><meta charset=utf-8><script src="file://`+library+`"></script><pre id=answer></pre><script>
(async () => {
  const answers = [];
  mermaid.initialize({ startOnLoad: false });
  for (const text of `+string(list)+`) {
    try {
      const { diagramType, config } = await mermaid.parse(text);
      const { svg } = await mermaid.render('graph' + answers.length, text);
      const drawn = new DOMParser().parseFromString(svg, 'text/html');
      const nodes = [...drawn.querySelectorAll('.node')];
      answers.push({
        type: diagramType, config: config ?? {}, nodes: nodes.length,
        active: drawn.querySelectorAll('script, a, img, iframe, math').length,
        texts: nodes.map((n) => n.textContent.trim()),
      });
    } catch (e) {
      answers.push({ type: String(e) });
    }
  }
  answer.textContent = JSON.stringify(answers);
})();
</script>`), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	browser := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--virtual-time-budget=60000", "--user-data-dir="+t.TempDir(), "--dump-dom", "file://"+page)
	out, err := browser.Output()
	check(t, err)
	found := regexp.MustCompile(`(?s)<pre id="answer">(.*?)</pre>`).FindSubmatch(out)
	if found == nil {
		t.Fatalf("no answer in %s", out)
	}
	var answers []struct {
		Type          string
		Config        map[string]any
		Nodes, Active int
		Texts         []string
	}
	check(t, json.Unmarshal([]byte(html.UnescapeString(string(found[1]))), &answers))
	if len(answers) != len(files) {
		t.Fatalf("%d answers for %d files", len(answers), len(files))
	}
	expected := map[string]string{"access.mmd": "Organization Administrator", "hostile.mmd": `x"]; a --> b["yx"]; a --> b["y`} // name and detail
	for i, a := range answers {
		if want := strings.Count(texts[i], "]:::"); a.Type != "flowchart-v2" || len(a.Config) > 0 || a.Nodes != want || a.Active > 0 {
			t.Errorf("%s: %+v, and %d nodes expected", files[i], a, want)
		}
		if name := expected[filepath.Base(files[i])]; name != "" && !slices.Contains(a.Texts, name) {
			t.Errorf("%s: no node is called %s: %q", files[i], name, a.Texts)
		}
	}
}

// TestGraphsInGraphviz lets Graphviz draw the graphs of pkg/graph.
func TestGraphsInGraphviz(t *testing.T) {
	t.Parallel()
	testkit.NeedPart(t, "dot")
	files, err := filepath.Glob(filepath.Join("..", "pkg", "graph", "testdata", "*.dot"))
	check(t, err)
	own := filepath.Join(t.TempDir(), "own.dot")
	check(t, os.WriteFile(own, []byte(sandboxGraph(t, "dot")), 0o600))
	for _, file := range append(files, own) {
		text, err := os.ReadFile(file)
		check(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		draw := exec.CommandContext(ctx, "dot", "-Tsvg", file)
		var said strings.Builder
		draw.Stderr = &said
		out, err := draw.Output()
		if err != nil || strings.Contains(said.String(), "syntax") {
			t.Errorf("%s: %v %s", file, err, said.String())
		}
		if got, want := strings.Count(string(out), `class="node"`), strings.Count(string(text), "fillcolor="); got != want {
			t.Errorf("%s: %d nodes, not %d", file, got, want)
		}
		if strings.Contains(file, "access") && !strings.Contains(string(out), "Organization Administrator") {
			t.Errorf("%s: a name is missing in\n%s", file, out)
		}
	}
}

// sandboxGraph returns the graph of a new sandbox.
func sandboxGraph(t *testing.T, format string) string {
	t.Helper()
	self, err := program()
	check(t, err)
	home := t.TempDir()
	astra := filepath.Join(home, "astra")
	check(t, os.Symlink(self, astra))
	run := exec.CommandContext(t.Context(), astra, "--sandbox", "access", "graph", "-o", format)
	run.Env = []string{"HOME=" + home, "ASTRA_STATE_DIR=" + filepath.Join(home, "state")}
	out, err := run.Output()
	check(t, err)
	return string(out)
}
