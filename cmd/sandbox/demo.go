package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
	"github.com/astra-admin/astra/pkg/process"
	"github.com/astra-admin/astra/pkg/shellword"
)

func newDemo(app *cli.App) *cobra.Command {
	keep := false
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a one-minute tour with real commands",
		Long: `Run a tour: an organization, a role, an invitation, an application token, and
the environment of a shell. Each step is a command of this program, shown as you
would type it and run in a temporary sandbox.`,
		Example: "  astra sandbox demo\n  astra sandbox demo --keep",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return demo(cmd.Context(), app, keep) },
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "keep the sandbox of the demo, and print its location")
	return cmd
}

// step is one command of the tour.
type step struct {
	why  string
	args []string
	eval string // rest of a shell line around the command
}

func tour() []step {
	return []step{
		{why: "Your organization.", args: []string{"org", "list"}},
		{why: "Its databases.", args: []string{"db", "list", "--columns", "name,status,region,keyspaces"}},
		{why: "The default roles and their permissions.", args: []string{"role", "list", "--filter", "kind=default", "--columns", "name,permissions"}},
		{
			why:  "None is limited to one keyspace. Create a role that is.",
			args: []string{"role", "create", "Reporting", "--permission", "Select Table", "--permission", "Describe Table", "--permission", "Access REST", "--db", "demo", "--keyspace", "app"},
		},
		{why: "Invite a user with this role. An invitation that is not accepted yet is pending.", args: []string{"user", "invite", "ada@example.com", "--role", "Reporting"}},
		{why: "Generate a token with this role and an expiry, and store its secret without showing it.", args: []string{"token", "generate", "--role", "Reporting", "--description", "nightly report", "--expires", "90d", "--save", "report"}},
		{why: "All tokens in one place.", args: []string{"token", "list", "--columns", "clientId,name,roles,expiresAt"}},
		{why: "Select a database and its token, once.", args: []string{"env", "use", "demo", "--saved-token", "report"}},
		{why: "At the start of every shell, without a request to the service. (Masked here; a shell gets the values.)", args: []string{"env", "export"}, eval: `eval "$(astra env export)"`},
	}
}

func demo(ctx context.Context, app *cli.App, keep bool) error {
	self, err := process.Self()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "astra-demo-")
	if err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if keep {
		defer app.Say("Sandbox kept. To continue in it: export ASTRA_SANDBOX=1 ASTRA_STATE_DIR=%s", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	for _, s := range tour() {
		if err := s.run(ctx, app, self, dir); err != nil {
			return err
		}
	}
	fmt.Fprintf(app.Out, "\n%s\n\n    astra --sandbox user list\n    astra --help\n", help.Wrap("# End of the tour. To continue, add --sandbox:", app.Terminal.Width))
	return nil
}

// run prints one step and its output.
func (s step) run(ctx context.Context, app *cli.App, self, state string) error {
	line := s.eval
	if line == "" {
		line = "astra " + shellword.Line(s.args...)
	}
	if _, err := fmt.Fprintf(app.Out, "\n%s\n$ %s\n", help.Wrap("# "+s.why, app.Terminal.Width), line); err != nil {
		return err
	}
	child := exec.CommandContext(ctx, self, s.args...)    //nolint:gosec // ourselves, with the arguments of the tour
	child.Env, child.Dir = environment(app, state), state // outside of any repository
	output := &indentWriter{w: app.Out, mask: s.eval != ""}
	child.Stdout, child.Stderr = output, output
	child.Cancel = func() error { return child.Process.Signal(os.Interrupt) }
	child.WaitDelay = time.Second
	if err := child.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if ended, ok := errors.AsType[*exec.ExitError](err); ok {
			return exit.Failf(exit.Failed, "the demo stopped: astra %s ended with status %d", strings.Join(s.args, " "), ended.ExitCode())
		}
		return err
	}
	return nil
}

// environment returns the environment of the child: our own with the temporary
// sandbox, without variables that select another credential or format.
func environment(app *cli.App, state string) []string {
	return append(process.ThirdPartyEnv(app.Environ()), "ASTRA_SANDBOX=1", "ASTRA_STATE_DIR="+state, "ASTRA_CACHE_DIR="+filepath.Join(state, "cache"), "ASTRA_OUTPUT=table", "ASTRA_NO_INPUT=1")
}

// indentWriter indents output as in a transcript.
type indentWriter struct {
	w    io.Writer
	mask bool // shorten tokens
}

func (i *indentWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		if i.mask {
			line = shortenTokens(line)
		}
		if _, err := io.WriteString(i.w, "  "+line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// shortenTokens shortens tokens to a recognizable part.
func shortenTokens(line string) string {
	before, token, found := strings.Cut(line, "AstraCS:")
	if !found || len(token) < 4 {
		return line
	}
	end := strings.IndexAny(token, "'\n")
	if end < 0 {
		end = len(token)
	}
	return before + "AstraCS:" + token[:4] + "…" + token[end:]
}
