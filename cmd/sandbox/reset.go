package sandbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/sandbox"
	"github.com/astra-admin/astra/pkg/tokens"
)

func newReset(app *cli.App) *cobra.Command {
	name := ""
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Reset the sandbox to a new organization",
		Long: `Reset the sandbox to a new organization. All data in the sandbox is deleted,
including the secrets and selected databases that were saved there.`,
		Example: "  astra sandbox reset --yes --org-name Acme",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return reset(cmd.Context(), app, name) },
	}
	cmd.Flags().StringVar(&name, "org-name", "", "`name` of the new organization")
	return cmd
}

func reset(ctx context.Context, app *cli.App, name string) error {
	if err := app.Confirm(ctx, "Reset the sandbox? Its data is lost."); err != nil {
		return err
	}
	if app.DryRunf("reset the sandbox") {
		return nil
	}
	server, err := openForReplace(app)
	if err != nil {
		return err
	}
	if err := server.Reset(sandbox.SeedOptions{OrgName: name}); err != nil {
		return err
	}
	dir, err := app.SandboxDir()
	if err != nil {
		return err
	}
	for _, left := range []string{config.FileName, "credentials"} {
		if err := os.RemoveAll(filepath.Join(dir, left)); err != nil {
			return err
		}
	}
	if err := clearLocalData(app); err != nil {
		return err
	}
	app.Say("Reset the sandbox to a new organization.")
	return show(app)
}

// clearLocalData deletes local data about the old sandbox: cached names, and
// pending operations, whose tokens no longer exist.
func clearLocalData(app *cli.App) error {
	completion.ForgetSandbox(app)
	dir, err := app.SandboxDir()
	if err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(dir, tokens.JournalDir))
}

// openForReplace opens the sandbox, even a damaged one, to replace its state.
func openForReplace(app *cli.App) (*sandbox.Server, error) {
	server, err := app.OpenSandbox(func(*sandbox.Options) {})
	if errors.Is(err, sandbox.ErrState) {
		return server, nil
	}
	return server, err
}
