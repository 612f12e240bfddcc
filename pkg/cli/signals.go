package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// The causes of a context that a signal ended.
var (
	errInterrupted = errors.New("interrupted")
	errTerminated  = errors.New("terminated")
	errHungUp      = errors.New("the terminal hung up")
)

// Signals returns a context that an interrupt or a termination request ends.
// A second signal ends the process at once, but for SIGQUIT: it counts as an
// interrupt, since the runtime would print what is in memory. A reader that leaves standard
// output becomes a write error instead of a sudden end, because a one-time
// secret may be on its way.
func Signals() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	ignoreBrokenPipes()
	go func() {
		switch <-caught {
		case syscall.SIGTERM:
			cancel(errTerminated)
		case syscall.SIGHUP:
			cancel(errHungUp)
		default:
			cancel(errInterrupted)
		}
		signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	}()
	return ctx, func() { cancel(nil) }
}
