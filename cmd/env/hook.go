package env

import (
	"cmp"
	"embed"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/envfile"
)

//go:embed hooks/*
var hooks embed.FS

type hook struct {
	selection

	kind string
}

func newHook(app *cli.App) *cobra.Command {
	var in hook
	cmd := &cobra.Command{
		Use:        "hook direnv|bash|zsh|fish",
		SuggestFor: []string{"init", "activate"},
		Short:      "Print what keeps the variables current in every shell or directory",
		Long: `Print what keeps the variables current in every shell or directory.

For all shells of a person, in the shell's start-up file:

    eval "$(astra env hook bash)"                             ~/.bashrc
    eval "$(astra env hook zsh)"                              ~/.zshrc
    astra env hook fish | source                              ~/.config/fish/config.fish

For single directories, with direnv, the function once, and in the .envrc of a
directory the line "use astra", with flags of "env export" if need be:

    astra env hook direnv >> ~/.config/direnv/direnvrc

The shells look at each prompt whether the configuration, the .astra.yaml of the
directory, or ASTRA_PROFILE, ASTRA_SANDBOX, ASTRA_CONFIG_DIR and ASTRA_STATE_DIR
have changed; a new session of "auth session" is such a change too. They need no
program for that, and run "env export" only after a change. They take the
variables away before, so that none of another database stays if it fails, and
try again at a prompt half a minute later. Variables that they did not set
themselves they leave alone, and so they do all in a shell that "env run" started.

The profile, --sandbox and the variables that are chosen here are those of the
hook.`,
		Example: "  astra env hook bash\n  astra env hook direnv --keys all",
		Args:    cli.Args("direnv|bash|zsh|fish"), ValidArgs: kinds(),
		RunE: func(_ *cobra.Command, args []string) error {
			in.kind = args[0]
			return in.run(app)
		},
	}
	in.add(cmd)
	return cmd
}

func kinds() []string { return []string{"direnv", "bash", "zsh", "fish"} }

func (in hook) run(app *cli.App) error {
	if name := app.OutputFlag(); name != "" {
		return cli.Usagef("%s has no meaning here: the output is for a shell", name)
	}
	if !slices.Contains(kinds(), in.kind) {
		return cli.Usagef("there is no hook for %q", in.kind).WithHint("there are hooks for %s", strings.Join(kinds(), ", "))
	}
	keys, err := in.keys()
	if err != nil {
		return err
	}
	d, quote := envfile.Sh, envfile.BashWord
	shell := in.kind
	switch in.kind {
	case "fish":
		d, quote = envfile.Fish, envfile.FishWord
	case "direnv":
		shell = "bash"
	}
	unset, err := envfile.Unset(d, namesOf(keys))
	if err != nil {
		return err
	}
	paths, err := usual(app)
	if err != nil {
		return err
	}
	text, err := hooks.ReadFile("hooks/" + in.kind)
	if err != nil {
		return err
	}
	command := []string{app.Command("astra env export --shell " + shell)}
	for _, word := range in.flags() {
		command = append(command, quote(word))
	}
	_, err = strings.NewReplacer(
		"@CONFIG@", quote(paths.Config), "@STATE@", quote(paths.State), "@EXPORT@", strings.Join(command, " "), "@UNSET@", strings.ReplaceAll(strings.TrimSpace(string(unset)), "\n", " "),
	).WriteString(app.Out, string(text))
	return err
}

// usual are the directories where the environment names none of our own. The
// shell has those variables itself, and looks at them at each prompt.
func usual(app *cli.App) (config.Paths, error) {
	return config.Dirs(func(name string) string {
		if strings.HasPrefix(name, "ASTRA_") {
			return ""
		}
		return app.Getenv(name)
	}, cmp.Or(app.Home, "/"), runtime.GOOS)
}
