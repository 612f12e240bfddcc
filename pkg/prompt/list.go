package prompt

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/AlecAivazis/survey/v2"
	"github.com/AlecAivazis/survey/v2/core"
	"github.com/AlecAivazis/survey/v2/terminal"
	"golang.org/x/term"
)

var errNoOptions = errors.New("there is nothing to choose from")

const (
	margin   = 12 // columns that a list takes left of an option
	maxLines = 15 // options shown at once
)

func (p *prompter) Select(ctx context.Context, q Question, options []Option) (int, error) {
	if len(options) == 0 {
		return 0, errNoOptions
	}
	if q.Default < 0 || q.Default >= len(options) {
		q.Default = 0
	}
	if p.Plain {
		return p.plainSelect(ctx, q, options)
	}
	labels, describe := p.fit(options)
	chosen := 0
	err := p.ask(ctx, &survey.Select{
		Message: q.Text, Options: labels, Default: q.Default, Description: describe,
	}, options, &chosen)
	if err != nil {
		return 0, err
	}
	return chosen, nil
}

func (p *prompter) MultiSelect(ctx context.Context, q Question, options []Option) ([]int, error) {
	if len(options) == 0 {
		return nil, errNoOptions
	}
	q.Selected = slices.DeleteFunc(slices.Clone(q.Selected), func(i int) bool { return i < 0 || i >= len(options) })
	if p.Plain {
		return p.plainMultiSelect(ctx, q, options)
	}
	labels, describe := p.fit(options)
	var chosen []int
	err := p.ask(ctx, &survey.MultiSelect{
		Message: q.Text, Options: labels, Default: q.Selected, Description: describe,
	}, options, &chosen)
	if err != nil {
		return nil, err
	}
	return chosen, nil
}

// ask runs one list of the library. The library reads keys that it knows and
// no others, and writes to the terminal, never to the standard output.
func (p *prompter) ask(ctx context.Context, list survey.Prompt, options []Option, answer any) error {
	core.DisableColor = p.NoColor
	return p.during(ctx, !rawLists, func(k *keys) error {
		k.list, k.cooked = true, false
		err := leavable(ctx, func() error {
			return survey.AskOne(list, answer,
				survey.WithStdio(k, lineEnds{p.out}, p.out),
				survey.WithPageSize(p.page()),
				survey.WithFilter(func(filter, _ string, i int) bool { return options[i].matches(filter) }),
			)
		})
		if errors.Is(err, terminal.InterruptErr) {
			return ErrInterrupted
		}
		return err
	})
}

// fit cuts options to the width of the terminal: a list that wraps its lines
// is not redrawn in its place.
func (p *prompter) fit(options []Option) (labels []string, describe func(string, int) string) {
	width, _, err := term.GetSize(int(p.Out.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	room := max(width-margin, 10)
	descriptions := make([]string, len(options))
	for i, o := range options {
		words := o.words()
		if columns(words) > room {
			words = o.Label // what is chosen matters more than where it belongs
		}
		label := cut(words, room)
		labels = append(labels, label)
		if rest := room - columns(label) - len(" - "); rest > margin {
			descriptions[i] = cut(o.Description, rest)
		}
	}
	return labels, func(_ string, i int) string { return descriptions[i] }
}

// page returns how many options are shown at once, leaving room for the
// question.
func (p *prompter) page() int {
	_, height, err := term.GetSize(int(p.Out.Fd()))
	if err != nil || height <= 0 {
		height = 24
	}
	return min(maxLines, max(height-4, 3))
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

// lineEnds writes to a terminal in raw mode, which does not go back to the
// first column by itself.
type lineEnds struct{ *display }

// Write reports the length of b, whatever was added to it.
func (w lineEnds) Write(b []byte) (int, error) {
	if rawLists {
		if _, err := w.display.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))); err != nil {
			return 0, err
		}
		return len(b), nil
	}
	return w.display.Write(b)
}
