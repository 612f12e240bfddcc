//go:build !linux

package process

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
	ps.Env = []string{} // ps needs none
	name, _ := ps.Output()
	return strings.TrimSpace(string(name))
}
