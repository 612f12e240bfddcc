// Package pager shows long text with the pager of the user: PAGER, else less.
package pager

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

	"github.com/astra-admin/astra/pkg/process"
)

// MinHeight is the height of the terminal below which less of a list is visible beside
// the prompt of a pager than in the terminal's own history.
const MinHeight = 10

// A Pager is a command line that shows text, with its environment and the terminal.
type Pager struct {
	Command  string   // for the shell, as git and man take it
	Environ  []string // of this process; the pager gets the part without our variables
	Out, Err *os.File
}

// Command returns the command line of the pager: PAGER in environ, or less if it is
// installed. It is empty for none, as with PAGER without a value.
func Command(environ []string) string {
	for _, variable := range slices.Backward(environ) {
		if command, found := strings.CutPrefix(variable, "PAGER="); found {
			return strings.TrimSpace(command)
		}
	}
	if _, err := exec.LookPath("less"); err != nil {
		return ""
	}
	return "less -FRX"
}

// Lines returns how many lines a text takes on a terminal with a width, about.
func Lines(text string, width int) int {
	lines := 0
	for line := range strings.Lines(text) {
		lines++
		if width > 0 {
			lines += max(0, utf8.RuneCountInString(line)-2) / width
		}
	}
	return lines
}

// IsLess reports whether the pager is less, which shows colors and bold text.
func (p Pager) IsLess() bool {
	words := strings.Fields(p.Command)
	return len(words) > 0 && strings.TrimSuffix(path.Base(filepath.ToSlash(words[0])), ".exe") == "less"
}

// lessOptions returns the value of LESS for the pager. The user's options are the last.
func (p Pager) lessOptions(ctx context.Context, header bool) string {
	options := "FRX" // as git does: a text that fits needs no key, and stays on the screen
	for _, variable := range p.Environ {
		if value, found := strings.CutPrefix(variable, "LESS="); found {
			options = cmp.Or(value, options)
		}
	}
	if !p.IsLess() {
		return options
	}
	if header && p.hasHeader(ctx) {
		options = "--header=1$ " + options
	}
	return "-R " + options // colors
}

// hasHeader reports whether this less can keep lines at the top of the screen. One that
// cannot would refuse to run with the option.
func (p Pager) hasHeader(ctx context.Context) bool {
	const minVersion, timeout = 600, time.Second
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, strings.Fields(p.Command)[0], "--version") //nolint:gosec // the user's own choice
	cmd.Env, cmd.WaitDelay = process.ThirdPartyEnv(p.Environ), timeout
	text, _ := cmd.Output()
	version, _ := strings.CutPrefix(string(text), "less ")
	n := 0
	_, _ = fmt.Sscanf(version, "%d", &n)
	return n >= minVersion
}

// Show reports whether the pager took the text, of which the first line may be a header.
// It has not where it fails or read nothing. The end of ctx ends the pager and its
// descendants.
func (p Pager) Show(ctx context.Context, text string, header bool) bool {
	words := process.CommandLine(p.Command)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user's own choice
	var descendants process.Descendants                     // of a pipeline, for which the shell waits
	cmd.Cancel = func() error {
		descendants = process.DescendantsOf(cmd.Process.Pid)
		descendants.Terminate()
		return process.Terminate(cmd.Process)
	}
	cmd.WaitDelay = process.Grace
	cmd.Env = append(process.ThirdPartyEnv(p.Environ), "LESS="+p.lessOptions(ctx, header))
	r, w, err := os.Pipe()
	if err != nil {
		return false
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r, p.Out, p.Err
	// These are keys of the pager from here, and the program has only to end. They are
	// caught, as the pager would inherit that they are ignored.
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
	descendants.Kill()
	left, _ := io.Copy(io.Discard, r) // this end keeps the text that no program read, and lets the writer end
	r.Close()
	exit, ended := errors.AsType[*exec.ExitError](failed)
	bySignal := ended && exit.ExitCode() < 0 // the user has seen enough
	return left < int64(len(text)) && (failed == nil || bySignal)
}
