package cmd

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/usage"
)

// TestAccepted holds the table of accepted flags against the commands: each is in it
// once, and a list is not.
func TestAccepted(t *testing.T) {
	t.Parallel()
	times := map[string]int{}
	for _, paths := range acceptedFlags() {
		for path := range strings.SplitSeq(paths, ",") {
			times["astra "+strings.TrimSpace(path)]++
		}
	}
	var down func(*cobra.Command)
	down = func(c *cobra.Command) {
		for _, child := range c.Commands() {
			down(child)
		}
		if c.HasSubCommands() || !c.Runnable() || c.Name() == "help" {
			return
		}
		want := 1
		if c.Name() == "list" {
			want = 0
		}
		if n := times[c.CommandPath()]; n != want {
			t.Errorf("%s is %d times in the table, want %d", c.CommandPath(), n, want)
		}
		delete(times, c.CommandPath())
		if dry := usage.Accepts(c, "dry-run"); dry && c.Name() == "list" || !usage.Accepts(c, "output") || !usage.Accepts(c, "timeout") {
			t.Errorf("%s accepts --dry-run: %v, and --output: %v", c.CommandPath(), dry, usage.Accepts(c, "output"))
		}
	}
	down(New(cli.System("")))
	for path := range times {
		t.Errorf("%s is in the table, and no command", path)
	}
}
