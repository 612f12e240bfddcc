// Package version is "astra version".
package version

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/output"
)

// build is what is shown of a build.
type build struct{ version, toolchain, platform, commit, date string }

// New returns the command.
func New(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version",
		Long: `Show the version, the Go toolchain and the platform of this program, and the commit
that it was built from with the time of that commit. A program that was built without
the repository, such as by go install, has neither.`,
		Example: "  astra version\n  astra version -o json\n  astra version --jq .version",
		Args:    cli.Args(),
		RunE: func(*cobra.Command, []string) error {
			commit, date := revision()
			return cli.PrintOne(app, []output.Column[build]{
				{Key: "version", Value: func(b build) any { return b.version }, Name: true},
				{Key: "go", Value: func(b build) any { return b.toolchain }},
				{Key: "platform", Value: func(b build) any { return b.platform }},
				{Key: "commit", Value: func(b build) any { return known(b.commit) }},
				{Key: "date", Value: func(b build) any { return known(b.date) }},
			}, build{app.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, commit, date})
		},
	}
}

// revision returns the commit that the Go toolchain recorded and its time; both are
// empty in a build outside the repository.
func revision() (commit, date string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.time":
			date = s.Value
		}
	}
	return commit, date
}

// known returns null for data that a build does not have.
func known(text string) any {
	if text == "" {
		return nil
	}
	return text
}
