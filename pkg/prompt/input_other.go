//go:build !unix

package prompt

import (
	"context"
	"os"
	"time"
)

// rawLists is false: the library sets the mode of a console itself.
const rawLists = false

// input reads a console. A read cannot be canceled here: the next question
// takes over a pending one.
type input struct {
	file    *os.File
	pending []byte
	reading chan bytesRead // of the pending read
}

type bytesRead struct {
	data []byte
	err  error
}

func newInput(f *os.File) *input { return &input{file: f} }

func (in *input) begin(context.Context) func() { return func() {} }

func (in *input) fill(ctx context.Context, patience time.Duration) (bool, error) {
	if in.reading == nil {
		done := make(chan bytesRead, 1)
		in.reading = done
		go func() {
			buffer := make([]byte, 256)
			n, err := in.file.Read(buffer)
			done <- bytesRead{buffer[:n], err}
		}()
	}
	var late <-chan time.Time
	if patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case c := <-in.reading:
		in.reading = nil
		in.pending = append(in.pending, c.data...)
		return len(c.data) > 0, c.err
	case <-late:
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// drain discards the input that was read. The console's own buffer is kept.
func (in *input) drain(context.Context) { in.pending = nil }

// watchSize does nothing: the next key redraws a list in the new size.
func (in *input) watchSize() func() { return func() {} }

// readUntilDone runs a call that reads the console directly, and abandons it
// when the context ends.
func readUntilDone(ctx context.Context, call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
