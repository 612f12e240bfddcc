package env

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/envfile"
)

type export struct {
	target
	binding

	out    string
	reveal bool
}

func newExport(app *cli.App) *cobra.Command {
	var in export
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print the variables of the bound database, for a shell to evaluate",
		Long: `Print the variables of the bound database, for a shell to evaluate:

    eval "$(astra env export)"                            bash, zsh and the like
    astra env export | source                             fish
    eval ` + "`astra env export`" + `                               tcsh
    astra env export | Out-String | Invoke-Expression     PowerShell
    astra env export --shell nu | from json | load-env    nu

Nothing is asked of the service; "env use" found everything out before. Only
--db with another database than the bound one asks it, once. When it fails it
prints a failing statement, so that the eval fails too. Values are written so
that also the form without quotes, eval $(astra env export), is right as long as
IFS holds only white space; the quoted form is right always.

--keys all is everything there is: also ASTRA_DB_USERNAME and ASTRA_DB_PASSWORD,
which are the client id and secret of the token, and the path of the secure
connect bundle, if "db bundle" has fetched it.

--out keeps a file current, such as .env: it replaces the lines of these
variables, adds those that are missing, and leaves all else as it is.

On a terminal secrets are masked. With --format github on a runner of GitHub
they are also masked in its log.`,
		Example: "  astra --sandbox env use demo --role 'RO User' --yes\n" +
			"  eval \"$(astra --sandbox env export)\"\n" +
			"  astra --sandbox env export --out .env\n" +
			"  astra --sandbox env export --format json --keys ASTRA_DB_ID,ASTRA_DB_APPLICATION_TOKEN=TOKEN",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	in.target.add(cmd)
	in.binding.add(cmd)
	f := cmd.Flags()
	f.StringVar(&in.out, "out", "", "write to a `file` instead, mode 0600, and keep what else it holds (default format dotenv)")
	f.BoolVar(&in.reveal, "reveal", false, "show secrets also on a terminal")
	cmd.MarkFlagsMutuallyExclusive("out", "reveal")
	return cmd
}

func (in export) run(ctx context.Context, app *cli.App) error {
	d, err := in.dialect(app, in.out != "")
	if err != nil {
		return err
	}
	vars, err := in.variables(ctx, app)
	if err != nil {
		return err
	}
	if in.out != "" {
		return write(ctx, app, in.out, d, vars)
	}
	if app.Terminal.Out && !in.reveal && conceal(vars) {
		app.Say("Secrets are masked on a terminal. Use: eval \"$(%s)\", or --reveal.", app.Command("astra env export"))
	}
	text, err := envfile.Export(d, plain(vars))
	if err != nil {
		return err
	}
	if d == envfile.GitHub && app.Getenv("GITHUB_ACTIONS") == "true" {
		if err := maskInLog(app.Stderr(), vars); err != nil {
			return err
		}
	}
	_, err = app.Stdout().Write(text) // in the quoting of a shell, and all of it from here
	return err
}

// conceal masks the secrets among vars and reports whether there are any.
func conceal(vars []variable) bool {
	any := false
	for i, v := range vars {
		if v.secret {
			vars[i].Value, any = mask(v.Value), true
		}
	}
	return any
}

func plain(vars []variable) []envfile.Var {
	all := make([]envfile.Var, len(vars))
	for i, v := range vars {
		all[i] = v.Var
	}
	return all
}
