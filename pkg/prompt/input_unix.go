//go:build unix

package prompt

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// rawLists sets raw mode before the first character of a list.
const rawLists = true

// maxFD is the number of descriptors in an FdSet.
const maxFD = 1024

// input reads a terminal without blocking in a read: it waits for input and the
// end of the context at once. Input that no question has consumed remains
// pending.
type input struct {
	file    *os.File
	pending []byte
	wake    *os.File // readable when the context ends
	resized *os.File // readable when the size of the terminal changes; nil if unused
}

func newInput(f *os.File) *input { return &input{file: f} }

// begin prepares for the questions of a context; the returned function releases
// it.
func (in *input) begin(ctx context.Context) func() {
	r, w, err := os.Pipe()
	if err != nil {
		return func() {} // fill will fail
	}
	in.wake = r
	cancel := context.AfterFunc(ctx, func() { _ = w.Close() })
	return func() {
		in.wake = nil
		if cancel() {
			_ = w.Close()
		}
		_ = r.Close()
	}
}

// fill waits for input and adds it to the pending input, up to patience if
// positive. It reports whether input arrived.
func (in *input) fill(ctx context.Context, patience time.Duration) (bool, error) {
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		ready, err := in.wait(patience)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return false, err
		case !ready && patience > 0:
			return false, ctx.Err()
		case !ready:
			continue // the context has ended
		}
		buffer := make([]byte, 256)
		n, err := unix.Read(int(in.file.Fd()), buffer)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
			continue
		case err != nil:
			return false, err
		case n == 0:
			return false, io.EOF
		}
		in.pending = append(in.pending, buffer[:n]...)
		return true, nil
	}
}

func (in *input) wait(patience time.Duration) (ready bool, err error) {
	if in.wake == nil {
		return false, errors.New("too many open files")
	}
	fd, wake := int(in.file.Fd()), int(in.wake.Fd())
	if max(fd, wake) >= maxFD {
		return false, errors.New("too many open files")
	}
	var set unix.FdSet
	set.Set(fd)
	set.Set(wake)
	last, resized := max(fd, wake), -1
	if in.resized != nil {
		if resized = int(in.resized.Fd()); resized >= maxFD {
			return false, errors.New("too many open files")
		}
		set.Set(resized)
		last = max(last, resized)
	}
	var limit *unix.Timeval
	if patience > 0 {
		t := unix.NsecToTimeval(patience.Nanoseconds())
		limit = &t
	}
	if _, err := unix.Select(last+1, &set, nil, nil, limit); err != nil {
		return false, err
	}
	if resized >= 0 && set.IsSet(resized) && !set.IsSet(wake) {
		if _, err := in.resized.Read(make([]byte, 256)); err != nil {
			return false, err
		}
		return false, errResized
	}
	return set.IsSet(fd) && !set.IsSet(wake), nil
}

// watchSize makes reads fail with errResized when the size of the terminal has
// changed, or the process was continued after a stop, until the returned
// function is called.
func (in *input) watchSize() func() {
	r, w, err := os.Pipe()
	if err != nil {
		return func() {} // the next key redraws the list
	}
	in.resized = r
	changes, over, ended := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(changes, unix.SIGWINCH, unix.SIGCONT) // a shell may overwrite the list while the process is stopped
	go func() {
		defer close(ended)
		for {
			select {
			case <-changes:
				_, _ = w.Write([]byte{0})
			case <-over:
				return
			}
		}
	}()
	return func() {
		signal.Stop(changes)
		close(over)
		in.resized = nil
		_ = r.Close() // unblocks a write to a full pipe
		<-ended
		_ = w.Close()
	}
}

// drain discards pending input.
func (in *input) drain(ctx context.Context) {
	for {
		in.pending = nil
		if more, err := in.fill(ctx, time.Microsecond); err != nil || !more {
			return
		}
	}
}

// readUntilDone runs a call that reads from an input, which returns when the
// context ends.
func readUntilDone(_ context.Context, call func() error) error { return call() }
