//go:build linux

package cmd_test

import (
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// stopped stops the program, sets the terminal as a shell has it, and lets the program
// go on. It ends when the question is on the screen again.
func (term *terminal) stopped(question string) {
	term.t.Helper()
	check(term.t, term.cmd.Process.Signal(syscall.SIGSTOP))
	fd := int(term.file.Fd())
	check(term.t, syscall.SetNonblock(fd, true))
	mode, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	check(term.t, err)
	mode.Lflag |= unix.ECHO | unix.ICANON | unix.ISIG | unix.IEXTEN
	mode.Iflag |= unix.ICRNL
	mode.Oflag |= unix.OPOST
	check(term.t, unix.IoctlSetTermios(fd, unix.TCSETS, mode))
	term.screen.Reset()
	check(term.t, term.cmd.Process.Signal(syscall.SIGCONT))
	term.see(question)
}

// TestQuestionsAfterAStop types after the program was stopped and went on. What was
// hidden is hidden, as often as that happens.
func TestQuestionsAfterAStop(t *testing.T) {
	t.Parallel()
	const hidden = "MY-SECRET-TEXT"
	for _, c := range []struct {
		name, line, question, keys string
		stops, status              int
	}{
		{"login", "auth login two", "Application token:", hidden + "\r", 1, 2},
		{"login twice", "auth login two", "Application token:", hidden + "\r", 2, 2},
		{"panic", "token panic", "Ctrl-D", hidden + "\r\x04", 1, 10},
		{"password", "auth session --db legacy --username legacy", "assword", hidden + "\r", 1, 4},
		{"interrupt", "auth login two", "Application token:", hidden + "\x03", 1, 130},
		{"line", "--sandbox token generate --role UI~View~Only", "Generate a token (", "n\r", 1, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(c.line)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "~", " ")
			}
			term := newBench(t).onTerminal(args...)
			term.see(c.question)
			for range c.stops {
				term.stopped(c.question)
			}
			term.typed(c.keys)
			term.ends(c.status)
			if strings.Contains(term.text(), hidden) {
				t.Errorf("it is on the screen:\n%s", term.text())
			}
		})
	}
}
