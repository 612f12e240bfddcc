package apply

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
)

// lockWait limits the wait for another process that applies a plan.
const lockWait = 5 * time.Second

// Lock keeps other processes from applying a plan to an organization, until the function
// that it returns is called. After a process that was killed it waits for its request,
// which may still take effect.
func (j Journal) Lock(ctx context.Context, orgID string) (unlock func(), err error) {
	if err := atomicfile.MkdirAll(j.Dir); err != nil {
		return nil, journalError(err)
	}
	path := filepath.Join(j.Dir, bulk.RunKey("org apply", orgID, nil)+".lock")
	earlier, _ := os.Lstat(path)
	lock, err := atomicfile.TakeLock(ctx, path, lockWait)
	switch {
	case errors.Is(err, atomicfile.ErrLocked):
		e := exit.Failf(exit.Conflict, "another astra process applies a plan to this organization%s", processOf(path))
		return nil, e.WithHint("nothing was sent; wait until it ends")
	case err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, journalError(err)
	}
	_ = atomicfile.WriteFile(path+".pid", []byte(strconv.Itoa(os.Getpid())), atomicfile.Options{}) // for a message only
	unlock = func() {
		_ = os.Remove(path + ".pid")
		lock.Remove()
	}
	if locked, _ := os.Lstat(path); earlier != nil && locked != nil && os.SameFile(earlier, locked) { // a process that ends removes it
		if err := cli.Pause(ctx, bulk.ReconcileDelay); err != nil {
			unlock()
			return nil, err
		}
	}
	return unlock, nil
}

// processOf returns the ID of the process that holds a lock, as the end of a sentence.
func processOf(path string) string {
	const longest = 20
	data, err := atomicfile.ReadFile(path+".pid", longest)
	if id := strings.TrimSpace(string(data)); err == nil && id != "" && strings.Trim(id, "0123456789") == "" {
		return " (process " + id + ")"
	}
	return ""
}

func journalError(err error) error {
	return exit.Failf(exit.Config, "the journal of runs: %v", err).WithHint("nothing was sent")
}
