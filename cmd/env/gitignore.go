package env

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/process"
)

// gitPatience bounds a question to git, which answers in milliseconds.
const gitPatience = 2 * time.Second

// trackedByGit reports whether git would take the file into a commit. Where that
// cannot be told it does not.
func trackedByGit(ctx context.Context, app *cli.App, path string) bool {
	path, err := filepath.Abs(path)
	if err != nil || !inRepository(filepath.Dir(path)) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	// The configuration of the repository is a stranger's: core.fsmonitor names
	// a program to run, and where the clone is a partial one core.sshCommand
	// another, by which what is missing is fetched.
	git := exec.CommandContext(ctx, "git", "-c", "core.fsmonitor=false", "check-ignore", "--quiet", "--", "./"+filepath.Base(path)) //nolint:gosec // git itself, and one name
	git.Dir = filepath.Dir(path)
	git.Env = slices.DeleteFunc(process.Env(app.Environ()), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	git.Env = append(git.Env, "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none")
	git.WaitDelay = time.Second
	exit, ok := errors.AsType[*exec.ExitError](git.Run())
	return ok && exit.ExitCode() == 1
}

// inRepository reports whether dir is in a work tree of git.
func inRepository(dir string) bool {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return true
		}
		if dir == filepath.Dir(dir) {
			return false
		}
		dir = filepath.Dir(dir)
	}
}
