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
)

// New returns the command.
func New(app *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script of a shell",
		Long: `Print the completion script of bash, zsh, fish or powershell. To load it in every
new shell:

    bash        astra completion bash > ~/.local/share/bash-completion/completions/astra
    zsh         astra completion zsh > "${fpath[1]}/_astra"
    fish        astra completion fish > ~/.config/fish/completions/astra.fish
    powershell  astra completion powershell | Out-String | Invoke-Expression`,
		Example:   "  astra completion bash > astra.bash",
		Args:      cli.Args("SHELL"),
		ValidArgs: []string{"bash", "fish", "powershell", "zsh"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return Write(cmd.Root(), args[0], app.Out)
		},
	}
	return cli.Untold(cmd)
}

// Write writes the completion script of a shell for the tree under root.
func Write(root *cobra.Command, shell string, w io.Writer) error {
	switch shell {
	case "bash":
		return writeBash(root, w)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return cli.Usagef("there is completion for bash, zsh, fish and powershell, not for %q", shell)
}

//go:embed bash.sh
var ofBash string

// writeBash writes cobra's script with four things mended: it needs no package
// beside bash, evaluates nothing but words, takes an address for one word in spite
// of its @, and quotes a blank that several names have in common.
func writeBash(root *cobra.Command, w io.Writer) error {
	var script bytes.Buffer
	if err := root.GenBashCompletionV2(&script, true); err != nil {
		return err
	}
	text := script.String()
	for _, mend := range []struct{ from, to, text string }{
		{"# Macs have bash3", "}\n\n", ofBash + "\n"},
		{"    # Call _init_completion", "    fi\n", "    __astra_words || return\n"},
		{"    __astra_handle_special_char \"$cur\" :", "", "    __astra_quote_common_prefix\n    __astra_handle_at\n    __astra_handle_special_char \"$cur\" :"},
	} {
		before, rest, found := strings.Cut(text, mend.from)
		_, after, ends := strings.Cut(rest, mend.to)
		if !found || !ends {
			return fmt.Errorf("the completion script of bash has no %q to be mended", mend.from)
		}
		text = before + mend.text + after
	}
	_, err := io.WriteString(w, text)
	return err
}
