package env

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/envfile"
)

type unset struct {
	target

	keys []string
}

func newUnset(app *cli.App) *cobra.Command {
	var in unset
	cmd := &cobra.Command{
		Use:   "unset",
		Short: "Print what takes the variables away again",
		Long: `Print what takes the variables away again, for a shell to evaluate:

    eval "$(astra env unset)"`,
		Example: "  eval \"$(astra --sandbox env unset)\"",
		Args:    cli.Args(),
		RunE:    func(*cobra.Command, []string) error { return in.run(app) },
	}
	in.add(cmd)
	cmd.Flags().StringArrayVar(&in.keys, "keys", nil, "these variables, a `list` with commas of KEY or KEY=NAME, or all; may be repeated")
	return cmd
}

func (in unset) run(app *cli.App) error {
	d, err := in.dialect(app)
	if err != nil {
		return err
	}
	keys, err := parseKeys(in.keys)
	if err != nil {
		return err
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	text, err := envfile.Unset(d, names)
	if err != nil {
		return err
	}
	_, err = app.Out.Write(text)
	return err
}
