package prompt

import (
	"context"
	"os"
	"time"
)

// parting is how long a write may take at least, also when the question is over.
const parting = 100 * time.Millisecond

// A display writes to a terminal, which may be stopped (Ctrl-S): a write that does not
// end before its question does is left behind, and so is all that follows it.
type display struct {
	*os.File

	ctx   context.Context // of the question
	stuck bool
}

// Write writes to the terminal.
func (s *display) Write(p []byte) (int, error) {
	if s.stuck {
		return 0, os.ErrDeadlineExceeded
	}
	type outcome struct {
		n   int
		err error
	}
	text := append([]byte(nil), p...) // the caller may use p again
	written := make(chan outcome, 1)
	timer := time.NewTimer(parting)
	defer timer.Stop()
	go func() {
		n, err := s.File.Write(text)
		written <- outcome{n, err}
	}()
	select {
	case o := <-written:
		return o.n, o.err
	case <-s.ctx.Done():
	}
	select {
	case o := <-written:
		return o.n, o.err
	case <-timer.C:
	}
	s.stuck = true
	return 0, s.ctx.Err()
}
