package cmd_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/astra-admin/astra/cmd"
	"github.com/astra-admin/astra/pkg/cli"
)

// update rewrites generated files, and what scripts expect.
var update = flag.Bool("update", false, "rewrite generated files and the expectations of scripts")

// testVersion is the version of the program under test.
const testVersion = "v0.0.0-test"

// TestMain lets the test binary be the program: scripts run it as astra.
func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){"astra": astra, "request": request})
}

// tidy removes the plain build when the tests are over.
type tidy struct{ m *testing.M }

func (t tidy) Run() int {
	defer func() {
		if built != "" {
			os.RemoveAll(built)
		}
	}()
	return t.m.Run()
}

// built is the directory of the plain build, if there is one.
var built string

// program returns the path of the program under test: this test binary, which
// so is measured for coverage, or a plain build.
func program() (string, error) {
	if raced {
		return plainBuild()
	}
	return os.Executable()
}

// plainBuild builds the program once, without the race detector.
var plainBuild = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "astra-test-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "astra")
	text, err := exec.Command("go", "build", "-ldflags=-X main.version="+testVersion, "-o", path, "..").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, text)
	}
	return path, nil
})

func astra() {
	ctx, stop := cli.Signals()
	defer stop()
	os.Exit(cmd.Main(ctx, cli.System(testVersion), os.Args[1:]))
}
