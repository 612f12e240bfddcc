//go:build unix

package credential

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// The umask is global to a process, so this runs in one of its own.
func TestFileWhateverTheUmask(t *testing.T) {
	if dir := os.Getenv("CREDENTIAL_TEST_DIR"); dir != "" {
		syscall.Umask(0o777)
		exercise(t, NewFile(dir))
		if err := NewFile(dir).Set(t.Context(), Key{Profile: "prod"}, login()); err != nil {
			t.Error(err)
		}
		return
	}
	dir := filepath.Join(t.TempDir(), "b")
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFileWhateverTheUmask$")
	again.Env = append(os.Environ(), "CREDENTIAL_TEST_DIR="+dir)
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, want := range map[string]string{dir: "drwx------", filepath.Join(dir, "astra-prod.json"): "-rw-------"} {
		if info, err := os.Stat(name); err != nil || info.Mode().String() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFileDoesNotWaitForAPipe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "b")
	must(t, os.Mkdir(dir, 0o700))
	if err := syscall.Mkfifo(filepath.Join(dir, "astra-prod.json"), 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := NewFile(dir).Get(t.Context(), Key{Profile: "prod"}); !errors.Is(err, ErrPermissions) {
		t.Error(err)
	}
}
