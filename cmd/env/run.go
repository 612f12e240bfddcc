package env

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/process"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

type run struct {
	databaseFlags

	command []string
}

func newRun(app *cli.App) *cobra.Command {
	var in run
	cmd := &cobra.Command{
		Use:        "run [flags] -- COMMAND [ARGUMENT…]",
		SuggestFor: []string{"exec"},
		Short:      "Run a command with the variables of the database",
		Long: `Run a command with the variables of the selected database added to the
environment: the database of --db, else that of the .astra.yaml of the
directory, else the last one of "astra env use".

The command replaces astra: it gets the process, terminal, signals and exit
status. No shell is involved. The -- is required; everything after it is passed
to the command. Hooks of "astra env hook" change nothing in a shell started like
this; they recognize it by _ASTRA_RUN. ASTRA_TOKEN and ASTRA_API_TOKEN, an
administrator's credentials, are not passed on.

As with env(1), the exit status is 125 if astra fails before the command runs,
126 if the command cannot be executed, and 127 if it is not found.`,
		Example: "  astra env use demo --role 'RO User' --yes\n" +
			"  astra env run -- printenv ASTRA_DB_ID\n" +
			"  astra env run --keys ASTRA_DB_APPLICATION_TOKEN=TOKEN -- sh -c 'test -n \"$TOKEN\"'",
		Args:        checkCommand,
		Annotations: completion.Args(completion.Repeat(completion.Files)),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.command = args
			return in.run(cmd.Context(), app)
		},
	}
	in.add(cmd)
	cmd.Flags().SetInterspersed(false)
	return cli.SetFailureCode(cli.MarkEvaluated(cmd, false), exit.RunFailed)
}

// checkCommand makes sure that no flag of the command was taken for one of
// astra.
func checkCommand(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) > 0 && cmd.ArgsLenAtDash() != 0:
		return exit.Usagef("-- is required before the command").WithHint("usage: %s", cmd.UseLine())
	case len(args) == 0 || args[0] == "":
		return exit.Usagef("COMMAND is required").WithHint("usage: %s", cmd.UseLine())
	}
	return nil
}

func (in run) run(ctx context.Context, app *cli.App) error {
	name := in.command[0]
	path, err := find(app, name)
	if err != nil {
		return notRun(name, err)
	}
	vars, gone, err := in.variables(ctx, app)
	if err != nil {
		return err
	}
	environ, err := environment(app.Environ(), vars, gone)
	if err != nil {
		return err
	}
	if app.DryRunf("run %s with %s", shellword.Line(in.command...), spelling.Count(len(vars), "variable")) {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	app.RestoreCoreDumps() // of the command, if its caller does
	err = execProcess(path, in.command, environ)
	if _, ended := errors.AsType[process.Status](err); ended {
		return err
	}
	return notRun(name, err)
}

// marker tells the hooks of shells that env run chose the variables.
const marker = "_ASTRA_RUN"

// environment is what the command gets: the caller's variables and vars, but no
// administrator's credential, and nothing that is gone.
func environment(callers []string, vars []variable, gone []string) ([]string, error) {
	environ := slices.DeleteFunc(slices.Clone(callers), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return sameName(name, marker) || sameName(name, "ASTRA_TOKEN") || sameName(name, "ASTRA_API_TOKEN") ||
			slices.ContainsFunc(gone, func(g string) bool { return sameName(name, g) }) ||
			slices.ContainsFunc(vars, func(v variable) bool { return sameName(name, v.Name) })
	})
	environ = append(environ, marker+"=1")
	for _, v := range vars {
		if strings.ContainsRune(v.Value, 0) {
			return nil, exit.Failf(exit.Unwritable, "%s contains a NUL byte, which an environment cannot", v.Name)
		}
		environ = append(environ, v.Name+"="+v.Value)
	}
	return environ, nil
}

func sameName(a, b string) bool {
	return a == b || runtime.GOOS == "windows" && strings.EqualFold(a, b)
}

// find resolves a command as a shell does. A directory of PATH that is relative
// is the caller's choice, but on Windows it may be there unasked.
func find(app *cli.App, name string) (string, error) {
	path, err := exec.LookPath(name)
	switch {
	case runtime.GOOS == "windows":
		return path, err
	case errors.Is(err, exec.ErrDot):
		return path, nil
	case !errors.Is(err, exec.ErrNotFound) || strings.Contains(name, "/"):
		return path, err
	}
	for _, dir := range filepath.SplitList(app.Getenv("PATH")) {
		if info, statErr := os.Stat(filepath.Join(dir, name)); statErr == nil && info.Mode().IsRegular() {
			return "", fs.ErrPermission // it is there, and may not be run
		}
	}
	return path, err
}

func notRun(name string, err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return exit.Failf(exit.CommandNotFound, "command %s not found", name)
	}
	if wrapped, ok := errors.AsType[*exec.Error](err); ok {
		err = wrapped.Err
	}
	return exit.Failf(exit.CannotExecute, "cannot execute %s: %v", name, err)
}
