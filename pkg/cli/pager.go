package cli

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"unicode/utf8"
)

// page writes the list of a command to standard output, by the program that PAGER
// names if the list is longer than the terminal is high and somebody sits there.
// Reports of what was done are not paged: the end of the command would wait.
// Like a browser it gets its words as they are, and nothing of what the environment
// holds of Astra. Where it cannot be started the text is written as it is.
func (a *App) page(text []byte) error {
	words := strings.Fields(a.Getenv("PAGER"))
	long := a.Terminal.Height > 0 && a.screenLines(string(text)) >= a.Terminal.Height
	if !a.pages || !long || len(words) == 0 || !a.Interactive() || !a.Terminal.Out || a.Terminal.Dumb {
		_, err := a.Out.Write(text)
		return err
	}
	ctx := a.unlimited() // the user ends a pager, unless a time limit was asked for
	if a.limitGiven {
		ctx = a.alive()
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user's own choice
	cmd.Cancel = func() error { return endGently(cmd.Process) }
	cmd.WaitDelay = parting
	cmd.Env = a.StrangerEnviron()
	if a.Getenv("LESS") == "" {
		cmd.Env = append(cmd.Env, "LESS=FRX") // as git does: what fits needs no key, and stays on the screen
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(a.Secrets.Redact(string(text))), a.Stdout(), a.Stderr()
	// These are keys of the pager from here, and nothing is left to be done but to end.
	// They are caught, as the pager would inherit that they are ignored.
	signal.Ignore(os.Interrupt, syscall.SIGQUIT)
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGQUIT)
	if cmd.Start() != nil {
		_, err := a.Out.Write(text)
		return err
	}
	_ = cmd.Wait() // whoever has seen enough ends it with whatever status
	return context.Cause(ctx)
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
