package env

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/astra-admin/astra/pkg/cli"
)

// TestReplaceLeavesAChangedFile writes nothing over what another program wrote
// meanwhile, which does not know the lock.
func TestReplaceLeavesAChangedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, change := range map[string]func(){
		"changed": func() { write("THEIRS=1\n") },
		"removed": func() { os.Remove(path) },
		"made":    func() { write("") },
	} {
		os.Remove(path)
		if name != "made" {
			write("OURS=1\n")
		}
		before, err := readFile(path)
		if err != nil {
			t.Fatal(err)
		}
		change()
		done, err := before.replace(new(cli.App), path, []byte("OURS=2\n"), true)
		if text, _ := os.ReadFile(path); done || err != nil || string(text) == "OURS=2\n" {
			t.Errorf("%s: %v, %v: %q", name, done, err, text)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".astra-*")); left != nil {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}
