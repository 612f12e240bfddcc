//go:build unix

package cmd_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestCompletionOnTerminal presses TAB in real shells: a name with blanks, an
// address and the value behind a = come out as one word, a name that several share
// the beginning of can be told from the others, and nothing that stands on the line
// or is somebody's name is run. (Without complete-word zsh itself expands a word.)
func TestCompletionOnTerminal(t *testing.T) {
	t.Parallel()
	for _, shell := range []struct{ name, bare, install string }{
		{"bash", "--norc", "source <(astra completion bash)"},
		{"bash", "--norc", "bind 'set show-all-if-ambiguous on'; source <(astra completion bash)"},
		{"zsh", "-f", "autoload -Uz compinit; compinit -u -D; unsetopt auto_menu; bindkey '^I' complete-word; source <(astra completion zsh)"},
		{"fish", "--no-config", "astra completion fish | source"},
	} {
		t.Run(shell.name, func(t *testing.T) {
			t.Parallel()
			part(t, shell.name)
			b := boundBench(t)
			b.run(`astra --sandbox role create '$(touch pwned)' --permission db-rest
				astra --sandbox user list
				astra --sandbox role list`)
			check(t, testkit.Executable(filepath.Join(b.dir, "bin", "args"), "#!/bin/sh\nprintf '[%s]' \"$@\"; echo\n"))
			term := b.onTerminal(runs("env", "ASTRA_SANDBOX=1", shell.name, shell.bare, "-i")...)
			term.typed("cd $HOME; " + shell.install + "; echo rea''dy\r")
			term.see("ready")
			// The line is completed for astra, and then run by what shows its words.
			for _, c := range []struct{ typed, want string }{
				{"user get own\t", "[user][get][owner@example.com]"},
				{"user remove owner@e\t", "[user][remove][owner@example.com]"},
				{"token generate --role=Organ\t", "[token][generate][--role=Organization Administrator]"},
				{`token generate --description "" --role RO\ U` + "\t", "[token][generate][--description][][--role][RO User]"},
				{`token generate --role RO\ U` + "\t", "[token][generate][--role][RO User]"},
				{`role diff RO\ User API\ RO\ S` + "\t", "[role][diff][RO User][API RO Svc Acct]"},
			} {
				term.typed("astra " + c.typed)
				term.typed("\x01\x1bdargs\r") // Ctrl-A, Alt-D
				term.see(c.want)
			}
			term.typed("astra role get \t\x15")
			for _, line := range []string{
				"token generate --description $(touch pwned) --role RO", "token generate --out=$(touch pwned)=", "token generate --out=`touch pwned`=x",
				"token generate --role=$(touch pwned)=R", "db get x-$(touch pwned)=", "role advise --needs=$(touch pwned)=,",
				"role get '-;touch pwned;='", "token generate --description '-=;touch pwned;='",
			} {
				term.typed("astra " + line + "\t\x15")
			}
			term.typed("echo ov''er\r")
			term.see("over")
			if _, err := os.Stat(filepath.Join(b.dir, "pwned")); err == nil {
				t.Error("a name, or what stands on the line, was run")
			}
			term.typed("exit 0\r")
			term.ends(0)
		})
	}
}
