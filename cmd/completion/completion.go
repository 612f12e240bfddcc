// Package completion is "astra completion": scripts that let a shell complete
// commands and flags.
package completion

import (
	"io"

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
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return cli.Usagef("there is completion for bash, zsh, fish and powershell, not for %q", shell)
}
