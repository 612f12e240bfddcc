package cli

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// ReadInput reads a file, - for standard input, up to limit bytes and within the
// time limit of ctx. Opening a pipe waits for its writer, so that is bounded too.
// The errors are those of the system and of ctx, and one for an input that is too slow.
func (a *App) ReadInput(ctx context.Context, name string, limit int64) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	read := make(chan result, 1)
	go func() {
		text, err := a.read(name, limit)
		read <- result{text, err}
	}()
	ended := ctx.Done()
	if failpoint.Disabled("input-limit") {
		ended = nil
	}
	select {
	case r := <-read:
		return r.text, r.err
	case <-ended:
		if cause := context.Cause(ctx); !errors.Is(cause, context.DeadlineExceeded) {
			return nil, cause
		}
		return nil, exit.ErrSlowInput
	}
}

func (a *App) read(name string, limit int64) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(a.In, limit))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}
