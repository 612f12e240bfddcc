package prompt

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"
)

func (p *prompter) Confirm(ctx context.Context, text string, def bool) (bool, error) {
	choice := " (y/N) "
	if def {
		choice = " (Y/n) "
	}
	for {
		answer, err := p.lineOf(ctx, text+choice, true)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "":
			return def, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		fmt.Fprintln(p.out, "Please answer yes or no.")
	}
}

func (p *prompter) Input(ctx context.Context, text, def string) (string, error) {
	question := withColon(text) + " "
	if def != "" {
		question = fmt.Sprintf("%s (%s): ", text, def)
	}
	answer, err := p.line(ctx, question)
	if err != nil {
		return "", err
	}
	return cmp.Or(strings.TrimSpace(answer), def), nil
}

func (p *prompter) Secret(ctx context.Context, text string) (string, error) {
	var secret string
	err := p.withRawTerminal(ctx, false, func(k *keys) (err error) {
		secret, err = p.editor(k).ReadPassword(p.begin(k, withColon(text)+" "))
		if err == nil {
			k.input.drain(ctx)
		}
		return p.newline(err)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// line asks for one line.
func (p *prompter) line(ctx context.Context, question string) (string, error) {
	return p.lineOf(ctx, question, false)
}

// lineOf asks for one line, edited here or, on a plain terminal, by the
// terminal. With back, Esc returns ErrBack.
func (p *prompter) lineOf(ctx context.Context, question string, back bool) (string, error) {
	var answer string
	err := p.withRawTerminal(ctx, p.Plain, func(k *keys) (err error) {
		k.back = back
		if p.Plain {
			fmt.Fprint(p.out, strings.Join(p.fold(question), "\n"))
			answer, err = cookedLine(k)
		} else {
			editor := p.editor(k)
			editor.SetPrompt(p.begin(k, question))
			answer, err = editor.ReadLine()
		}
		return p.newline(err)
	})
	if err != nil {
		return "", err
	}
	return answer, nil
}

// fold breaks a question between words to the width of the terminal.
func (p *prompter) fold(question string) []string {
	width, _ := p.size()
	return fold(question, width)
}

// begin writes all but the last line of a question to a terminal in raw mode,
// and returns the last line, after which the answer is edited.
func (p *prompter) begin(k *keys, question string) string {
	lines := p.fold(question)
	whole := strings.Join(lines, "\r\n")
	k.asked.Store(&whole)
	last := len(lines) - 1
	if last > 0 {
		fmt.Fprint(p.out, strings.Join(lines[:last], "\r\n")+"\r\n")
	}
	return lines[last]
}

// editor edits a line on a terminal in raw mode. It moves the cursor, but does
// not query the terminal.
func (p *prompter) editor(k *keys) *term.Terminal {
	editor := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{k, p.out}, "")
	if width, height, err := term.GetSize(int(p.Out.Fd())); err == nil && width > 0 && height > 0 {
		_ = editor.SetSize(width, height) // only writes fail
	}
	return editor
}

// newline ends a line that Enter did not end, so that later output starts on a
// new line.
func (p *prompter) newline(err error) error {
	if err != nil {
		fmt.Fprint(p.out, "\r\n")
	}
	return err
}

// cookedLine reads up to the end of a line.
func cookedLine(k *keys) (string, error) {
	var line strings.Builder
	key := make([]byte, 16)
	for {
		n, err := k.Read(key)
		switch {
		case errors.Is(err, ErrBack):
			k.input.pending = k.input.pending[bytes.IndexByte(k.input.pending, '\n')+1:] // skip the rest of the line
			return "", err
		case err != nil:
			return "", err
		case key[0] == '\r':
			return line.String(), nil
		case key[0] >= 0x20 && key[0] != backspace:
			line.Write(key[:n])
		}
		if line.Len() > longest {
			return "", errors.New("the line is too long")
		}
	}
}
