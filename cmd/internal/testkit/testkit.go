// Package testkit is what the tests of the program share: building it, parts of the
// system that a test needs, and the tree of commands.
package testkit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/cmd"
	"github.com/astra-admin/astra/pkg/cli"
)

// Version is the version of the program under test.
const Version = "v0.0.0-test"

// Check ends the test if there is an error.
func Check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// InCI reports whether tests try every case. Elsewhere the tests with the most
// processes take a part of their cases, and releases are not rehearsed.
func InCI() bool { return os.Getenv("CI") == "true" }

// NeedCI skips a test that takes too long for every run.
func NeedCI(t testing.TB) {
	t.Helper()
	if !InCI() {
		t.Skip("it takes long: set CI=true")
	}
}

// HasPart reports whether a program that a test needs is on this machine. A
// contributor's machine may lack it; with CI=true its absence is an error.
func HasPart(program string) (bool, error) {
	_, err := exec.LookPath(program)
	if err != nil && InCI() {
		return false, fmt.Errorf("%s is missing, and in CI it must not be", program)
	}
	return err == nil, nil
}

// Skip skips a test that this machine cannot run. With CI=true it fails instead.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if InCI() {
		t.Fatal(reason + ", and in CI it must not be skipped")
	}
	t.Skip(reason)
}

// NeedPart skips a test that needs a program that is not on this machine.
func NeedPart(t testing.TB, program string) {
	t.Helper()
	there, err := HasPart(program)
	Check(t, err)
	if !there {
		t.Skip(program + " is missing")
	}
}

// Tree returns the tree of commands.
func Tree() *cobra.Command { return cmd.New(cli.System(Version)) }

// Walk visits every command of the tree.
func Walk(visit func(*cobra.Command)) {
	var down func(*cobra.Command)
	down = func(c *cobra.Command) {
		visit(c)
		for _, child := range c.Commands() {
			if child.Name() != "help" {
				down(child)
			}
		}
	}
	down(Tree())
}

// IsVerb reports whether a command does something itself.
func IsVerb(c *cobra.Command) bool { return c.Runnable() && !c.HasSubCommands() }

// Temporary holds the directories that tests of a package share.
type Temporary struct {
	mu   sync.Mutex
	dirs []string
}

// Make returns a new directory, which exists until Remove.
func (d *Temporary) Make(pattern string) (string, error) {
	dir, err := os.MkdirTemp("", pattern)
	if err == nil {
		d.add(dir)
	}
	return dir, err
}

func (d *Temporary) add(dir string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dirs = append(d.dirs, dir)
}

// Remove removes the directories.
func (d *Temporary) Remove() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, dir := range d.dirs {
		os.RemoveAll(dir)
	}
}

// UseMemory puts the directories of tests into memory where the system has room
// there: thousands of small homes are written to the disk and removed otherwise.
// What depends on a file system has tests of its own in pkg/atomicfile.
func (d *Temporary) UseMemory() {
	const shm, enough = "/dev/shm", 2 << 30
	if os.Getenv("TMPDIR") != "" || freeBytes(shm) < enough {
		return
	}
	dir, err := os.MkdirTemp(shm, "astra-test-")
	if err != nil || os.Setenv("TMPDIR", dir) != nil {
		return
	}
	d.add(dir)
}

// Build builds the program with build tags, which may be empty, and returns its
// path, which exists until Remove.
func (d *Temporary) Build(tags string) (string, error) {
	dir, err := d.Make("astra-build-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "astra")
	root, err := Root()
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-tags="+tags, "-ldflags=-X main.version="+Version, "-o", path, ".")
	build.Dir = root
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, text)
	}
	return path, nil
}

// Root returns the directory of the module: tests run in that of their package.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if strings.TrimRight(dir, `/\`) == strings.TrimRight(filepath.Dir(dir), `/\`) {
			return "", errors.New("no go.mod above the directory of the test")
		}
	}
}
