package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/astra-admin/astra/pkg/output"
)

// lowScreen is the height below which a terminal shows little of a list beside the
// prompt of a pager, and its own history is the better way to read it.
const lowScreen = 10

// pager is the command line of the pager, "" where the command at hand has none: what
// PAGER says, and without it less, if that is there. PAGER without a value is none.
// Reports of what was done are not paged: the end of the command would wait.
func (a *App) pager() string {
	if !a.pages || !a.Interactive() || !a.Terminal.Out || a.Terminal.Dumb || a.Terminal.Height < lowScreen {
		return ""
	}
	if isSet := slices.ContainsFunc(a.Environ(), func(s string) bool { return strings.HasPrefix(s, "PAGER=") }); isSet {
		return strings.TrimSpace(a.Getenv("PAGER"))
	}
	if _, err := exec.LookPath("less"); err != nil {
		return ""
	}
	return "less -FRX"
}

// page writes text to standard output, by the pager if the text is longer than the
// terminal is high. header says that the first line is one of headings, which less
// keeps on the screen where it can.
//
// PAGER is a command of the shell, as for git and man, and gets nothing of what the
// environment holds of Astra. A text is never lost: where the pager fails or has read
// nothing of it, it is written as it is.
func (a *App) page(text string, header bool) error {
	if plain := output.Unstyled(text); a.screenLines(plain) >= a.Terminal.Height {
		ctx := a.unlimited() // the user ends a pager, unless a time limit was asked for
		if a.limitGiven {
			ctx = a.alive()
		}
		command, shown := a.pager(), text
		if !isLess(command) && !a.colorAlways() {
			shown = plain // not every pager shows colors and bold text
		}
		if a.runPager(ctx, command, a.Secrets.Redact(shown), header) || ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	_, err := io.WriteString(a.Out, text)
	return err
}

// isLess reports whether a command line runs less.
func isLess(command string) bool {
	words := strings.Fields(command)
	return len(words) > 0 && strings.TrimSuffix(path.Base(filepath.ToSlash(words[0])), ".exe") == "less"
}

// lessOptions is the value of LESS for a pager. A user's options hold as well, after
// these.
func (a *App) lessOptions(ctx context.Context, command string, header bool) string {
	options := cmp.Or(a.Getenv("LESS"), "FRX") // as git does: what fits needs no key, and stays on the screen
	if !isLess(command) {
		return options
	}
	if header && a.hasHeader(ctx, strings.Fields(command)[0]) {
		options = "--header=1$ " + options
	}
	return "-R " + options // colors
}

// hasHeader reports whether this less can keep lines at the top of the screen. One that
// cannot would refuse to run with the option.
func (a *App) hasHeader(ctx context.Context, less string) bool {
	const since, patience = 600, time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, less, "--version")
	cmd.Env, cmd.WaitDelay = a.ThirdPartyEnv(), patience
	text, _ := cmd.Output()
	version, _ := strings.CutPrefix(string(text), "less ")
	n := 0
	_, _ = fmt.Sscanf(version, "%d", &n)
	return n >= since
}

// runPager reports whether a pager took the text. The end of ctx ends the pager,
// and all that it has started.
func (a *App) runPager(ctx context.Context, command, text string, header bool) bool {
	words := pagerWords(command)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user's own choice
	var members family                                      // of a pipeline, for which the shell waits
	cmd.Cancel = func() error {
		members = familyOf(cmd.Process.Pid)
		members.askToEnd()
		return endGently(cmd.Process)
	}
	cmd.WaitDelay = parting
	cmd.Env = append(a.ThirdPartyEnv(), "LESS="+a.lessOptions(ctx, command, header))
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
