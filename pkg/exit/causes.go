package exit

import "errors"

// The causes for which a command ends before it is done.
var (
	ErrInterrupted = errors.New("interrupted")               // SIGINT or SIGQUIT
	ErrTerminated  = errors.New("terminated")                // SIGTERM
	ErrHungUp      = errors.New("the terminal hung up")      // SIGHUP
	ErrNoAnswer    = errors.New("no answer came in time")    // to a question
	ErrSlowInput   = errors.New("input did not end in time") // on standard input
)
