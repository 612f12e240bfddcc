package env

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
)

// formatFlags is the kind of text that the user asks for.
type formatFlags struct{ shell, format string }

func (t *formatFlags) add(cmd *cobra.Command) {
	t.addShell(cmd)
	flags.Enum(cmd.Flags(), &t.format, "format", "", append([]string{"shell"}, envfile.Formats()...), "`format` of the variables (default shell)")
}

func (t *formatFlags) addShell(cmd *cobra.Command) {
	flags.Enum(cmd.Flags(), &t.shell, "shell", "", append([]string{"auto"}, envfile.Shells()...), "`shell` to write for (default auto, the shell that runs astra)")
}

// dialect chooses the kind of text, and with it what is printed on failure. For
// a file its suffix tells, unless the user does; else it is dotenv.
func (t formatFlags) dialect(app *cli.App, file string) (envfile.Dialect, error) {
	if name := app.OutputFlag(); name != "" {
		return "", exit.Usagef("%s does not apply: the output is for a shell", name).WithHint("--format json prints the variables as JSON; --keys selects them")
	}
	if file != "" && t.shell == "" && t.format == "" {
		return cmp.Or(bySuffix()[strings.ToLower(filepath.Ext(file))], envfile.Dotenv), nil
	}
	d, err := t.lookup(app)
	if err != nil || file != "" {
		return d, err
	}
	failure := envfile.Failure(d)
	app.OnFailure = &failure
	return d, nil
}

func bySuffix() map[string]envfile.Dialect {
	return map[string]envfile.Dialect{
		".json": envfile.JSON, ".yaml": envfile.YAML, ".yml": envfile.YAML, ".csv": envfile.CSV, ".tfvars": envfile.TFVars,
	}
}

func (t formatFlags) lookup(app *cli.App) (envfile.Dialect, error) {
	if t.format != "" && t.format != "shell" {
		if !slices.Contains(envfile.Formats(), t.format) {
			return "", exit.Usagef("invalid --format %q; expected shell, %s", t.format, strings.Join(envfile.Formats(), ", "))
		}
		if t.shell != "" {
			return "", exit.Usagef("--shell requires --format shell, not %s", t.format)
		}
		return envfile.Lookup(t.format)
	}
	name, source := app.Shell(t.shell), ""
	if t.shell == "" {
		source = app.ShellSource()
	}
	if slices.Contains(envfile.Formats(), name) {
		if source != "" {
			return "", exit.Failf(exit.Config, "%s: %s is not a shell", source, name).WithHint("use --format %s", name)
		}
		return "", exit.Usagef("%s is not a shell; use --format %s", name, name)
	}
	d, err := envfile.Lookup(name)
	if err != nil && source != "" {
		return "", exit.Failf(exit.Config, "%s: %v", source, err)
	}
	return d, err
}
