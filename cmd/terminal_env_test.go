//go:build unix

package cmd_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// boundBench is a bench with a database in the environment of the sandbox.
func boundBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.run("astra --sandbox env use demo --role 'RO User' --yes")
	return b
}

// runs are the words by which a program runs in the place of astra.
func runs(command ...string) []string {
	return append([]string{"--sandbox", "env", "run", "--"}, command...)
}

// TestRunOnTerminal hands the terminal, its signals and the status to what runs.
func TestRunOnTerminal(t *testing.T) {
	t.Parallel()
	t.Run("all three streams are the terminal", func(t *testing.T) {
		t.Parallel()
		term := boundBench(t).onTerminal(runs("sh", "-c", "test -t 0 && test -t 1 && test -t 2 && stty size; exit 42")...)
		term.ends(42)
		if !strings.Contains(term.text(), "24 80") {
			t.Errorf("stty does not see the terminal:\n%s", term.text())
		}
	})
	t.Run("Ctrl-C is the command's", func(t *testing.T) {
		t.Parallel()
		term := boundBench(t).onTerminal(runs("sh", "-c", `trap 'echo caught; exit 3' INT; echo ready; while :; do read line; done`)...)
		term.see("ready")
		term.typed("\x03")
		term.ends(3)
		if !strings.Contains(term.text(), "caught") {
			t.Errorf("it was not seen:\n%s", term.text())
		}
	})
	t.Run("job control", func(t *testing.T) {
		t.Parallel()
		part(t, "bash")
		term := boundBench(t).onTerminal(runs("bash", "--norc", "--noediting", "-i")...)
		term.typed("PS1='rea''dy> '\r")
		term.see("ready> ")
		term.typed(`astra --sandbox env run -- sh -c 'echo be""gun; read word; echo "got-$word"; exit 42'` + "\r")
		term.see("begun")
		term.typed("\x1a")
		term.see("Stopped")
		term.typed("fg\r")
		term.typed("it\r")
		term.see("got-it")
		term.typed("echo st''atus-$?\r")
		term.see("status-42")
		term.typed("exit 0\r")
		term.ends(0)
	})
}

// TestHookOnTerminal installs the hooks in shells with somebody at them: the
// variables are there at the next prompt, and the status of the last command
// is not lost.
func TestHookOnTerminal(t *testing.T) {
	t.Parallel()
	for _, shell := range []struct{ name, bare, install, status string }{
		{"bash", "--norc", `eval "$(astra --sandbox env hook bash)"`, "$?"},
		{"zsh", "-f", `eval "$(astra --sandbox env hook zsh)"`, "$?"},
		{"fish", "--no-config", "astra --sandbox env hook fish | source", "$status"},
	} {
		t.Run(shell.name, func(t *testing.T) {
			t.Parallel()
			part(t, shell.name)
			term := boundBench(t).onTerminal(runs("env", "-u", "_ASTRA_RUN", "-u", "ASTRA_DB_REGION", shell.name, shell.bare, "-i")...)
			term.typed(shell.install + "\r")
			term.typed("sh -c 'exit 7'\r")
			term.typed("echo st''atus-" + shell.status + "-$ASTRA_DB_REGION\r")
			term.see("status-7-us-east1")
			term.typed("exit 0\r")
			term.ends(0)
		})
	}
}

// TestHookInterrupted presses Ctrl-C while the hook waits: nothing of the database
// before stays, and the next prompt tries again.
func TestHookInterrupted(t *testing.T) {
	t.Parallel()
	for _, shell := range []struct{ name, bare, install string }{
		{"bash", "--norc", `eval "$(astra --sandbox env hook bash)"`},
		{"zsh", "-f", `eval "$(astra --sandbox env hook zsh)"`},
		{"fish", "--no-config", "astra --sandbox env hook fish | source"},
	} {
		t.Run(shell.name, func(t *testing.T) {
			t.Parallel()
			part(t, shell.name)
			b := boundBench(t)
			check(t, os.Mkdir(filepath.Join(b.dir, "own"), 0o700))
			check(t, os.Rename(filepath.Join(b.dir, "bin", "astra"), filepath.Join(b.dir, "own", "astra")))
			slow := "#!/bin/sh\nif [ -e \"$HOME/slow\" ]; then rm \"$HOME/slow\"; echo wai''ting >&2; exec tail -f /dev/null; fi\nexec \"$HOME/own/astra\" \"$@\"\n"
			check(t, testkit.Executable(filepath.Join(b.dir, "bin", "astra"), slow))
			term := b.onTerminal(runs("env", "-u", "_ASTRA_RUN", shell.name, shell.bare, "-i")...)
			term.typed(shell.install + "\r")
			term.typed("echo fir''st-$ASTRA_DB_KEYSPACE\r")
			term.see("first-app")
			term.typed("astra --sandbox env use legacy >$HOME/out 2>&1; touch $HOME/slow\r")
			term.see("waiting")
			term.typed("\x03")
			term.typed("echo sec''ond-\"$ASTRA_DB_KEYSPACE\"-\r")
			term.see("second-")
			term.typed("echo thi''rd-\"$ASTRA_DB_KEYSPACE\"\r")
			term.see("third-legacy")
			if strings.Contains(term.text(), "second-app") {
				t.Errorf("the keyspace of the database before is still there:\n%s", term.text())
			}
			term.typed("exit 0\r")
			term.ends(0)
		})
	}
}

