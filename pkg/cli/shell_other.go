//go:build !linux

package cli

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// parentName returns the name of the process that runs this one, or nothing.
func parentName() string {
	if runtime.GOOS == "windows" {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	ps := exec.CommandContext(ctx, "ps", "-o", "comm=", "-p", strconv.Itoa(os.Getppid()))
	ps.Env = []string{} // none of ours is its business
	name, _ := ps.Output()
	return strings.TrimSpace(string(name))
}
