package env

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/process"
)

// execProcess runs a program as a child and returns its status: Windows cannot put
// one into the place of another. The console sends Ctrl-C to both, and only the
// child decides what it means.
func execProcess(path string, args, environ []string) error {
	signal.Ignore(os.Interrupt)
	child := &exec.Cmd{Path: path, Args: args, Env: environ, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr} //nolint:forbidigo // the streams themselves, past every filter
	err := child.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return process.Status(ended.ExitCode())
	}
	if err != nil {
		return err
	}
	return process.Status(exit.OK)
}