// part skips a test that needs a program that is not on this machine.
func part(t *testing.T, program string) {
	t.Helper()
	there, err := testkit.HasPart(program)
	check(t, err)
	if !there {
		t.Skip(program + " is missing")
	}
}

// TestRunPassesSignals ends by a signal as the command alone would.
func TestRunPassesSignals(t *testing.T) {
	t.Parallel()
	b := boundBench(t)
	for _, number := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE, syscall.SIGHUP} {
		if signal.Ignored(number) { // by nohup; a signal that is caught is the default again for what is started
			signal.Notify(make(chan os.Signal, 1), number)
		}
		c := exec.Command("astra", runs("sh", "-c", fmt.Sprintf("kill -%d $$; exit 1", number))...)
		c.Path, c.Err, c.Env = filepath.Join(b.dir, "bin", "astra"), nil, b.env
		err := c.Run()
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || exit.Sys().(syscall.WaitStatus).Signal() != number {
			t.Errorf("%v: %v", number, err)
		}
	}
}

// TestRunLeavesSignalsIgnored keeps what nohup and the like arranged.
func TestRunLeavesSignalsIgnored(t *testing.T) {
	t.Parallel()
	boundBench(t).run(`trap '' HUP INT; astra --sandbox env run -- sh -c 'kill -HUP $$; kill -INT $$; exit 0'`)
}

// TestRunLeavesLimits passes the limits of resources on, which the runtime of
// Go raises for itself.
func TestRunLeavesLimits(t *testing.T) {
	t.Parallel()
	b := boundBench(t)
	b.run(`ulimit -Sn 100; test "$(astra --sandbox env run -- sh -c 'ulimit -Sn')" = 100`)
	b.run(`(ulimit -Sc 4) 2> /dev/null || exit 0; ulimit -Sc 4; test "$(astra --sandbox env run -- sh -c 'ulimit -Sc')" = 4`)
}

// TestExportOnTerminal shows no secret on a screen, and how the same line is used.
func TestExportOnTerminal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.run("astra --sandbox env use demo --role 'RO User' --yes; sed -i 's/name: Acme.*/name: \"Evil\\\\u202e\"/' state/sandbox/config.yaml; grep -q Evil state/sandbox/config.yaml")
	for _, test := range []struct {
		args, want string
	}{
		{"--keys all", `eval "$(astra --sandbox env export --keys all)"`},
		{"--shell fish --keyspace other", "astra --sandbox env export --shell fish --keyspace other"},
		{"--shell pwsh", "astra --sandbox env export --shell pwsh | Invoke-Expression"},
		{"--format dotenv", "Send the output to a file"},
	} {
		args := append([]string{"--sandbox", "env", "export"}, strings.Fields(test.args)...)
		term := b.onTerminal(args...)
		term.ends(0)
		// A command line is whole, to be copied: no line break is in it.
		if screen := term.screen.String(); !strings.Contains(screen, test.want) || strings.Contains(screen, "\u202e") || !strings.Contains(screen, "AstraCS:") {
			t.Errorf("%s: want %s:\n%s", test.args, test.want, screen)
		}
	}
	term := b.onTerminal("--sandbox", "env", "export", "--reveal", "--keys", "ASTRA_ORG_NAME,ASTRA_DB_APPLICATION_TOKEN", "--format", "json")
	term.ends(0)
	if screen := term.text(); strings.Contains(screen, "masked") || strings.Contains(screen, "\u202e") {
		t.Errorf("--reveal:\n%q", screen)
	}
}
