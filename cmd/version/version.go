// Package version is "astra version".
package version

import (
	"runtime"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/output"
)

// build is what is shown of a build.
type build struct{ version, toolchain, platform string }

// New returns the command.
func New(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the version",
		Example: "  astra version\n  astra version --jq .version",
		Args:    cli.Args(),
		RunE: func(*cobra.Command, []string) error {
			return cli.PrintOne(app, []output.Column[build]{
				{Key: "version", Value: func(b build) any { return b.version }, Name: true},
				{Key: "go", Value: func(b build) any { return b.toolchain }},
				{Key: "platform", Value: func(b build) any { return b.platform }},
			}, build{app.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH})
		},
	}
}
