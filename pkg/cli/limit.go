package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

// Longer returns a context for what takes longer than other commands: more is
// added to the time limit, unless the user or the settings gave one.
func (a *App) Longer(cmd *cobra.Command, more time.Duration) (context.Context, context.CancelFunc) {
	if cmd.Flags().Changed("timeout") || a.settings.Timeout != 0 {
		return cmd.Context(), func() {}
	}
	limit := defaultTimeout + more
	if a.Interactive() {
		limit = attendedTimeout + more
	}
	late := fmt.Errorf("the time limit of %s is reached; --timeout raises it: %w", limit, context.DeadlineExceeded)
	return context.WithTimeoutCause(cmd.Root().Context(), limit, late)
}
