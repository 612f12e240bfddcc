package env

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/shellword"
)

type export struct {
	formatFlags
	databaseFlags

	out    string
	reveal bool
	force  bool
}

func newExport(app *cli.App) *cobra.Command {
	var in export
	cmd := &cobra.Command{
		Use:        "export",
		SuggestFor: []string{"show", "print", "get", "list"},
		Short:      "Print the variables of the selected database",
		Long: `Print the variables of the selected database, for a shell to evaluate:

    eval "$(astra env export)"                            bash, zsh, other POSIX shells
    astra env export | source                             fish
    eval ` + "`astra env export`" + `                               tcsh
    astra env export | Invoke-Expression                  PowerShell
    astra env export --shell nu | from json | load-env    nu

The selected database is that of --db, else that of the .astra.yaml of the
directory, else the last one of "astra env use".

Nothing is requested from the service, except once for a database in --db that
was never selected. On failure it prints a failing statement, so that eval fails
too. Quote the output: the form without quotes, eval $(astra env export), only
works while IFS holds white space only.

--keys all exports every variable, including ASTRA_DB_USERNAME and
ASTRA_DB_PASSWORD, the client ID and secret of the token, and the path of the
secure connect bundle downloaded by "astra db bundle".

--out updates a file such as .env or app.json: it replaces the lines of these
variables, adds missing ones, and keeps all others. The file is replaced
atomically and only you can read it. Other hard links keep the old content, and
symbolic links are refused. On file systems without permissions (exFAT, Windows
drives, shared folders) secrets are refused unless --force is given. A file that
cannot be replaced, such as a bind mount, is written in place.

Secrets are masked on a terminal. With --format github on a GitHub runner they
are also masked in its log.`,
		Example: "  astra env use demo --role 'RO User' --yes\n" +
			"  eval \"$(astra env export)\"\n" +
			"  astra env export --out .env\n" +
			"  astra env export --format json --keys ASTRA_DB_ID,ASTRA_DB_APPLICATION_TOKEN=TOKEN",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	in.formatFlags.add(cmd)
	in.databaseFlags.add(cmd)
	f := cmd.Flags()
	f.StringVar(&in.out, "out", "", "update the variables in a `file`, mode 0600; its suffix sets the format (default dotenv)")
	f.BoolVar(&in.reveal, "reveal", false, "show secrets even on a terminal")
	f.BoolVar(&in.force, "force", false, "write secrets even if other users can read the file")
	completion.Flags(f, completion.Files, "out")
	cmd.MarkFlagsMutuallyExclusive("out", "reveal")
	cmd.MarkFlagsMutuallyExclusive("reveal", "force")
	return cmd
}

func (in export) run(ctx context.Context, app *cli.App) error {
	d, err := in.dialect(app, in.out)
	if err != nil {
		return err
	}
	if in.force && in.out == "" {
		return exit.Usagef("--force requires --out")
	}
	if in.out != "" && d == envfile.GitHub {
		return exit.Usagef("--out cannot be combined with --format github: the secrets would not be masked in the log").
			WithHint("append to the runner's file, which also reads the masks").WithNext(`astra env export --format github >> "$GITHUB_ENV"`)
	}
	vars, gone, err := in.variables(ctx, app)
	if err != nil {
		return err
	}
	if in.out != "" {
		return write(ctx, app, in.out, d, vars, gone, in.force)
	}
	if app.Terminal.Out {
		if maskSecrets(vars, in.reveal) {
			if use := evaluation(app, d); use != "" {
				app.Say("Secrets are masked on a terminal. Use: %s, or --reveal.", use)
			} else {
				app.Say("Secrets are masked on a terminal. Send the output to a file or a program, or add --reveal.")
			}
		}
	}
	text, err := exportText(app, d, vars, gone)
	if err != nil {
		return err
	}
	if d == envfile.GitHub && app.Getenv("GITHUB_ACTIONS") == "true" {
		if err := maskInLog(app.RawErr(), vars); err != nil {
			return err
		}
	}
	_, err = app.RawOut().Write(text) // in the quoting of a shell, and all of it from here
	return err
}

// exportText is the text that sets vars and unsets gone, which may be
// set from another database. A file is written anew, and needs no more than vars.
func exportText(app *cli.App, d envfile.Dialect, vars []variable, gone []string) ([]byte, error) {
	text, err := envfile.Export(d, plain(vars))
	if err != nil || !d.IsShell() {
		return text, err
	}
	if d == envfile.Nu { // which reads one record, that cannot take away
		for _, name := range gone {
			if app.Getenv(name) != "" {
				app.Warn("%s is set but does not apply to this database. To unset it: hide-env %s", name, name)
			}
		}
		return text, nil
	}
	unset, err := envfile.Unset(d, gone)
	return append(text, unset...), err
}

// maskSecrets prepares values for a terminal: it masks the secrets, unless they are to
// be revealed, and reports whether there are any. What the service calls things is
// made harmless.
func maskSecrets(vars []variable, reveal bool) bool {
	any := false
	for i, v := range vars {
		switch {
		case !v.secret:
			vars[i].Value = output.Sanitize(v.Value)
		case !reveal:
			vars[i].Value, any = mask(v.Value), true
		}
	}
	return any
}

// evaluation is how a shell evaluates the same command line, "" for other formats.
func evaluation(app *cli.App, d envfile.Dialect) string {
	line := "astra " + shellword.Line(app.Args...)
	return map[envfile.Dialect]string{
		envfile.Sh:     `eval "$(` + line + `)"`,
		envfile.Fish:   line + " | source",
		envfile.Tcsh:   "eval `" + line + "`",
		envfile.Pwsh:   line + " | Invoke-Expression",
		envfile.Nu:     line + " | from json | load-env",
		envfile.Elvish: "eval (" + line + " | slurp)",
	}[d]
}

func plain(vars []variable) []envfile.Var {
	all := make([]envfile.Var, len(vars))
	for i, v := range vars {
		all[i] = v.Var
	}
	return all
}
