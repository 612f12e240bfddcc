package cmd_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/openapi"
	"github.com/astra-admin/astra/pkg/sandbox"
)

// TestExamples runs the examples of every command's help, line by line in one
// shell, as somebody would who has logged in already.
func TestExamples(t *testing.T) {
	t.Parallel()
	walk(func(c *cobra.Command) {
		if c.Example == "" || c.Annotations["long-running"] != "" {
			return // what runs until it is interrupted has a script
		}
		t.Run(strings.ReplaceAll(c.CommandPath(), " ", "_"), func(t *testing.T) {
			t.Parallel()
			newBench(t).run(c.Example)
		})
	})
}

// TestDocExamples runs the shell blocks of the README and the guides.
func TestDocExamples(t *testing.T) {
	t.Parallel()
	block := regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	pages, err := filepath.Glob("../docs/*.md")
	check(t, err)
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		check(t, err)
		blocks := block.FindAllStringSubmatch(string(text), -1)
		if len(blocks) == 0 {
			continue
		}
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			bench := newBench(t)
			for _, b := range blocks {
				bench.run(b[1])
			}
		})
	}
}

// A bench is a home in which examples work: three profiles of an organization
// that is served, and the files that examples name.
type bench struct {
	t   *testing.T
	dir string
	env []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir()}
	bin := filepath.Join(b.dir, "bin")
	check(t, os.Mkdir(bin, 0o700))
	self, err := program()
	check(t, err)
	check(t, os.Symlink(self, filepath.Join(bin, "astra")))
	state := filepath.Join(b.dir, "state")
	server, err := sandbox.Open(sandbox.Options{Path: filepath.Join(state, "sandbox", "state.db"), Now: time.Now})
	check(t, err)
	check(t, server.Seed(sandbox.SeedOptions{OrgName: "Acme Production"}))
	listener := httptest.NewServer(openapi.Handler(server, held(t.Errorf)))
	t.Cleanup(listener.Close)
	status, err := server.Status()
	check(t, err)
	check(t, os.WriteFile(filepath.Join(b.dir, "token.txt"), []byte(status.Token), 0o600))
	check(t, os.WriteFile(filepath.Join(b.dir, "astrarc"), []byte("[imported]\nASTRA_DB_APPLICATION_TOKEN="+status.Token+"\n"), 0o600))
	check(t, os.WriteFile(filepath.Join(b.dir, ".astrarc"), []byte("[theirs]\nASTRA_DB_APPLICATION_TOKEN="+status.Token+"\n"), 0o600))
	b.env = []string{
		"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + b.dir, "TMPDIR=" + b.dir, "URL=" + listener.URL,
		"ASTRA_STATE_DIR=" + state, "ASTRA_CONFIG_DIR=" + filepath.Join(b.dir, "config"), "ASTRA_API_URL=" + listener.URL, "ASTRA_STORE=file",
	}
	b.run("astra auth login production < token.txt\nastra auth login old < token.txt\nastra auth login default < token.txt")
	return b
}

// run runs shell lines, with a token on standard input. A URL that stands for
// any server is replaced by the one that is served.
func (b *bench) run(lines string) {
	b.t.Helper()
	for _, stand := range []string{"http://127.0.0.1:8787"} {
		lines = strings.ReplaceAll(lines, stand, "$URL")
	}
	sh := exec.CommandContext(b.t.Context(), "sh", "-euc", lines)
	sh.Dir, sh.Env = b.dir, b.env
	stdin, err := os.Open(filepath.Join(b.dir, "token.txt"))
	check(b.t, err)
	defer stdin.Close()
	sh.Stdin = stdin
	if out, err := sh.CombinedOutput(); err != nil {
		b.t.Errorf("%v\n%s\n--- of\n%s", err, out, lines)
	}
}
