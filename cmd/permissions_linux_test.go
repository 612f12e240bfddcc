package cmd_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// openToAll mounts a directory in which every user can read every file, whatever its
// mode is set to, as on drives of Windows and in shared folders.
func openToAll(t *testing.T, dir string) string {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil || os.Geteuid() != 0 {
		testkit.Skip(t, "only root can mount, where there is /dev/fuse")
	}
	for _, part := range []string{"bindfs", "fusermount3"} {
		there, err := testkit.HasPart(part)
		check(t, err)
		if !there {
			t.Skip(part + " is missing")
		}
	}
	source, mount := filepath.Join(dir, "source"), filepath.Join(dir, "open")
	check(t, os.Mkdir(source, 0o755))
	check(t, os.Mkdir(mount, 0o755))
	if out, err := exec.CommandContext(t.Context(), "bindfs", "--perms=a+rwX", "--chmod-ignore", source, mount).CombinedOutput(); err != nil {
		testkit.Skip(t, fmt.Sprintf("bindfs: %v: %s", err, out))
	}
	t.Cleanup(func() { _ = exec.Command("fusermount3", "-u", "-z", mount).Run() })
	return mount
}

// TestPermissionsThatAreNotKept tries every kind of file where every user can read it.
// What is secret is not written there, and what is said is true.
func TestPermissionsThatAreNotKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mount := openToAll(t, b.dir)
	b.run("astra -p production env use demo --role 'RO User'")
	const exposed = "file system does not keep"
	for _, c := range []struct {
		line   string
		status int
		said   string
		made   bool // whether there is a file afterwards
	}{
		{"astra -p production env export --out open/.env", 19, "other users can read", false},
		{"astra -p production env export --out open/app.json", 19, "add --force", false},
		{"astra -p production env export --out open/.env --force", 0, "warning: other users can read open/.env", true},
		{"astra -p production env export --out open/.env", 19, "other users can read", true},
		{"astra -p production env export --out open/names.env --keys ASTRA_DB_NAME", 0, "warning: other users can read open/names.env", true},
		{"astra -p production token generate --role 'RO User' --out open/t.json", 2, "nothing was sent", false},
		{"astra -p production token generate --role 'RO User' --out open/t.env", 2, exposed, false},
		{"astra -p production db bundle demo --out open/demo.zip", 0, "warning: other users can read open/demo.zip", true},
		{"ASTRA_CONFIG_DIR=$PWD/open/config astra auth login x < token.txt", 3, exposed, false},
		{"ASTRA_CONFIG_DIR=$PWD/open/none astra auth login x --store env < token.txt", 3, exposed, false},
		{"ASTRA_STATE_DIR=$PWD/open/state astra --sandbox env use demo --role 'RO User'", 3, exposed, false},
	} {
		tokens := b.output("astra -p production token list --jq length")
		file := filepath.Join(b.dir, strings.Fields(c.line[strings.LastIndex(c.line, "--out")+1:] + " - -")[1])
		status, said := b.fails(c.line)
		_, missing := os.Stat(file)
		if status != c.status || !strings.Contains(said, c.said) {
			t.Errorf("%s: status %d, want %d and %q:\n%s", c.line, status, c.status, c.said, said)
		}
		if strings.Contains(c.line, "--out") && (missing == nil) != c.made {
			t.Errorf("%s: made %v, want %v", c.line, missing == nil, c.made)
		}
		if after := b.output("astra -p production token list --jq length"); after != tokens {
			t.Errorf("%s: %s tokens instead of %s", c.line, after, tokens)
		}
		if strings.Contains(said, "Changed the mode of") || strings.Contains(said, "chmod") {
			t.Errorf("%s says what is not true:\n%s", c.line, said)
		}
	}
	found, err := exec.CommandContext(t.Context(), "grep", "-rl", "--exclude=state.db", "AstraCS", mount).Output()
	if text := strings.TrimSpace(string(found)); text != filepath.Join(mount, ".env") { // which was accepted
		t.Errorf("secrets are in %q (%v)", text, err)
	}
}

// output is what a shell line writes to standard output.
func (b *bench) output(line string) string {
	b.t.Helper()
	sh := exec.CommandContext(b.t.Context(), "sh", "-euc", line)
	sh.Dir, sh.Env = b.dir, b.env
	text, err := sh.Output()
	if err != nil {
		b.t.Fatalf("%s: %v", line, err)
	}
	return strings.TrimSpace(string(text))
}

// fails runs a shell line, and returns its status and all that it says.
func (b *bench) fails(line string) (status int, said string) {
	b.t.Helper()
	sh := exec.CommandContext(b.t.Context(), "sh", "-uc", line)
	sh.Dir, sh.Env = b.dir, b.env
	out, err := sh.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(out)
	}
	if err != nil {
		return -1, fmt.Sprint(err)
	}
	return 0, string(out)
}
