package onetime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/aymanbagabas/go-osc52/v2"

	"github.com/astra-admin/astra/pkg/devops"
)

// clipboardLimit is how long a clipboard may take.
const clipboardLimit = 3 * time.Second

// Clipboard is a destination for the token alone: the clipboard of the desktop,
// by a program that gets the token on its standard input, or that of the
// terminal. It is never the only one, because nobody can tell what it holds.
type Clipboard struct {
	Getenv   func(string) string
	Environ  []string      // of the program
	Terminal *os.File      // understands escape sequences; nil where there is none
	System   string        // as in GOOS; this one if empty
	Limit    time.Duration // 3 seconds if zero

	program []string // with its arguments; none for the terminal
}

// String says which clipboard it is.
func (c *Clipboard) String() string {
	switch {
	case len(c.program) > 0:
		return "the clipboard (" + strings.TrimSuffix(filepath.Base(c.program[0]), ".exe") + ")"
	case c.Terminal != nil:
		return "the clipboard of the terminal, if supported"
	}
	return "the clipboard"
}

// Prepare finds the program, or makes sure that there is a terminal. It leaves
// what is on the clipboard alone.
func (c *Clipboard) Prepare(context.Context) error {
	var known []string
	for _, tool := range c.tools() {
		path, err := exec.LookPath(tool[0])
		if err == nil {
			c.program = append([]string{path}, tool[1:]...)
			return nil
		}
		known = append(known, tool[0])
	}
	switch {
	case c.speaks():
		return nil
	case len(known) > 0:
		c.Terminal = nil
		return fmt.Errorf("no clipboard program is installed; install one of %s", strings.Join(known, ", "))
	}
	c.Terminal = nil
	return errors.New("no display or terminal with a clipboard")
}

// tools are the programs that fill the clipboard in front of the user. Those of
// a machine at the other end of ssh would fill its own, unless a display was
// forwarded.
func (c *Clipboard) tools() [][]string {
	system := cmp.Or(c.System, runtime.GOOS)
	isHere := c.Getenv("SSH_CONNECTION") == "" && c.Getenv("SSH_TTY") == ""
	var tools [][]string
	if isHere && system == "darwin" {
		tools = append(tools, []string{"pbcopy"})
	}
	if isHere && (system == "windows" || c.Getenv("WSL_DISTRO_NAME") != "") {
		tools = append(tools, []string{"clip.exe"})
	}
	if isHere && c.Getenv("TERMUX_VERSION") != "" {
		tools = append(tools, []string{"termux-clipboard-set"})
	}
	if c.Getenv("WAYLAND_DISPLAY") != "" {
		tools = append(tools, []string{"wl-copy", "--type", "text/plain"}) // or it guesses by another program
	}
	if c.Getenv("DISPLAY") != "" {
		tools = append(tools, []string{"xclip", "-in", "-selection", "clipboard"}, []string{"xsel", "--input", "--clipboard"})
	}
	return tools
}

// speaks reports whether there is a terminal that takes the sequence for its
// clipboard, or swallows it at least: others would show it.
func (c *Clipboard) speaks() bool {
	switch c.Getenv("TERM") {
	case "", "dumb", "linux":
		return false
	}
	return c.Terminal != nil
}

// Deliver copies the token. What does not end in time is ended.
func (c *Clipboard) Deliver(ctx context.Context, made devops.Credential) error {
	limit := cmp.Or(c.Limit, clipboardLimit)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	deliver := c.toTerminal
	if len(c.program) > 0 {
		deliver = c.toProgram
	}
	err := deliver(ctx, made.Token.Reveal())
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", limit)
	}
	return err
}

func (c *Clipboard) toProgram(ctx context.Context, token string) error {
	cmd := exec.CommandContext(ctx, c.program[0], c.program[1:]...) //nolint:gosec // one of tools
	cmd.Env = c.Environ
	cmd.Stdin = strings.NewReader(token)
	cmd.WaitDelay = 100 * time.Millisecond // a child that stays to serve the clipboard may hold its input
	detach(cmd)
	return cmd.Run()
}

// toTerminal writes the sequence OSC 52. A terminal can be stopped, so the write
// is left behind when the time is up.
func (c *Clipboard) toTerminal(ctx context.Context, token string) error {
	text := c.sequence(token)
	written := make(chan error, 1)
	go func() {
		_, err := io.WriteString(c.Terminal, text)
		written <- err
	}()
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sequence is OSC 52 as it gets through what is between here and the terminal.
// What tmux does with it depends on its settings: one lets it through itself, the
// other lets through what is wrapped for that.
func (c *Clipboard) sequence(token string) string {
	plain := osc52.New(token)
	switch {
	case c.Getenv("TMUX") != "":
		return plain.String() + plain.Tmux().String()
	case c.Getenv("STY") != "":
		return plain.Screen().String()
	}
	return plain.String()
}

// Discard does nothing: what is on a clipboard was put there.
func (*Clipboard) Discard() {}

// Holds is false: a clipboard can be read, but not who put it there, and by then
// it holds something else.
func (*Clipboard) Holds(context.Context, string) (bool, error) { return false, nil }

// Drop leaves the clipboard alone: by now it holds something else.
func (*Clipboard) Drop(context.Context, string) error { return nil }

// Note does nothing: it is never the only destination.
func (*Clipboard) Note(*Record) {}
