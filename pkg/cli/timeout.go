package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/exit"
)

// ExtendTimeout returns a context for what takes longer than other commands: more is
// added to the time limit, unless the user or the settings gave one.
func (a *App) ExtendTimeout(cmd *cobra.Command, more time.Duration) (context.Context, context.CancelFunc) {
	if cmd.Flags().Changed("timeout") || a.settings.Timeout != 0 {
		return cmd.Context(), func() {}
	}
	limit := defaultTimeout + more
	if a.Interactive() {
		limit = interactiveTimeout + more
	}
	ctx, cancel := context.WithTimeoutCause(cmd.Root().Context(), limit, timeoutError{limit})
	a.live(ctx)
	return ctx, func() {
		a.live(cmd.Context())
		cancel()
	}
}

// timeoutError is the end of a command at its time limit.
type timeoutError struct{ limit time.Duration }

func (e timeoutError) Error() string {
	return fmt.Sprintf("the time limit of %s was reached; use --timeout to raise it", e.limit)
}

func (timeoutError) Unwrap() error { return context.DeadlineExceeded }

// Signals returns a context that an interrupt or a termination request ends.
// A second signal ends the process at once, but for SIGQUIT: it counts as an
// interrupt, since the runtime would print what is in memory. A reader that leaves standard
// output becomes a write error instead of a sudden end, because a one-time
// secret may be on its way.
func Signals() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	caught := make(chan os.Signal, 1)
	awaited := awaitedSignals()
	signal.Notify(caught, awaited...)
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
		signal.Reset(slices.DeleteFunc(awaited, func(s os.Signal) bool { return s == syscall.SIGQUIT })...)
	}()
	return ctx, func() { cancel(nil) }
}

// awaitedSignals are those that end the program. What the caller ignores stays
// ignored: SIGHUP under nohup, SIGINT and SIGQUIT in a background process of a
// shell without job control. The runtime tells of the first two only, and such a
// shell ignores the last two together.
func awaitedSignals() []os.Signal {
	awaited := []os.Signal{syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		awaited = append(awaited, syscall.SIGHUP)
	}
	if signal.Ignored(os.Interrupt) {
		signal.Ignore(syscall.SIGQUIT)
		return awaited
	}
	return append(awaited, os.Interrupt, syscall.SIGQUIT)
}
