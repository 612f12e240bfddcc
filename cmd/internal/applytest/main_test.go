package applytest

import (
	"os"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestMain keeps the states of the emulator in memory, since each step of a plan is synced
// to the disk.
func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var shared testkit.Temporary
	shared.UseMemory()
	defer shared.Remove()
	return m.Run()
}
