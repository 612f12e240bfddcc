package exit

import "errors"

// ErrNegative ends a command whose answer is no (exit 10). It printed the answer as its
// result, and nothing failed.
var ErrNegative = errors.New("the answer is no")

// ErrUndecided ends a command whose answer cannot be determined (exit 11). It printed what
// is known as its result, and nothing failed.
var ErrUndecided = errors.New("the answer cannot be determined")

// ErrDone ends a command early with success, as after a dry run.
var ErrDone = errors.New("done")

// The causes for which a command ends before it is done.
var (
	ErrInterrupted = errors.New("interrupted")               // SIGINT or SIGQUIT
	ErrTerminated  = errors.New("terminated")                // SIGTERM
	ErrHungUp      = errors.New("the terminal hung up")      // SIGHUP
	ErrNoAnswer    = errors.New("no answer came in time")    // to a question
	ErrSlowInput   = errors.New("input did not end in time") // on standard input
)
