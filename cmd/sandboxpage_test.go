package cmd_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestSandboxPage runs the blocks of docs/sandbox.md that use curl, a client
// that is not ours, with "astra sandbox serve": once with /v2 in the address and
// once without. That no endpoint is missing there, pkg/sandbox tests.
func TestSandboxPage(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"curl", "jq", "bash"} {
		there, err := testkit.HasPart(part)
		check(t, err)
		if !there {
			t.Skipf("%s is missing", part)
		}
	}
	page, err := os.ReadFile("../docs/sandbox.md")
	check(t, err)
	var script strings.Builder
	for _, block := range regexp.MustCompile("(?ms)^```bash\n(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		script.WriteString(block[1])
	}
	for name, suffix := range map[string]string{"bare": "", "v2": "/v2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "bare" {
				testkit.NeedCI(t)
			}
			p := servePage(t)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			run := exec.CommandContext(ctx, "bash", "-xeuo", "pipefail", "-c", script.String())
			run.Dir, run.Env = p.dir, append(p.env, "URL="+p.url+suffix)
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// servedPage is a sandbox that a process serves, and its home.
type servedPage struct {
	dir, url string
	env      []string
}

func servePage(t *testing.T, flags ...string) servedPage {
	t.Helper()
	p := servedPage{dir: t.TempDir()}
	self, err := program()
	check(t, err)
	check(t, os.Symlink(self, filepath.Join(p.dir, "astra")))
	p.env = []string{"PATH=" + p.dir + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + p.dir, "ASTRA_STATE_DIR=" + filepath.Join(p.dir, "state")}
	serve := exec.Command(filepath.Join(p.dir, "astra"), append([]string{"sandbox", "serve", "--listen", "127.0.0.1:0"}, flags...)...)
	serve.Env = p.env
	out, err := serve.StdoutPipe()
	check(t, err)
	check(t, serve.Start())
	t.Cleanup(func() {
		check(t, serve.Process.Signal(syscall.SIGTERM))
		_ = serve.Wait() // the status of a signal
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	check(t, err)
	p.url = strings.TrimSpace(line)
	return p
}
