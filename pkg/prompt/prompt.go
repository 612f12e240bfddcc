// Package prompt asks the user at a terminal: lists, yes or no, a line of text,
// a secret.
//
// It never waits for a response of the terminal, since some support no queries;
// every question ends with its context; and the state of the terminal is
// restored. Callers must sanitize texts.
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
	// ErrInterrupted reports Ctrl-C.
	ErrInterrupted = errors.New("interrupted")
	// ErrEnd reports Ctrl-D or a closed terminal. It never accepts a default.
	ErrEnd = errors.New("no answer was given")
	// ErrBack reports Esc: ask the previous question again.
	ErrBack = errors.New("back to the previous question")
)

// Question is the question of a list.
type Question struct {
	Text     string
	Default  int   // of Select: the initial option
	Selected []int // of MultiSelect: the initial selection
}

// Option is one line of a list.
type Option struct {
	Label       string
	Alias       string // another name, such as an API parameter
	Description string
	Group       string // shown before the label
}

// Prompter asks one question at a time.
type Prompter interface {
	// Select returns the index of the selected option. Like MultiSelect and
	// Confirm it fails with ErrBack for Esc.
	Select(ctx context.Context, q Question, options []Option) (int, error)
	// MultiSelect returns the indexes of the selected options, at least one, in
	// order.
	MultiSelect(ctx context.Context, q Question, options []Option) ([]int, error)
	// Confirm asks for yes or no; Enter alone returns def.
	Confirm(ctx context.Context, text string, def bool) (bool, error)
	// Input asks for a line of text; Enter alone returns def.
	Input(ctx context.Context, text, def string) (string, error)
	// Secret asks for a line of text without echo. Text pasted after the line
	// is discarded.
	Secret(ctx context.Context, text string) (string, error)
	// Paste asks for lines without echo, up to Ctrl-D. It returns at most one
	// byte beyond the limit, and discards the rest.
	Paste(ctx context.Context, text string, limit int) ([]byte, error)
}

// Terminal is the terminal of the questions.
type Terminal struct {
	In      *os.File
	Out     *os.File // not standard output, which is for results
	Plain   bool     // without cursor movement, as with TERM=dumb
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

// withRawTerminal runs ask with the terminal in raw mode, unless cooked, and
// always restores the mode.
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
		// A shell that stops and continues the process may change the mode.
		defer afterStop(func() {
			_, _ = term.MakeRaw(fd)
			fmt.Fprint(&display{File: p.Out, ctx: ctx}, k.question()) // the terminal may be stopped
		})()
	}
	stop := p.input.begin(ctx)
	defer stop()
	return questionError(ctx, ask(k))
}

// questionError returns the cause of the end of a question.
func questionError(ctx context.Context, err error) error {
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

// label returns an option as one text.
func (o Option) label() string {
	if o.Group == "" {
		return o.names()
	}
	return o.Group + " · " + o.names()
}

// names returns label and alias.
func (o Option) names() string {
	if o.Alias == "" || o.Alias == o.Label {
		return o.Label
	}
	return o.Label + " (" + o.Alias + ")"
}
