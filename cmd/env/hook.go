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
	"github.com/astra-admin/astra/pkg/exit"
)

//go:embed hooks/*
var hooks embed.FS

type hook struct {
	variableFlags

	kind string
}

func newHook(app *cli.App) *cobra.Command {
	var in hook
	cmd := &cobra.Command{
		Use:        "hook direnv|bash|zsh|fish",
		SuggestFor: []string{"init", "activate"},
		Short:      "Print a shell hook that keeps the variables up to date",
		Long: `Print a shell hook that keeps the variables up to date.

For all your shells, in the start-up file of the shell:

    eval "$(astra env hook bash)"                             ~/.bashrc
    eval "$(astra env hook zsh)"                              ~/.zshrc
    astra env hook fish | source                              ~/.config/fish/config.fish

For single directories, with direnv: install the function once, and put the line
"use astra", with flags of "astra env export" if needed, in the .envrc of the
directory:

    astra env hook direnv >> ~/.config/direnv/direnvrc

At each prompt the hook checks for changes of the configuration, the .astra.yaml
of the directory, the session of "astra auth session", ASTRA_PROFILE,
ASTRA_SANDBOX, ASTRA_CONFIG_DIR and ASTRA_STATE_DIR. Only after a change it runs
"astra env export", and it starts no other program. It first unsets the
variables, so that none of another database remain after a failure, and retries
half a minute later. It never changes variables that it did not set, nor a shell
started by "astra env run".

The hook uses the profile, --sandbox and variables given here.`,
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
		return exit.Usagef("%s does not apply: the output is for a shell", name)
	}
	if !slices.Contains(kinds(), in.kind) {
		return exit.Usagef("unknown hook %q", in.kind).WithHint("expected %s", strings.Join(kinds(), ", "))
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
	paths, err := defaultDirs(app)
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

// defaultDirs are the directories where the environment names none of our own. The
// shell has those variables itself, and looks at them at each prompt.
func defaultDirs(app *cli.App) (config.Paths, error) {
	return config.Dirs(func(name string) string {
		if strings.HasPrefix(name, "ASTRA_") {
			return ""
		}
		return app.Getenv(name)
	}, cmp.Or(app.Home, "/"), runtime.GOOS)
}
