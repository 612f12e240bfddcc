package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

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
		return nil, exit.Failf(exit.Unconfirmed, "%s did not end in time", a.input(flag, name))
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, a.unreadable(flag, name, err)
	case len(text) > maxDocument:
		return nil, exit.Usagef("%s is longer than a megabyte", a.input(flag, name))
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
		return "", exit.Usagef("%s: %v", a.input(flag, name), err)
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

// input names what is read, after the flag that named it. Standard input is also read
// where no flag was given, and none is named then.
func (a *App) input(flag, name string) string {
	given := slices.ContainsFunc(a.Args, func(arg string) bool { return arg == flag || strings.HasPrefix(arg, flag+"=") })
	if name == "-" && !given {
		return called(name)
	}
	return flag + ": " + called(name)
}

// unreadable is the failure of an input, whose name is part of the system's words where
// it is a file.
func (a *App) unreadable(flag, name string, err error) error {
	if name == "-" {
		return exit.Usagef("%s: %v", a.input(flag, name), err)
	}
	return exit.Usagef("%s: %v", flag, err)
}
