// Command astra administers DataStax Astra DB organizations.
package main

import (
	"io"
	"log"
	"os"
	"runtime/debug"

	"github.com/astra-admin/astra/cmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/process"
)

// version is set by the release build; a source build reports what the Go
// toolchain recorded.
var version string

// softLimit is the size from which memory that is not needed any more is looked for
// more often. A long list leaves much of that behind in its way to standard output.
const softLimit = 40 << 20

func main() {
	debug.SetMemoryLimit(softLimit)
	log.SetOutput(io.Discard) // net/http reports there what a server sent unasked, as it is
	ctx, stop := process.Signals()
	defer stop()
	os.Exit(cmd.Main(ctx, cli.System(version), os.Args[1:]))
}
