package cli

import (
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/textfile"
)

// maxDocument bounds what is read of a document that the user gives.
const maxDocument = 1 << 20

// ReadDocument reads the file that a flag names, - for standard input, within
// the time limit of ctx.
func (a *App) ReadDocument(ctx context.Context, flag, name string) ([]byte, error) {
	if name == "-" && a.Globals.TokenFile == "-" {
		return nil, exit.Usagef("%s and --token-file cannot both be read from standard input", flag)
	}
	text, err := a.ReadInput(ctx, name, maxDocument+1)
	switch {
	case errors.Is(err, exit.ErrSlowInput):
		return nil, exit.Failf(exit.Unconfirmed, "%s: %s did not end in time", flag, name)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, exit.Usagef("%s: %v", flag, err)
	case len(text) > maxDocument:
		return nil, exit.Usagef("%s: %s is longer than a megabyte", flag, name)
	}
	return text, nil
}

// ReadText is ReadDocument for a text, which it returns as UTF-8 with line feeds.
func (a *App) ReadText(ctx context.Context, flag, name string) (string, error) {
	data, err := a.ReadDocument(ctx, flag, name)
	if err != nil {
		return "", err
	}
	text, err := textfile.Decode(data)
	if err != nil {
		return "", exit.Usagef("%s: %s: %v", flag, called(name), err)
	}
	return text, nil
}

// called is what a file is called to people.
func called(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}
