package process

import (
	"os"
	"strconv"
	"strings"
)

// parentName returns the name of the process that runs this one, or nothing.
func parentName() string {
	name, _ := os.ReadFile("/proc/" + strconv.Itoa(os.Getppid()) + "/comm")
	return strings.TrimSpace(string(name))
}
