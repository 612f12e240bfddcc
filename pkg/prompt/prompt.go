// Package prompt asks the person at a terminal: lists to choose from, yes or
// no, a line of text, a secret.
//
// It never waits for the terminal itself, so that one which answers no queries
// works too; every question ends when its context does; and the terminal is
// left as it was found. What is shown must be sanitised by the caller.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"golang.org/x/term"
)

var (
	// ErrInterrupted says that the person pressed Ctrl-C.
	ErrInterrupted = errors.New("interrupted")
	// ErrEnd says that the person pressed Ctrl-D, or that the terminal is
	// gone. It is never an answer, and never accepts a default.
	ErrEnd = errors.New("no answer was given")
)

// Question is what is asked with a list.
type Question struct {
	Text     string
	Default  int   // of Select: the option to begin at
	Selected []int // of MultiSelect: the options selected at the beginning
}

// Option is one line of a list.
type Option struct {
	Label       string
	Description string
	Group       string // shown before the label
}

// A Prompter asks one question at a time.
type Prompter interface {
	// Select returns the index of the option that was chosen.
	Select(ctx context.Context, q Question, options []Option) (int, error)
	// MultiSelect returns the indexes of the options that were chosen, in
	// their order; it may be none.
	MultiSelect(ctx context.Context, q Question, options []Option) ([]int, error)
	// Confirm asks for yes or no; def is the answer of Enter alone.
	Confirm(ctx context.Context, text string, def bool) (bool, error)
	// Input asks for a line of text; def is the answer of Enter alone.
	Input(ctx context.Context, text, def string) (string, error)
	// Secret asks for a line of text that is not shown. What was pasted
	// after the line is thrown away.
	Secret(ctx context.Context, text string) (string, error)
	// Paste asks for any number of lines that are not shown, up to Ctrl-D. It
	// returns no more than one byte above the limit, and throws away the rest.
	Paste(ctx context.Context, text string, limit int) ([]byte, error)
}

// Terminal is where questions are asked.
type Terminal struct {
	In      *os.File
	Out     *os.File // not the standard output, which belongs to the result
	Plain   bool     // a terminal without cursor movement, as with TERM=dumb
	NoColor bool
}

// New returns a prompter for a terminal.
func New(t Terminal) Prompter {
	return &prompter{Terminal: t, input: newInput(t.In), out: &display{File: t.Out, ctx: context.Background()}}
}

type prompter struct {
	Terminal
	input *input
	out   *display
}

// during runs ask with the terminal in raw mode, unless cooked, and puts the
// mode back on every way out.
func (p *prompter) during(ctx context.Context, cooked bool, ask func(*keys) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.out.ctx = ctx
	fd := int(p.In.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return fmt.Errorf("%w: the input is not a terminal", ErrEnd)
	}
	defer func() { _ = term.Restore(fd, before) }()
	k := &keys{ctx: ctx, input: p.input, cooked: cooked}
	if !cooked {
		if _, err := term.MakeRaw(fd); err != nil {
			return fmt.Errorf("%w: %w", ErrEnd, err)
		}
		// A shell that stops the process and lets it go on has its own mode in between.
		defer afterStop(func() {
			_, _ = term.MakeRaw(fd)
			fmt.Fprint(&display{File: p.Out, ctx: ctx}, k.question()) // the terminal may be stopped
		})()
	}
	stop := p.input.begin(ctx)
	defer stop()
	return reason(ctx, ask(k))
}

// reason tells the three ends of a question apart.
func reason(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrInterrupted):
		return ErrInterrupted
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.EOF), errors.Is(err, syscall.EIO), errors.Is(err, ErrEnd):
		return ErrEnd
	}
	return fmt.Errorf("%w: %w", ErrEnd, err)
}

// words is one option as one text.
func (o Option) words() string {
	if o.Group == "" {
		return o.Label
	}
	return o.Group + " · " + o.Label
}

// matches reports whether every word of filter is part of the option, in any
// case of letters.
func (o Option) matches(filter string) bool {
	text := strings.ToLower(o.words() + " " + o.Description)
	for word := range strings.FieldsSeq(strings.ToLower(filter)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
