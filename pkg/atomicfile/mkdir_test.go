package atomicfile

import (
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// TestMkdirAllAtOnce creates the same directories from several goroutines, as first
// commands that run at the same time do.
func TestMkdirAllAtOnce(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for round := range 300 {
		dir := filepath.Join(root, strconv.Itoa(round), "a", "b")
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				if err := MkdirAll(dir); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
}
