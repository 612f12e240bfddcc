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

// Clipboard is a destination for the token alone: the clipboard of the desktop, by a
// program that reads the token from standard input, or that of the terminal. It is
// never the only destination, because its content cannot be checked.
type Clipboard struct {
	Getenv   func(string) string
	Environ  []string      // of the program
	Terminal *os.File      // understands escape sequences; nil where there is none
	System   string        // as in GOOS; this one if empty
	Limit    time.Duration // 3 seconds if zero

	program []string // with its arguments; none for the terminal
}

// String names the clipboard for people.
func (c *Clipboard) String() string {
	switch {
	case len(c.program) > 0:
		return "the clipboard (" + strings.TrimSuffix(filepath.Base(c.program[0]), ".exe") + ")"
	case c.Terminal != nil:
		return "the clipboard of the terminal, if supported"
	}
	return "the clipboard"
}

// Prepare finds the program, or checks that there is a terminal. It does not change the
// clipboard.
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

// Deliver copies the token, within a time limit.
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
	cmd.WaitDelay = 100 * time.Millisecond // a child that serves the clipboard may keep its input open
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

// sequence returns OSC 52 in the form that tmux or screen pass on to the terminal.
// Settings of tmux decide whether it passes the plain or the wrapped form.
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

// Discard does nothing, because Prepare leaves nothing behind.
func (*Clipboard) Discard() {}

// Holds reports false: the content of a clipboard has no known origin.
func (*Clipboard) Holds(context.Context, string) (bool, error) { return false, nil }

// Drop does nothing: the clipboard may have other content now.
func (*Clipboard) Drop(context.Context, string) error { return nil }

// Note does nothing: it is never the only destination.
func (*Clipboard) Note(*Record) {}
