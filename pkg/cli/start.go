package cli

import (
	"cmp"
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/usage"
)

// Start checks the flags, applies the settings and sets the time limit. It runs before
// every command.
func (a *App) Start(cmd *cobra.Command) error {
	g := &a.Globals
	if err := usage.CheckFlags(cmd, a.Args); err != nil {
		return err
	}
	if cmd.Name() == cobra.ShellCompRequestCmd {
		return nil // completion applies the settings itself, once the flags are parsed
	}
	if err := a.LoadSettings(); err != nil {
		return err
	}
	a.pages = len(ColumnKeys(cmd)) > 0
	a.nouns = rowNoun(cmd)
	a.dbArgument = cmd.Flags().Lookup("db") == nil
	if a.sandboxed && (g.Profile != "" || g.APIURL != "") {
		way := "--sandbox"
		if !g.Sandbox {
			way = "ASTRA_SANDBOX"
		}
		return exit.Usagef("%s cannot be combined with --profile or --api-url", way)
	}
	if !slices.Contains([]string{"auto", "always", "never"}, g.Color) {
		return exit.Usagef("--color must be auto, always or never, not %q", g.Color)
	}
	a.outputGiven = g.Output != ""
	if err := a.resolveCustomFormat(cmd); err != nil {
		return err
	}
	if g.Output == "" {
		g.Output = a.settings.Output
		if _, err := output.ParseFormat(g.Output); err != nil && g.Output != "" {
			return exit.Failf(exit.Config, "%s: %v", a.settings.Source("output"), err)
		}
	}
	if _, err := a.outputOptions(); err != nil {
		return addOwnFormats(cmd, err)
	}
	if g.Debug = cmp.Or(g.Debug, a.settings.Debug); g.Debug == "1" || g.Debug == "true" {
		g.Debug = "http"
	}
	if g.Debug != "" && g.Debug != "http" {
		return exit.Usagef("--debug must be http, not %q", g.Debug)
	}
	limit := g.Timeout
	if !cmd.Flags().Changed("timeout") {
		limit = cmp.Or(a.settings.Timeout, defaultTimeout)
		if a.Interactive() && a.settings.Timeout == 0 {
			limit = interactiveTimeout
		}
		if hasWait(cmd) && a.settings.Timeout == 0 {
			limit = waitTimeout
		}
	}
	if limit <= 0 {
		return exit.Usagef("--timeout must be greater than 0")
	}
	if cmd.Annotations[noTimeout] != "" && !cmd.Flags().Changed("timeout") {
		a.setContext(cmd.Context())
		a.runAtStart(cmd)
		return nil
	}
	if failpoint.Disabled("command-limit") {
		limit *= 1000
	}
	ctx, cancel := context.WithTimeoutCause(cmd.Context(), limit, timeoutError{limit})
	a.cancelTimeout, a.limit = cancel, limit
	cmd.SetContext(ctx)
	a.setContext(ctx)
	a.limitGiven = cmd.Flags().Changed("timeout") || a.settings.Timeout != 0
	a.runAtStart(cmd)
	return nil
}

// noPendingNotice marks a command that does not warn about pending operations.
const noPendingNotice = "no-pending-notice"

// WithoutPendingNotice marks cmd as one that does not warn about pending operations,
// because it runs at every prompt, or because it is about them.
func WithoutPendingNotice(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[noPendingNotice] = "true"
	return cmd
}

// runAtStart calls the hook AtStart.
func (a *App) runAtStart(cmd *cobra.Command) {
	if a.AtStart == nil || isEvaluated(cmd) {
		return
	}
	due := cmd.Flags().Lookup("due") // finishes the pending operations itself
	notice := due == nil || !due.Changed
	for c := cmd; c != nil; c = c.Parent() {
		notice = notice && c.Annotations[noPendingNotice] == ""
	}
	a.AtStart(cmd.Context(), notice)
}

// LoadSettings reads the settings: the environment over the defaults of the
// configuration file. A file that cannot be read is reported by the code that needs it.
func (s *Settings) LoadSettings() error {
	environment, err := config.NewSettings(s.Getenv, nil)
	if err != nil {
		return err
	}
	if err := config.CheckDirs(s.Getenv, s.Home); err != nil {
		return err
	}
	s.settings, s.sandboxed = environment, s.Globals.Sandbox || environment.Sandbox
	cfg, err := s.Config()
	if err != nil || len(cfg.Defaults) == 0 {
		return nil //nolint:nilerr // doctor, help and the like do without
	}
	s.settings, err = config.NewSettings(s.Getenv, cfg.Defaults)
	return err
}
