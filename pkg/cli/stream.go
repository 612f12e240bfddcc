package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/astra-admin/astra/pkg/process"
)

// A stream is standard output or standard error. A write to one that takes
// nothing, as a pipe that is full, ends with the time of the command: it is left
// behind, and so is all that follows it.
type stream struct {
	app  *App
	name string
	file *os.File

	mu     sync.Mutex
	stuck  bool          // a write was left behind
	late   time.Duration // what writes took when the time was over
	failed error         // the first failure, of which the writer may not have told
}

// Write writes to the file.
func (s *stream) Write(p []byte) (int, error) {
	n, err := s.write(p)
	if err != nil {
		s.mu.Lock()
		if s.failed == nil {
			s.failed = err
		}
		s.mu.Unlock()
	}
	return n, err
}

func (s *stream) write(p []byte) (int, error) {
	ctx := s.app.alive()
	s.mu.Lock()
	stuck, late := s.stuck, s.late
	s.mu.Unlock()
	if stuck {
		return 0, s.unread(ctx)
	}
	type outcome struct {
		n   int
		err error
	}
	written := make(chan outcome, 1)
	text := append([]byte(nil), p...) // the caller may use p again
	go func() {
		n, err := s.file.Write(text)
		written <- outcome{n, err}
	}()
	select {
	case o := <-written:
		return o.n, o.err
	case <-ctx.Done():
	}
	over := s.app.Now()
	timer := time.NewTimer(process.Grace - late) // a reader who is slow would get each write in time
	defer timer.Stop()
	select {
	case o := <-written:
		s.mu.Lock()
		s.late += s.app.Now().Sub(over)
		s.mu.Unlock()
		return o.n, o.err
	case <-timer.C:
	}
	s.mu.Lock()
	s.stuck = true
	s.mu.Unlock()
	return 0, s.unread(ctx)
}

// unread is the error of a write that was left behind.
func (s *stream) unread(ctx context.Context) error {
	return fmt.Errorf("%s is full and has no reader: %w", s.name, context.Cause(ctx))
}

// failure returns the first failure of a write.
func (s *stream) failure() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// live makes ctx the context at whose end writes and programs of the user's end.
func (a *App) live(ctx context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.life = ctx
}

// Root notes the context that a signal ends, before there is a time limit.
func (a *App) Root(ctx context.Context) { a.root = ctx }

// unlimited returns the context that only a signal ends.
func (a *App) unlimited() context.Context {
	if a.root == nil {
		return context.Background()
	}
	return a.root
}

// alive returns the context of the command. What is written before a command
// began, or without one, such as help, has the usual time limit.
func (a *App) alive() context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.life == nil {
		limit := defaultTimeout
		switch {
		case a.Globals.Timeout > 0:
			limit = a.Globals.Timeout
		case a.Interactive():
			limit = interactiveTimeout
		}
		a.life, a.endLife = context.WithTimeoutCause(a.unlimited(), limit, timeoutError{limit})
	}
	return a.life
}

// unwritten returns why standard output lacks something that the command wrote
// without looking whether it could, as help does.
func (a *App) unwritten() error {
	err := a.out.failure()
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return err
	}
	return fmt.Errorf("the output is incomplete: %w", err)
}
