package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/sandbox"
	"github.com/astra-admin/astra/pkg/textfile"
)

// maxDump is the maximum size of a dump: more than any realistic sandbox.
const maxDump = 16 << 20

func newLoad(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "load FILE",
		Short: "Replace the state with a dump",
		Long: `Replace the state of the sandbox with a file written by "astra sandbox dump"; -
reads standard input. Nothing is changed if the file is invalid or larger than
16 MiB.`,
		Example:     "  astra sandbox dump > sandbox.json\n  astra sandbox load sandbox.json --yes",
		Args:        cli.Args("FILE"),
		Annotations: completion.Args(completion.Files),
		RunE: func(cmd *cobra.Command, args []string) error {
			return load(cmd.Context(), app, args[0])
		},
	}
}

func load(ctx context.Context, app *cli.App, name string) error {
	debug.SetMemoryLimit(math.MaxInt64) // a dump is limited itself, and must not trigger constant garbage collection
	if err := app.Confirm(ctx, "Replace the sandbox with the dump? Its data is lost."); err != nil {
		return err
	}
	text, err := app.ReadInput(ctx, name, maxDump+1)
	if err != nil {
		return readError(name, err)
	}
	if len(text) > maxDump {
		return exit.Failf(exit.Config, "%s: the dump is larger than %d MiB; nothing was changed", displayName(name), maxDump>>20)
	}
	dump, err := textfile.Decode(text)
	if err != nil {
		return exit.Usagef("%s: %v", displayName(name), err)
	}
	if app.DryRunf("replace the sandbox with %s", displayName(name)) {
		return nil
	}
	server, err := openForReplace(app)
	if err != nil {
		return err
	}
	if err := server.Load(strings.NewReader(dump)); err != nil {
		return loadError(err)
	}
	if err := clearLocalData(app); err != nil {
		return err
	}
	app.Say("Replaced the sandbox with %s.", displayName(name))
	return show(app)
}

// displayName returns the displayed name of a file.
func displayName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// readError returns the error of reading a file.
func readError(name string, err error) error {
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return exit.Usagef("%v", err)
	}
	return fmt.Errorf("%s: %w", displayName(name), err)
}

// loadError returns the error of an invalid dump.
func loadError(err error) error {
	if errors.Is(err, sandbox.ErrBusy) || errors.Is(err, sandbox.ErrState) {
		return err
	}
	return exit.Failf(exit.Config, "%v; nothing was changed", err)
}
