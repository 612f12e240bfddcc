//go:build unix

package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
)

// executable writes a program. A process that is started meanwhile, by another
// test, would hold the file open for writing until it executes its own program,
// and the kernel runs no program that somebody writes to (ETXTBSY): none is
// started here while the file is open.
func executable(path, text string) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, []byte(text), 0o700)
}

func TestExecutable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 20 {
				path := filepath.Join(dir, strconv.Itoa(100*i+j))
				if err := executable(path, "#!/bin/sh\n"); err != nil {
					t.Error(err)
				} else if err := exec.Command(path).Run(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
