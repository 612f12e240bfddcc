package env

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/envfile"
)

type unset struct {
	formatFlags
	variableFlags
}

func newUnset(app *cli.App) *cobra.Command {
	var in unset
	cmd := &cobra.Command{
		Use:   "unset",
		Short: "Print commands that unset the variables",
		Long: `Print commands that unset the variables, for a shell to evaluate:

    eval "$(astra env unset)"

Lines written to a file by "astra env export --out" are not removed.`,
		Example: "  eval \"$(astra env unset)\"",
		Args:    cli.Args(),
		RunE:    func(*cobra.Command, []string) error { return in.run(app) },
	}
	in.addShell(cmd)
	in.variableFlags.add(cmd)
	return cmd
}

func (in unset) run(app *cli.App) error {
	d, err := in.dialect(app, "")
	if err != nil {
		return err
	}
	keys, err := in.keys()
	if err != nil {
		return err
	}
	text, err := envfile.Unset(d, namesOf(keys))
	if err != nil {
		return err
	}
	_, err = app.Out.Write(text)
	return err
}
