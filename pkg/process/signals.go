package process

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/astra-admin/astra/pkg/exit"
)

// Signals returns a context that an interrupt or a termination request ends.
// A second signal ends the process at once, but for SIGQUIT: it counts as an
// interrupt, since the runtime would print what is in memory. A reader that leaves standard
// output becomes a write error instead of a sudden end, because a one-time
// secret may be on its way.
func Signals() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	caught := make(chan os.Signal, 1)
	watch := endSignals()
	signal.Notify(caught, watch...)
	ignoreBrokenPipes()
	go func() {
		switch <-caught {
		case syscall.SIGTERM:
			cancel(exit.ErrTerminated)
		case syscall.SIGHUP:
			cancel(exit.ErrHungUp)
		default:
			cancel(exit.ErrInterrupted)
		}
		signal.Reset(slices.DeleteFunc(watch, func(s os.Signal) bool { return s == syscall.SIGQUIT })...)
	}()
	return ctx, func() { cancel(nil) }
}

// endSignals are those that end the program. What the caller ignores stays
// ignored: SIGHUP under nohup, SIGINT and SIGQUIT in a background process of a
// shell without job control. The runtime tells of the first two only, and such a
// shell ignores the last two together.
func endSignals() []os.Signal {
	watch := []os.Signal{syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		watch = append(watch, syscall.SIGHUP)
	}
	if signal.Ignored(os.Interrupt) {
		signal.Ignore(syscall.SIGQUIT)
		return watch
	}
	return append(watch, os.Interrupt, syscall.SIGQUIT)
}
