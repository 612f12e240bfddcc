package env

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/envfile"
)

// target is the kind of text that the user asks for.
type target struct{ shell, format string }

func (t *target) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.shell, "shell", "", "`shell` to write for: auto, sh, bash, dash, zsh, ksh, mksh or fish (default auto, the shell that runs astra)")
	cmd.Flags().StringVar(&t.format, "format", "shell", "`format`: shell, dotenv or json")
}

// dialect settles the kind of text, and with it what is printed on failure.
func (t target) dialect(app *cli.App) (envfile.Dialect, error) {
	if name := app.OutputFlag(); name != "" {
		return "", cli.Usagef("%s has no meaning here: the output is for a shell", name).WithHint("--format json prints the variables as JSON; --keys chooses them")
	}
	d, err := t.lookup(app)
	if err != nil {
		return "", err
	}
	failure := envfile.Failure(d)
	app.OnFailure = &failure
	return d, nil
}

func (t target) lookup(app *cli.App) (envfile.Dialect, error) {
	data := []string{string(envfile.Dotenv), string(envfile.JSON)}
	if t.format != "shell" {
		if !slices.Contains(data, t.format) {
			return "", cli.Usagef("--format is shell, dotenv or json, not %q", t.format)
		}
		if t.shell != "" {
			return "", cli.Usagef("--shell goes with --format shell, not with %s", t.format)
		}
		return envfile.Dialect(t.format), nil
	}
	name := app.Shell(t.shell)
	if slices.Contains(data, name) {
		return "", cli.Usagef("%s is no shell: ask for it with --format %s", name, name)
	}
	return envfile.Lookup(name)
}
