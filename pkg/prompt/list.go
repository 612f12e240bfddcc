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
	chosen, err := p.pick(ctx, q, options, false)
	if err != nil {
		return 0, err
	}
	return chosen[0], nil
}

func (p *prompter) MultiSelect(ctx context.Context, q Question, options []Option) ([]int, error) {
	if len(options) == 0 {
		return nil, errNoOptions
	}
	q.Selected = slices.DeleteFunc(slices.Clone(q.Selected), func(i int) bool { return i < 0 || i >= len(options) })
	slices.Sort(q.Selected)
	return p.pick(ctx, q, options, true)
}

// pick asks with a list, in lines where the terminal is plain.
func (p *prompter) pick(ctx context.Context, q Question, options []Option, several bool) ([]int, error) {
	if p.Plain {
		return p.pickPlain(ctx, q, options, several)
	}
	var chosen []int
	err := p.ask(ctx, &list{picker: newPicker(q, options, several), size: p.size}, &chosen)
	if err != nil {
		return nil, err
	}
	return chosen, nil
}

// ask runs a list by the library. The library reads keys that it knows and no
// others, and writes to the terminal, never to the standard output.
func (p *prompter) ask(ctx context.Context, list survey.Prompt, answer any) error {
	core.DisableColor = p.NoColor
	return p.withRawTerminal(ctx, !rawLists, func(k *keys) error {
		k.list, k.cooked, k.back = true, false, true
		defer k.input.watchSize()()
		return nonblocking(ctx, func() error {
			return survey.AskOne(list, answer, survey.WithStdio(k, crlfWriter{p.out}, p.out))
		})
	})
}

// size returns the columns and lines that a list may take.
func (p *prompter) size() (width, height int) {
	width, height, err := term.GetSize(int(p.Out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		width, height = 80, 24
	}
	// A character in the last column may wrap, and the line of the cursor scroll away.
	return max(width-1, 10), max(height, 2)
}

// A list is a question of survey with a screen and keys of its own. Those of
// survey's lists select with the blank, which is a part of names here; they measure
// the terminal once and silently omit rows. The rest is survey's: the
// way of a question, the reading of keys, colors and the cursor.
type list struct {
	survey.Renderer
	*picker

	size  func() (width, height int)
	lines int // on the screen
}

// listTemplate writes lines in their colors.
const listTemplate = `{{range $i, $line := .}}{{if $i}}{{"\n"}}{{end}}{{if .Style}}{{color .Style}}{{end}}{{.Text}}{{if .Style}}{{color "reset"}}{{end}}{{end}}`

// Prompt asks until the answer is complete.
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
			for _, i := range l.chosen() {
				answers = append(answers, core.OptionAnswer{Value: l.options[i].Label, Index: i})
			}
			return answers, nil
		}
	}
}

// Cleanup leaves one line in the place of the list: what was chosen.
func (l *list) Cleanup(*survey.PromptConfig, any) error {
	return l.end(" " + labels(l.options, l.chosen()))
}

func (l *list) end(answer string) error {
	if err := l.draw([]screenLine{{}}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(l.Stdio().Out, "? %s%s\n", labeled(l.text), answer)
	return err
}

// draw replaces what is on the screen, and leaves the cursor at the beginning of
// it: that place stays known when the size of the terminal changes, whether or not
// the terminal wraps its lines anew.
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

// columns counts what s takes on the screen. East Asian wide characters and
// symbols, which begin there, count as two.
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

// crlfWriter writes to a terminal in raw mode, which does not go back to the
// first column by itself.
type crlfWriter struct{ *display }

// Write reports the length of b, whatever was added to it.
func (w crlfWriter) Write(b []byte) (int, error) {
	if rawLists {
		if _, err := w.display.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))); err != nil {
			return 0, err
		}
		return len(b), nil
	}
	return w.display.Write(b)
}
