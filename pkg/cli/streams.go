package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/process"
	"github.com/astra-admin/astra/pkg/prompt"
	"github.com/astra-admin/astra/pkg/secret"
)

// Streams are the standard streams and the conversation with the user on them.
type Streams struct {
	*Settings

	In       io.Reader
	Out, Err io.Writer        // without secrets
	Terminal Terminal         // facts about the streams, decided once
	Secrets  *secret.Redactor // of Out and Err

	files    [3]*os.File // the streams as files, for the terminal
	out, err *stream     // standard output and standard error
	prompter prompt.Prompter
	waits    int // for the user; see Waits
	dialog   dialog
}

// newStreams returns the streams of the files standard input, output and error. A write
// that does not end is given up when the context of alive ends.
func newStreams(settings *Settings, alive func() context.Context, now func() time.Time, files [3]*os.File) Streams {
	s := Streams{Settings: settings, In: files[0], Secrets: new(secret.Redactor), files: files, Terminal: detectTerminal(files, settings.Getenv)}
	s.out = &stream{alive: alive, now: now, name: "standard output", file: files[1]}
	s.err = &stream{alive: alive, now: now, name: "standard error", file: files[2]}
	s.Out, s.Err = s.Secrets.Writer(s.out), s.Secrets.Writer(s.err)
	if failpoint.Disabled("output-redaction") {
		s.Out = s.out
	}
	if failpoint.Disabled("error-redaction") {
		s.Err = s.err
	}
	return s
}

// RawOut returns standard output past the filter that keeps secrets out.
func (s *Streams) RawOut() io.Writer { return s.out }

// RawErr returns standard error past the filter that keeps secrets out.
func (s *Streams) RawErr() io.Writer { return s.err }

// Stdout returns standard output as a file, past the filter that keeps secrets
// out. A write to it has no time limit: see RawOut.
func (s *Streams) Stdout() *os.File { return s.files[1] }

// Reveal returns standard output for a command that delivers secrets there on purpose.
// Other secrets are redacted.
func (s *Streams) Reveal(secrets ...secret.Text) io.Writer {
	return s.Secrets.WriterExcept(s.out, secrets...)
}

// Stderr returns standard error as a file, past the filter that keeps secrets out.
func (s *Streams) Stderr() *os.File { return s.files[2] }

// A stream is standard output or standard error. A write that does not end, as to a full
// pipe without a reader, is abandoned when the time of the command is over, and so are
// all that follow.
type stream struct {
	alive func() context.Context
	now   func() time.Time
	name  string
	file  *os.File

	mu      sync.Mutex
	isStuck bool          // a write was abandoned
	late    time.Duration // duration of writes after the time was over
	failed  error         // the first failure, which the writer may not have reported
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
	ctx := s.alive()
	s.mu.Lock()
	isStuck, late := s.isStuck, s.late
	s.mu.Unlock()
	if isStuck {
		return 0, s.errStuck(ctx)
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
	over := s.now()
	timer := time.NewTimer(process.Grace - late) // all together, however slow the reader is
	defer timer.Stop()
	select {
	case o := <-written:
		s.mu.Lock()
		s.late += s.now().Sub(over)
		s.mu.Unlock()
		return o.n, o.err
	case <-timer.C:
	}
	s.mu.Lock()
	s.isStuck = true
	s.mu.Unlock()
	return 0, s.errStuck(ctx)
}

// errStuck is the error of an abandoned write.
func (s *stream) errStuck(ctx context.Context) error {
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

// outputError returns why standard output is incomplete, for commands that do not check
// their writes, such as help.
func (s *Streams) outputError() error {
	err := s.out.failure()
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return err
	}
	return fmt.Errorf("the output is incomplete: %w", err)
}
