package cmd_test

import (
	"flag"
	"os"
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
	testscript.Main(m, map[string]func(){"astra": astra})
}

func astra() {
	ctx, stop := cli.Signals()
	defer stop()
	os.Exit(cmd.Main(ctx, cli.System(testVersion), os.Args[1:]))
}
