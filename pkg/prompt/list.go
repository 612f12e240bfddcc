package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/AlecAivazis/survey/v2"
	"github.com/AlecAivazis/survey/v2/core"
	"github.com/AlecAivazis/survey/v2/terminal"
	"golang.org/x/term"
)

var errNoOptions = errors.New("no options to choose from")

func (p *prompter) Select(ctx context.Context, q Question, options []Option) (int, error) {
	if len(options) == 0 {
		return 0, errNoOptions
	}
	if q.Default < 0 || q.Default >= len(options) {
		q.Default = 0
	}
	selected, err := p.pick(ctx, q, options, false)
	if err != nil {
		return 0, err
	}
	return selected[0], nil
}

func (p *prompter) MultiSelect(ctx context.Context, q Question, options []Option) ([]int, error) {
	if len(options) == 0 {
		return nil, errNoOptions
	}
	q.Selected = slices.DeleteFunc(slices.Clone(q.Selected), func(i int) bool { return i < 0 || i >= len(options) })
	slices.Sort(q.Selected)
	return p.pick(ctx, q, options, true)
}

// pick shows a list, or numbered lines on a plain terminal.
func (p *prompter) pick(ctx context.Context, q Question, options []Option, multiple bool) ([]int, error) {
	if p.Plain {
		return p.pickPlain(ctx, q, options, multiple)
	}
	var selected []int
	err := p.ask(ctx, &list{picker: newPicker(q, options, multiple), size: p.size}, &selected)
	if err != nil {
		return nil, err
	}
	return selected, nil
}

// ask runs a list with the library, which reads only known keys and writes to
// the terminal, never to standard output.
func (p *prompter) ask(ctx context.Context, list survey.Prompt, answer any) error {
	core.DisableColor = p.NoColor
	return p.withRawTerminal(ctx, !rawLists, func(k *keys) error {
		k.list, k.cooked, k.back = true, false, true
		defer k.input.watchSize()()
		return readUntilDone(ctx, func() error {
			return survey.AskOne(list, answer, survey.WithStdio(k, crlfWriter{p.out}, p.out))
		})
	})
}

// size returns the maximum columns and lines of a list.
func (p *prompter) size() (width, height int) {
	width, height, err := term.GetSize(int(p.Out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		width, height = 80, 24
	}
	// A character in the last column may wrap and scroll the cursor's line
	// away.
	return max(width-1, 10), max(height, 2)
}

// list is a survey question with its own screen and keys. Survey's lists select
// with the space key, which occurs in names here, measure the terminal once and
// silently omit rows. Survey provides the question, the reading of keys, colors
// and the cursor.
type list struct {
	survey.Renderer
	*picker

	size  func() (width, height int)
	lines int // on the screen
}

// listTemplate writes lines in their colors.
const listTemplate = `{{range $i, $line := .}}{{if $i}}{{"\n"}}{{end}}{{if .Style}}{{color .Style}}{{end}}{{.Text}}{{if .Style}}{{color "reset"}}{{end}}{{end}}`

// Prompt runs until the answer is complete.
func (l *list) Prompt(*survey.PromptConfig) (any, error) {
	cursor := l.NewCursor()
	_ = cursor.Hide()
	defer func() { _ = cursor.Show() }()
	reader := l.NewRuneReader()
	_ = reader.SetTermMode()
	defer func() { _ = reader.RestoreTermMode() }()
	for {
		if err := l.draw(l.screen(l.size())); err != nil {
			return nil, err
		}
		key, _, err := reader.ReadRune()
		switch {
		case err == nil && key == terminal.KeyInterrupt:
			err = ErrInterrupted
		case err == nil && key == terminal.KeyEndTransmission:
			err = io.EOF
		case err == nil && key == terminal.KeyEscape && l.filter == "":
			err = ErrBack
		}
		if err != nil {
			_ = l.end("")
			return nil, err
		}
		if l.press(key) {
			var answers []core.OptionAnswer
			for _, i := range l.answer() {
				answers = append(answers, core.OptionAnswer{Value: l.options[i].Label, Index: i})
			}
			return answers, nil
		}
	}
}

// Cleanup replaces the list with one line: the answer.
func (l *list) Cleanup(*survey.PromptConfig, any) error {
	return l.end(" " + labels(l.options, l.answer()))
}

func (l *list) end(answer string) error {
	if err := l.draw([]screenLine{{}}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(l.Stdio().Out, "? %s%s\n", withColon(l.text), answer)
	return err
}

// draw replaces the lines on the screen and leaves the cursor at their start,
// whose position is known after a change of the terminal's size, whether or not
// the terminal rewraps lines.
func (l *list) draw(lines []screenLine) error {
	text, _, err := core.RunTemplate(listTemplate, lines)
	if err != nil {
		return err
	}
	before := l.lines
	l.lines = len(lines)
	return paint(l.Stdio(), strings.Split(text, "\n"), before)
}

// cut shortens s to a width in columns.
func cut(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	end, used := 0, columns("…")
	for i, r := range s {
		if used += columns(string(r)); used > width {
			break
		}
		end = i + len(string(r))
	}
	return s[:end] + "…"
}

// columns returns the width of s. East Asian wide characters and symbols count
// as two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 {
			n++
		}
	}
	return n
}

// crlfWriter adds carriage returns for a terminal in raw mode.
type crlfWriter struct{ *display }

// Write returns the length of b, without additions.
func (w crlfWriter) Write(b []byte) (int, error) {
	if rawLists {
		if _, err := w.display.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))); err != nil {
			return 0, err
		}
		return len(b), nil
	}
	return w.display.Write(b)
}
