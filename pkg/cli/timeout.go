package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
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
	a.setContext(ctx)
	return ctx, func() {
		a.setContext(cmd.Context())
		cancel()
	}
}

// timeoutError is the end of a command at its time limit.
type timeoutError struct{ limit time.Duration }

func (e timeoutError) Error() string {
	return fmt.Sprintf("the time limit of %s was reached; use --timeout to raise it", e.limit)
}

func (timeoutError) Unwrap() error { return context.DeadlineExceeded }

// setContext makes ctx the context whose end ends writes and other programs.
func (a *App) setContext(ctx context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.life = ctx
}

// SetSignalContext sets the context that a signal ends, which has no time limit.
func (a *App) SetSignalContext(ctx context.Context) { a.root = ctx }

// signalContext returns the context that only a signal ends.
func (a *App) signalContext() context.Context {
	if a.root == nil {
		return context.Background()
	}
	return a.root
}

// context returns the context of the command. Output before a command, or without one,
// such as help, has the usual time limit.
func (a *App) context() context.Context {
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
		a.life, a.endLife = context.WithTimeoutCause(a.signalContext(), limit, timeoutError{limit})
	}
	return a.life
}
