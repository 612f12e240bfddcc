package prompt

import (
	"context"
	"os"
	"time"
)

// finalWrite is the minimum time for a write, even after the end of the
// question.
const finalWrite = 100 * time.Millisecond

// display writes to a terminal, which may be stopped (Ctrl-S): a write that
// does not finish before its question is abandoned, with everything after it.
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
	text := append([]byte(nil), p...) // the caller may reuse p
	written := make(chan outcome, 1)
	timer := time.NewTimer(finalWrite)
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
