package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/prompt"
)

// Confirm asks before something is changed. It returns nil for yes, and for
// --yes. Where nobody can be asked it fails with status 8 and shows the command
// that needs no question.
func (a *App) Confirm(ctx context.Context, question string, args ...any) error {
	for i, arg := range args {
		args[i] = output.Sanitize(fmt.Sprint(arg))
	}
	question = fmt.Sprintf(question, args...)
	switch {
	case a.Globals.Yes, a.Globals.DryRun:
		return nil
	case !a.Interactive():
		return a.errNoTerminal(question, "--yes")
	}
	yes, err := a.Prompter().Confirm(ctx, question, false)
	switch {
	case errors.Is(err, prompt.ErrBack):
		return a.back(a.dialog.at)
	case err != nil:
		return a.asked(err)
	case !yes:
		return declined()
	}
	return nil
}

// asked words the end of a question that was not answered.
func (a *App) asked(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w; nothing was changed", exit.ErrNoAnswer)
	}
	return err
}

// errNoTerminal is the failure of a question that nobody can be asked: it names the
// flag and repeats the command line with it.
func (a *App) errNoTerminal(question, flag string) error {
	return &exit.Error{
		Exit:    exit.Unconfirmed,
		Message: "there is nobody to ask: " + question,
		Hint:    "give the answer with " + flag,
		Next:    []string{a.withFlag(flag)},
	}
}
