//go:build unix

package cmd_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A terminal is a real one, with somebody at it.
type terminal struct {
	t      *testing.T
	file   *os.File
	cmd    *exec.Cmd
	screen strings.Builder
}

// onTerminal runs astra with a terminal of 80 columns on all three streams. The
// terminal answers no queries, as some do not.
func (b *bench) onTerminal(args ...string) *terminal {
	b.t.Helper()
	return b.inWindow(pty.Winsize{Rows: 24, Cols: 80}, args...)
}

// inWindow is onTerminal for a terminal of another size.
func (b *bench) inWindow(size pty.Winsize, args ...string) *terminal {
	b.t.Helper()
	c := exec.Command(filepath.Join(b.dir, "bin", "astra"), args...)
	c.Env = append([]string{"TERM=xterm"}, b.env...)
	file, err := pty.StartWithSize(c, &size)
	check(b.t, err)
	check(b.t, syscall.SetNonblock(int(file.Fd()), true)) // setting the size made it blocking, and then deadlines do not hold
	b.t.Cleanup(func() { file.Close() })
	return &terminal{t: b.t, file: file, cmd: c}
}

// text is what the screen shows, with lines that were wrapped between words put
// together again.
func (term *terminal) text() string {
	return strings.ReplaceAll(strings.ReplaceAll(term.screen.String(), "\r\n  ", " "), "\r\n", "\n")
}

// see reads until text is on the screen.
func (term *terminal) see(text string) {
	term.t.Helper()
	check(term.t, term.file.SetReadDeadline(time.Now().Add(20*time.Second)))
	buffer := make([]byte, 4096)
	for !strings.Contains(term.text(), text) {
		n, err := term.file.Read(buffer)
		term.screen.Write(buffer[:n])
		if err != nil && !strings.Contains(term.text(), text) {
			term.t.Fatalf("%v before %q was on the screen:\n%s", err, text, term.text())
		}
	}
}

// again is see for what was on the screen before: it forgets that.
func (term *terminal) again(text string) {
	term.t.Helper()
	term.screen.Reset()
	term.see(text)
}

func (term *terminal) typed(keys string) {
	term.t.Helper()
	_, err := term.file.WriteString(keys)
	check(term.t, err)
}

// ends waits for the end and compares the status.
func (term *terminal) ends(status int) {
	term.t.Helper()
	check(term.t, term.file.SetReadDeadline(time.Now().Add(time.Minute)))
	buffer := make([]byte, 4096)
	for {
		n, err := term.file.Read(buffer)
		term.screen.Write(buffer[:n])
		if errors.Is(err, os.ErrDeadlineExceeded) {
			check(term.t, term.cmd.Process.Kill())
			term.t.Errorf("it does not end:\n%s", term.text())
		}
		if err != nil {
			break // a terminal without a program ends with an error
		}
	}
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](term.cmd.Wait()); ok {
		got = exit.ExitCode()
	}
	if got != status {
		term.t.Errorf("status %d, want %d:\n%s", got, status, term.text())
	}
}

// TestTerminal answers the questions that commands ask on a terminal.
func TestTerminal(t *testing.T) {
	t.Parallel()
	ask := func(name, keys string, status int, shown string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term := newBench(t).onTerminal("--sandbox", "token", "generate", "--role", "UI View Only")
			term.see("org-db-view") // what the role allows, before the question
			term.see("Generate a token (")
			term.typed(keys)
			term.ends(status)
			if !strings.Contains(term.text(), shown) {
				t.Errorf("%q is not on the screen:\n%s", shown, term.text())
			}
		})
	}
	ask("yes", "y\r", 0, "AstraCS:")
	ask("no", "n\r", 8, "Cancelled.")
	ask("nothing is no", "\r", 8, "Cancelled.")
	ask("Ctrl-C", "\x03", 130, "interrupted")
	ask("Ctrl-D", "\x04", 8, "error")
}

// TestLoginOnTerminal types a token, which does not appear on the screen.
func TestLoginOnTerminal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	token, err := os.ReadFile(filepath.Join(b.dir, "token.txt"))
	check(t, err)
	term := b.onTerminal("auth", "login", "typed")
	term.see("Application token:")
	term.typed(strings.TrimSpace(string(token)) + "\r")
	term.see("Logged in to Acme Production as profile typed")
	term.ends(0)
	if strings.Contains(term.text(), "AstraCS") {
		t.Errorf("the token is on the screen:\n%s", term.text())
	}
}
