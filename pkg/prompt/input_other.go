//go:build !unix

package prompt

import (
	"context"
	"os"
	"time"
)

// rawLists is off: the library sets the mode of a console itself.
const rawLists = false

// input reads a console. A read cannot be given up here: one that a question
// leaves behind is taken over by the next.
type input struct {
	file    *os.File
	pending []byte
	reading chan chunk // of the read under way
}

type chunk struct {
	data []byte
	err  error
}

func newInput(f *os.File) *input { return &input{file: f} }

func (in *input) begin(context.Context) func() { return func() {} }

func (in *input) fill(ctx context.Context, patience time.Duration) (bool, error) {
	if in.reading == nil {
		done := make(chan chunk, 1)
		in.reading = done
		go func() {
			buffer := make([]byte, 256)
			n, err := in.file.Read(buffer)
			done <- chunk{buffer[:n], err}
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

// drain throws away what has been read. What the console still holds stays.
func (in *input) drain(context.Context) { in.pending = nil }

// watchSize does nothing: a list is drawn in the new size with the next key.
func (in *input) watchSize() func() { return func() {} }

// nonblocking runs what reads from the console behind the back of its input, and
// leaves it behind when the context ends.
func nonblocking(ctx context.Context, call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
