package cmd_test

import (
	"bytes"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/cmd/internal/testkit"
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

// newBench returns a bench for one test.
var newBench = prepared(loggedIn)

// loggedIn prepares the three profiles and the files.
func loggedIn(b *bench) {
	bin := filepath.Join(b.dir, "bin")
	check(b.t, os.Mkdir(bin, 0o700))
	self, err := program()
	check(b.t, err)
	check(b.t, os.Symlink(self, filepath.Join(bin, "astra")))
	server, err := sandbox.Open(sandbox.Options{Path: b.sandboxState(), Now: time.Now})
	check(b.t, err)
	check(b.t, server.Seed(sandbox.SeedOptions{OrgName: "Acme Production"}))
	status, err := server.Status()
	check(b.t, err)
	check(b.t, os.WriteFile(filepath.Join(b.dir, "token.txt"), []byte(status.Token), 0o600))
	check(b.t, os.WriteFile(filepath.Join(b.dir, "astrarc"), []byte("[imported]\nASTRA_DB_APPLICATION_TOKEN="+status.Token+"\n"), 0o600))
	check(b.t, os.WriteFile(filepath.Join(b.dir, ".astrarc"), []byte("[theirs]\nASTRA_DB_APPLICATION_TOKEN="+status.Token+"\n"), 0o600))
	b.serve()
	b.run("astra auth login production < token.txt\nastra auth login old < token.txt\nastra auth login default < token.txt")
}

// prepared returns a maker of benches. The first is prepared by setup; all are
// copies of it, since setup starts many processes.
func prepared(setup func(*bench)) func(*testing.T) *bench {
	var once sync.Once
	var model bench
	return func(t *testing.T) *bench {
		t.Helper()
		once.Do(func() {
			dir, err := shared.Make("astra-bench-")
			check(t, err)
			b := &bench{t: t, dir: dir}
			setup(b)
			model = bench{dir: dir, env: b.env}
		})
		if model.env == nil {
			t.Fatal("the bench could not be prepared")
		}
		return model.copy(t)
	}
}

// copy returns a bench with the files of b, which it serves at an address of its own.
func (b *bench) copy(t *testing.T) *bench {
	t.Helper()
	c := &bench{t: t, dir: t.TempDir()}
	text, err := exec.CommandContext(t.Context(), "cp", "-a", b.dir+"/.", c.dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	c.serve()
	check(t, filepath.WalkDir(filepath.Join(c.dir, "config"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, bytes.ReplaceAll(text, []byte(b.url()), []byte(c.url())), 0o600)
	}))
	return c
}

// serve serves the state of the bench until its test ends, and sets the environment.
func (b *bench) serve() {
	server, err := sandbox.Open(sandbox.Options{Path: b.sandboxState(), Now: time.Now})
	check(b.t, err)
	listener := httptest.NewServer(openapi.Handler(server, held(b.t.Errorf)))
	b.t.Cleanup(listener.Close)
	b.env = []string{
		"URL=" + listener.URL, "PATH=" + filepath.Join(b.dir, "bin") + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + b.dir, "TMPDIR=" + b.dir,
		"ASTRA_STATE_DIR=" + filepath.Join(b.dir, "state"), "ASTRA_CONFIG_DIR=" + filepath.Join(b.dir, "config"), "ASTRA_API_URL=" + listener.URL, "ASTRA_STORE=file",
	}
}

func (b *bench) sandboxState() string { return filepath.Join(b.dir, "state", "sandbox", "state.db") }

func (b *bench) url() string { return strings.TrimPrefix(b.env[0], "URL=") }

// run runs shell lines, with a token on standard input. A URL that stands for
// any server is replaced by the one that is served.
func (b *bench) run(lines string) {
	b.t.Helper()
	for _, stand := range []string{"http://127.0.0.1:8787"} {
		lines = strings.ReplaceAll(lines, stand, "$URL")
	}
	for _, program := range []string{"cmp", "grep", "sed"} { // not of coreutils
		if slices.Contains(strings.Fields(lines), program) {
			testkit.NeedPart(b.t, program)
		}
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
