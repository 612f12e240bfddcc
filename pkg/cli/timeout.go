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
