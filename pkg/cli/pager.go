package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"unicode/utf8"
)

// lowScreen is the height below which a terminal shows little of a list beside the
// prompt of a pager, and its own history is the better way to read it.
const lowScreen = 10

// pager is the command that PAGER says, "" where the command at hand has none.
func (a *App) pager() string {
	if !a.pages || !a.Interactive() || !a.Terminal.Out || a.Terminal.Dumb || a.Terminal.Height < lowScreen {
		return ""
	}
	return strings.TrimSpace(a.Getenv("PAGER"))
}

// page writes the list of a command to standard output, by the pager that PAGER
// says if the list is longer than the terminal is high.
// Reports of what was done are not paged: the end of the command would wait.
// PAGER is a command of the shell, as for git and man, and gets nothing of what the
// environment holds of Astra. A list is never lost: where the pager fails or has read
// nothing of it, it is written as it is.
func (a *App) page(text []byte) error {
	if a.screenLines(string(text)) >= a.Terminal.Height {
		ctx := a.unlimited() // the user ends a pager, unless a time limit was asked for
		if a.limitGiven {
			ctx = a.alive()
		}
		taken := a.runPager(ctx, a.pager(), a.Secrets.Redact(string(text)))
		if taken || ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	_, err := a.Out.Write(text)
	return err
}

// runPager reports whether a pager took the text. The end of ctx ends the pager,
// and all that it has started.
func (a *App) runPager(ctx context.Context, command, text string) bool {
	words := pagerWords(command)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user's own choice
	var members family                                      // of a pipeline, for which the shell waits
	cmd.Cancel = func() error {
		members = familyOf(cmd.Process.Pid)
		members.askToEnd()
		return endGently(cmd.Process)
	}
	cmd.WaitDelay = parting
	cmd.Env = a.StrangerEnviron()
	if a.Getenv("LESS") == "" {
		cmd.Env = append(cmd.Env, "LESS=FRX") // as git does: what fits needs no key, and stays on the screen
	}
	r, w, err := os.Pipe()
	if err != nil {
		return false
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r, a.Stdout(), a.Stderr()
	// These are keys of the pager from here, and nothing is left to be done but to end.
	// They are caught, as the pager would inherit that they are ignored.
	for _, key := range []os.Signal{os.Interrupt, syscall.SIGQUIT} {
		if !signal.Ignored(key) {
			signal.Ignore(key)
			signal.Notify(make(chan os.Signal, 1), key)
		}
	}
	go func() {
		_, _ = io.WriteString(w, text)
		w.Close()
	}()
	failed := cmd.Run()
	members.end()
	left, _ := io.Copy(io.Discard, r) // this end keeps what no program read, and lets the writer end
	r.Close()
	exit, ended := errors.AsType[*exec.ExitError](failed)
	bySignal := ended && exit.ExitCode() < 0 // a person who has seen enough
	return left < int64(len(text)) && (failed == nil || bySignal)
}

// screenLines is how many lines a text takes on the terminal, about.
func (a *App) screenLines(text string) int {
	lines := 0
	for line := range strings.Lines(text) {
		lines++
		if a.Terminal.Width > 0 {
			lines += max(0, utf8.RuneCountInString(line)-2) / a.Terminal.Width
		}
	}
	return lines
}
