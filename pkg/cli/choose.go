package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/prompt"
)

// Choose asks for one of options and returns its index. It must not be used
// unless Interactive.
func (a *App) Choose(ctx context.Context, question string, options ...prompt.Option) (int, error) {
	chosen, err := a.list(question, options, nil, func(q prompt.Question, clean []prompt.Option) ([]int, error) {
		if len(q.Selected) > 0 {
			q.Default = q.Selected[0]
		}
		i, err := a.Prompter().Select(ctx, q, clean)
		return []int{i}, err
	})
	if err != nil {
		return 0, err
	}
	return chosen[0], nil
}

// ChooseSome asks for one or more of options, of which those at selected are
// chosen at the beginning, and returns their indexes. It must not be used unless
// Interactive.
func (a *App) ChooseSome(ctx context.Context, question string, options []prompt.Option, selected []int) ([]int, error) {
	return a.list(question, options, selected, func(q prompt.Question, clean []prompt.Option) ([]int, error) {
		return a.Prompter().MultiSelect(ctx, q, clean)
	})
}

// dialog holds the answers of a command's lists, so that Esc can go back to one.
type dialog struct {
	open   bool     // Esc goes back
	given  []answer // in the order of the questions
	at     int      // questions asked in this run
	replay int      // so many of them have the answer of the run before
}

type answer struct {
	question string
	options  []prompt.Option
	chosen   []int
}

// backError says which question is to be asked again.
type backError struct{ to int }

func (backError) Error() string { return prompt.ErrBack.Error() }

// Dialog runs a command that asks with lists. Esc at a list or a confirmation goes
// back to the list before it: the command runs again, with the same answers up to
// there. Until its last question is answered it must not change anything.
func (a *App) Dialog(run func() error) error {
	a.dialog = dialog{open: true}
	for {
		a.dialog.at = 0
		err := run()
		back, ok := errors.AsType[backError](err)
		if !ok {
			return err
		}
		a.dialog.replay = back.to
	}
}

// back is the end of a question with Esc: to the list before it, or out of the
// command if there is none. asked is how many lists were answered before.
func (a *App) back(asked int) error {
	e := declined()
	if a.dialog.open && asked > 0 {
		e.Cause = backError{asked - 1}
	}
	return e
}

const (
	// wasDeclined is the machine name of a question that was answered with no, with Esc,
	// or with another name than the one to be typed.
	wasDeclined = "DECLINED"
	cancelled   = "cancelled; nothing was changed"
)

// declined is the failure of a question that was answered with no.
func declined() *exit.Error {
	return &exit.Error{Exit: exit.Unconfirmed, Name: wasDeclined, Message: cancelled}
}

// list asks with a list, unless a run before this one did and has the answer.
func (a *App) list(question string, options []prompt.Option, selected []int,
	ask func(prompt.Question, []prompt.Option) ([]int, error),
) ([]int, error) {
	d := &a.dialog
	at := d.at
	d.at++
	this := answer{question: question, options: sanitize(options)}
	if at < len(d.given) && (d.given[at].question != question || !slices.Equal(d.given[at].options, this.options)) {
		d.given = d.given[:at] // an answer is for the options that were shown, and no others
	}
	if at < len(d.given) {
		selected = d.given[at].chosen
		if at < d.replay {
			return selected, nil
		}
	}
	var err error
	this.chosen, err = ask(prompt.Question{Text: output.Sanitize(question), Selected: selected}, this.options)
	switch {
	case errors.Is(err, prompt.ErrBack):
		return nil, a.back(at)
	case err != nil:
		return nil, a.asked(err)
	case at < len(d.given):
		d.given[at] = this
	default:
		d.given = append(d.given, this)
	}
	return this.chosen, nil
}

// sanitize makes text from outside harmless for the terminal.
func sanitize(options []prompt.Option) []prompt.Option {
	clean := slices.Clone(options)
	for i, o := range clean {
		clean[i] = prompt.Option{
			Label: output.Sanitize(o.Label), Alias: output.Sanitize(o.Alias),
			Description: output.Sanitize(o.Description), Group: output.Sanitize(o.Group),
		}
	}
	return clean
}
