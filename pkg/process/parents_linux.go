package process

import (
	"os"
	"strconv"
	"strings"
)

// parents returns the parent of each process.
func parents() map[int]int {
	entries, _ := os.ReadDir("/proc")
	all := make(map[int]int, len(entries))
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, _ := os.ReadFile("/proc/" + e.Name() + "/stat")
		rest := string(stat[strings.LastIndexByte(string(stat), ')')+1:]) // a name may hold blanks and brackets
		if fields := strings.Fields(rest); len(fields) > 1 {
			all[pid], _ = strconv.Atoi(fields[1])
		}
	}
	return all
}
