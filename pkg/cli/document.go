package cli

import (
	"context"
	"errors"
	"io"
	"os"
)

// maxDocument bounds what is read of a document that the user gives.
const maxDocument = 1 << 20

// ReadDocument reads the file that a flag names, - for standard input, within
// the time limit of ctx.
func (a *App) ReadDocument(ctx context.Context, flag, name string) ([]byte, error) {
	if name == "-" && a.Globals.TokenFile == "-" {
		return nil, Usagef("%s and --token-file cannot both be read from standard input", flag)
	}
	type result struct {
		text []byte
		err  error
	}
	read := make(chan result, 1)
	go func() { // a pipe may be slow to open, too
		text, err := a.readDocument(name)
		read <- result{text, err}
	}()
	select {
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			return nil, Failf(Unconfirmed, "%s: %s did not end in time", flag, name)
		}
		return nil, context.Cause(ctx)
	case r := <-read:
		switch {
		case r.err != nil:
			return nil, Usagef("%s: %v", flag, r.err)
		case len(r.text) > maxDocument:
			return nil, Usagef("%s: %s is longer than a megabyte", flag, name)
		}
		return r.text, nil
	}
}

func (a *App) readDocument(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(a.In, maxDocument+1))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxDocument+1))
}
