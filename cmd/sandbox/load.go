package sandbox

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/sandbox"
)

func newLoad(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "load FILE",
		Short:   "Put a state that was dumped in the place of this one",
		Long:    "Put a state that \"sandbox dump\" wrote in the place of this one. - is standard input. Nothing is changed if the file is not in order.",
		Example: "  astra sandbox dump > sandbox.json\n  astra sandbox load sandbox.json --yes",
		Args:    cli.Args("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return load(cmd.Context(), app, args[0])
		},
	}
}

func load(ctx context.Context, app *cli.App, name string) error {
	if err := app.Confirm(ctx, "Replace everything in the sandbox?"); err != nil {
		return err
	}
	in := app.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return cli.Usagef("%v", err)
		}
		defer f.Close()
		in = f
	}
	if app.Globals.DryRun {
		app.Say("Would replace everything in the sandbox by %s.", name)
		return nil
	}
	server, err := replaceable(app)
	if err != nil {
		return err
	}
	if err := server.Load(io.LimitReader(in, 1<<30)); err != nil {
		return loading(err)
	}
	return show(app)
}

// loading is the failure of a file that is not in order.
func loading(err error) error {
	if errors.Is(err, sandbox.ErrBusy) || errors.Is(err, sandbox.ErrState) {
		return err
	}
	return cli.Failf(cli.Config, "%v; nothing was changed", err)
}
