// Package completion is "astra completion": scripts that let a shell complete
// commands and flags.
package completion

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
)

// New returns the command.
func New(app *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a shell completion script",
		Long: `Print the completion script of bash, zsh, fish or powershell. To load it in
every new shell:

    bash        astra completion bash > ~/.astra.bash
                echo 'source ~/.astra.bash' >> ~/.bashrc
    zsh         mkdir -p ~/.zfunc && astra completion zsh > ~/.zfunc/_astra
                echo 'fpath=(~/.zfunc $fpath); autoload -U compinit; compinit' >> ~/.zshrc
    fish        mkdir -p ~/.config/fish/completions
                astra completion fish > ~/.config/fish/completions/astra.fish
    powershell  astra completion powershell | Out-String | Invoke-Expression

It completes commands, flags and their values, and the names of databases,
keyspaces, regions, roles, users, tokens, profiles and organizations. Completion
never calls the service: it offers the names seen by earlier commands of the
last 24 hours, such as "astra role list", with the same profile. They are stored
in ASTRA_CACHE_DIR without secrets and can be deleted at any time.

A name with characters other than letters, digits, spaces and ._@/- is offered
by its ID, with the name beside it, because a shell could interpret it. In a
name with spaces, put a backslash before each space or let TAB do it; not every
shell completes within open quotes. PowerShell evaluates the words of the line
when you press TAB; other shells do not.`,
		Example:   "  astra completion bash > astra.bash",
		Args:      cli.Args("SHELL"),
		ValidArgs: []string{"bash", "fish", "powershell", "zsh"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return Write(cmd.Root(), args[0], app.Out)
		},
	}
	return cli.WithoutPendingNotice(cmd)
}

// Write writes the completion script of a shell for the tree under root.
func Write(root *cobra.Command, shell string, w io.Writer) error {
	var script bytes.Buffer
	var err error
	switch shell {
	case "bash":
		err = root.GenBashCompletionV2(&script, true)
	case "zsh":
		err = root.GenZshCompletion(&script)
	case "fish":
		err = root.GenFishCompletion(&script, true)
	case "powershell":
		err = root.GenPowerShellCompletionWithDesc(&script)
	default:
		return exit.Usagef("no completion for %q; expected bash, zsh, fish or powershell", shell)
	}
	if err != nil {
		return err
	}
	text := script.String()
	for _, m := range scriptPatches(shell) {
		if text, err = m.apply(text); err != nil {
			return fmt.Errorf("the completion script of %s: %w", shell, err)
		}
	}
	_, err = io.WriteString(w, text)
	return err
}

//go:embed words.bash
var ofBash string

//go:embed start.bash
var ofBashStart string

// A patch puts text in the place of what begins with from and ends with to.
type patch struct{ from, to, text string }

func (m patch) apply(script string) (string, error) {
	before, rest, found := strings.Cut(script, m.from)
	_, after, ends := strings.Cut(rest, m.to)
	if !found || !ends {
		return "", fmt.Errorf("there is no %q to patch", m.from)
	}
	return before + m.text + after, nil
}

// scriptPatches are the patches of cobra's script of a shell. It evaluates the line that
// is completed, which would run commands in it; that of PowerShell still does.
// The script of bash also
// needs a package beside bash, takes an address for two words because of its @, and
// does not quote a blank that several names have in common; that of zsh makes two
// words of a name with a blank, and that of fish escapes what is escaped already.
func scriptPatches(shell string) []patch {
	switch shell {
	case "bash":
		return []patch{
			{"__start_astra()\n{\n", "", ofBashStart},
			{"# Macs have bash3", "}\n\n", ofBash + "\n"},
			{"    # Call _init_completion", "    fi\n", "    __astra_words || return\n"},
			{`    __astra_handle_special_char "$cur" :`, "", "    __astra_quote_common_prefix\n    __astra_handle_at\n" + `    __astra_handle_special_char "$cur" :`},
		}
	case "zsh":
		return []patch{
			{`words=("${=words[1,CURRENT]}")`, "", `words=("${(@)words[1,CURRENT]}")`},
			{`requestComp="${words[1]} __complete ${words[2,-1]}"`, "", `local -a given=("${(@Q)words[2,-1]}")` + "\n" +
				`    requestComp="${words[1]} __complete ${(j: :)${(@qq)given}}"`},
			{`        requestComp="${requestComp} \"\""`, "", "        : the words end with it already"},
			{`flagPrefix="-P ${BASH_REMATCH}"`, "", `flagPrefix="-P ${(q)BASH_REMATCH}"`},
		}
	case "fish":
		return []patch{
			{"set -l lastArg (string escape -- (commandline -ct))", "", "set -l lastArg (string unescape -- (commandline -ct))\n" +
				"    test (count $lastArg) -eq 1; or set lastArg (commandline -ct)\n    set lastArg (string escape -- $lastArg)"},
			{`set -l requestComp "ASTRA_ACTIVE_HELP=0 $args[1] __complete $args[2..-1] $lastArg"`, "", "set -l given (string escape -- $args[2..-1])\n" +
				`    set -l requestComp "ASTRA_ACTIVE_HELP=0 $args[1] __complete $given $lastArg"`},
		}
	default:
		return nil
	}
}
