package credential

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFileOnAFullDisk checks that a full disk leaves the old file unchanged.
func TestFileOnAFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64k,mode=700"); err != nil {
		t.Skipf("a disk of its own takes root: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(disk, 0)) })
	s, key := NewFile(filepath.Join(disk, "b")), Key{Profile: "prod"}
	must(t, s.Set(t.Context(), key, login()))
	ballast := make([]byte, 64<<10)
	for len(ballast) > 0 {
		if err := os.WriteFile(filepath.Join(disk, "ballast"), ballast, 0o600); err == nil {
			break
		}
		ballast = ballast[:len(ballast)-4096]
	}
	other := login()
	other.ClientID = "somebodyELSEsomebodyELSE"
	for _, key := range []Key{key, {Profile: "new"}} {
		if err := s.Set(t.Context(), key, other); !errors.Is(err, ErrUnavailable) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", key.Profile, err)
		}
	}
	if got, err := s.Get(t.Context(), key); err != nil || !cmp.Equal(got, login()) {
		t.Errorf("%v %s", err, cmp.Diff(login(), got))
	}
	if left, _ := filepath.Glob(filepath.Join(disk, "b", "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	must(t, s.Delete(t.Context(), key))
}
