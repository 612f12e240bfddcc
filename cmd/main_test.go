package cmd_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/astra-admin/astra/cmd"
	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/openapi"
	"github.com/astra-admin/astra/pkg/process"
)

// update rewrites generated files, and what scripts expect.
var update = flag.Bool("update", false, "rewrite generated files and the expectations of scripts")

// testVersion is the version of the program under test.
const testVersion = testkit.Version

// TestMain lets the test binary be the program: scripts run it as astra.
func TestMain(m *testing.M) {
	// Most tests wait for a process or a limit rather than compute.
	if err := flag.Set("test.parallel", strconv.Itoa(8*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(tidy{m}, map[string]func(){"astra": astra, "request": request})
}

// tidy removes what tests share when the tests are over.
type tidy struct{ m *testing.M }

func (t tidy) Run() int { // not in the programs that tests start from this binary
	shared.UseMemory()
	defer shared.Remove()
	return t.m.Run()
}

// shared are the directories that the tests share.
var shared testkit.Temporary

// program returns the path of the program under test: this test binary, which
// so is measured for coverage, or a plain build.
func program() (string, error) {
	if raced {
		return plainBuild()
	}
	return os.Executable()
}

// plainBuild builds the program once, without the race detector.
var plainBuild = sync.OnceValues(func() (string, error) { return shared.Build("") })

// astra is the program, whose requests to the embedded sandbox and whose answers
// must not contradict what is published.
func astra() {
	ctx, stop := process.Signals()
	defer stop()
	app := cli.System(testVersion)
	var contradictions atomic.Int32
	app.Wire = func(next http.RoundTripper) http.RoundTripper {
		return openapi.Transport(next, held(func(format string, values ...any) {
			contradictions.Add(1)
			fmt.Fprintf(os.Stderr, format+"\n", values...)
		}))
	}
	code := cmd.Main(ctx, app, os.Args[1:])
	if contradictions.Load() > 0 {
		code = 99
	}
	os.Exit(code)
}

// held returns what complains of exchanges that contradict what is published.
func held(complain func(format string, values ...any)) func(openapi.Exchange) {
	return func(x openapi.Exchange) {
		book, err := published()
		if err != nil {
			complain("%v", err)
			return
		}
		for _, complaint := range book.Validate(x) {
			complain("contradicts both descriptions without a reason: %s", complaint)
		}
	}
}

// published are the published descriptions. Scripts run in other directories.
var published = sync.OnceValues(func() (*openapi.Spec, error) {
	_, file, _, _ := runtime.Caller(0)
	return openapi.Open(filepath.Join(filepath.Dir(file), "..", "testdata", "openapi"))
})
