package cli

import (
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/exit"
)

// ReadAnyText reads a text that may hold secrets, up to one byte above the
// limit: from a file, from standard input if name is -, and if name is empty
// from standard input or from somebody at a terminal, who pastes it unseen.
func (a *App) ReadAnyText(ctx context.Context, name, question string, limit int) ([]byte, error) {
	switch {
	case name == "" && a.Interactive():
		text, err := a.Prompter().Paste(ctx, question, limit)
		if err != nil {
			return nil, a.asked(err)
		}
		return text, nil
	case name == "":
		name = "-"
	}
	switch {
	case name == "-" && a.Globals.TokenFile == "-":
		return nil, exit.Usagef("standard input cannot be both the credential (--token-file -) and the text")
	case name == "-" && a.Terminal.In:
		return nil, exit.Usagef("standard input is a terminal, and would show the text").WithHint("give a file, or a text on standard input")
	}
	text, err := a.ReadInput(ctx, name, int64(limit)+1)
	switch {
	case errors.Is(err, exit.ErrSlowInput):
		return nil, exit.Failf(exit.Unconfirmed, "the text did not end in time")
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, exit.Usagef("%v", err)
	}
	return text, nil
}
