// Package prompt asks the person at a terminal: lists to choose from, yes or
// no, a line of text, a secret.
//
// It never waits for the terminal itself, so that one which answers no queries
// works too; every question ends when its context does; and the terminal is
// left as it was found. What is shown must be sanitized by the caller.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"golang.org/x/term"
)

var (
	// ErrInterrupted says that the person pressed Ctrl-C.
	ErrInterrupted = errors.New("interrupted")
	// ErrEnd says that the person pressed Ctrl-D, or that the terminal is
	// gone. It is never an answer, and never accepts a default.
	ErrEnd = errors.New("no answer was given")
	// ErrBack says that the person pressed Esc: the question before this one is to
	// be asked again.
	ErrBack = errors.New("back to the previous question")
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
	Alias       string // another name, such as an API parameter
	Description string
	Group       string // shown before the label
}

// A Prompter asks one question at a time.
type Prompter interface {
	// Select returns the index of the option that was chosen. Like MultiSelect and
	// Confirm it fails with ErrBack for Esc.
	Select(ctx context.Context, q Question, options []Option) (int, error)
	// MultiSelect returns the indexes of the options that were chosen, at least
	// one, in their order.
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

// withRawTerminal runs ask with the terminal in raw mode, unless cooked, and puts the
// mode back on every way out.
func (p *prompter) withRawTerminal(ctx context.Context, cooked bool, ask func(*keys) error) error {
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
	case errors.Is(err, ErrBack) && ctx.Err() == nil:
		return ErrBack
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.EOF), errors.Is(err, syscall.EIO), errors.Is(err, ErrEnd):
		return ErrEnd
	}
	return fmt.Errorf("%w: %w", ErrEnd, err)
}

// label is one option as one text.
func (o Option) label() string {
	if o.Group == "" {
		return o.names()
	}
	return o.Group + " · " + o.names()
}

// names are the label and the other name.
func (o Option) names() string {
	if o.Alias == "" || o.Alias == o.Label {
		return o.Label
	}
	return o.Label + " (" + o.Alias + ")"
}
