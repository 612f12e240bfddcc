package credential

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/secret"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// exercise checks the behavior of every working store.
func exercise(t *testing.T, s Store) {
	t.Helper()
	ctx := t.Context()
	key, other := Key{Profile: "prod"}, Key{Profile: "prod", Name: "ci"}
	if err := s.Probe(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ctx, key); !errors.Is(err, ErrNotFound) {
		t.Errorf("get of nothing: %v", err)
	}
	if err := s.Delete(ctx, key); !errors.Is(err, ErrNotFound) {
		t.Errorf("delete of nothing: %v", err)
	}
	for _, item := range []Item{{Token: "first"}, login()} {
		if err := s.Set(ctx, key, item); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(ctx, key); err != nil || !cmp.Equal(got, item) {
			t.Errorf("%v %s", err, cmp.Diff(item, got))
		}
	}
	if err := s.Set(ctx, other, Item{Token: "second"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Set(ctx, other, Item{Token: secret.Text(strings.Repeat("x", maxItem))}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if err := s.Delete(ctx, key); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ctx, key); !errors.Is(err, ErrNotFound) {
		t.Errorf("get after delete: %v", err)
	}
	if got, err := s.Get(ctx, other); err != nil || got.Token != "second" {
		t.Errorf("the other one: %v", err)
	}
	if err := s.Delete(ctx, other); err != nil {
		t.Error(err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := s.Get(stopped, key); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	exercise(t, NewFile(dir))
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFileIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are not mode bits here")
	}
	dir := filepath.Join(t.TempDir(), "b")
	s, key := NewFile(dir), Key{Profile: "prod"}
	if err := s.Set(t.Context(), key, login()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "astra-prod.json")
	for name, want := range map[string]string{dir: "drwx------", path: "-rw-------"} {
		if info, err := os.Stat(name); err != nil || info.Mode().String() != want {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o666} {
		must(t, os.Chmod(path, mode))
		if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrPermissions) || !strings.HasSuffix(err.Error(), "chmod 600 "+path) {
			t.Errorf("%o: %v", mode, err)
		}
	}
	if err := s.Set(t.Context(), key, login()); err != nil {
		t.Errorf("writing anew mends it: %v", err)
	}
	for _, mode := range []os.FileMode{0o750, 0o701, 0o777} {
		must(t, os.Chmod(dir, mode))
		for what, err := range every(t, s, key) {
			if !errors.Is(err, ErrPermissions) || !strings.HasSuffix(err.Error(), "chmod 700 "+dir) {
				t.Errorf("%s in %o: %v", what, mode, err)
			}
		}
	}
	must(t, os.Chmod(dir, 0o700))
	if os.Geteuid() == 0 {
		must(t, os.Chown(path, 4711, 4711))
		if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrPermissions) {
			t.Errorf("foreign file: %v", err)
		}
		must(t, os.Chown(dir, 4711, 4711))
		for what, err := range every(t, s, key) {
			if !errors.Is(err, ErrPermissions) {
				t.Errorf("%s in a foreign directory: %v", what, err)
			}
		}
	}
}

// every calls each operation and returns its error.
func every(t *testing.T, s Store, key Key) map[string]error {
	_, get := s.Get(t.Context(), key)
	return map[string]error{
		"probe": s.Probe(t.Context()), "get": get, "set": s.Set(t.Context(), key, login()), "delete": s.Delete(t.Context(), key),
	}
}

func TestFileFollowsNoLink(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "b")
	victim := filepath.Join(t.TempDir(), "victim")
	path := filepath.Join(dir, "astra-prod.json")
	must(t, os.Mkdir(dir, 0o700))
	must(t, os.WriteFile(victim, []byte(`{"version":1,"token":"hush"}`), 0o600))
	if err := os.Symlink(victim, path); err != nil {
		t.Skip(err)
	}
	s, key := NewFile(dir), Key{Profile: "prod"}
	if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrPermissions) {
		t.Errorf("get: %v", err)
	}
	if err := s.Set(t.Context(), key, login()); !errors.Is(err, ErrPermissions) {
		t.Errorf("set: %v", err)
	}
	if err := s.Delete(t.Context(), key); err != nil {
		t.Errorf("delete takes the link away: %v", err)
	}
	if data, _ := os.ReadFile(victim); string(data) != `{"version":1,"token":"hush"}` {
		t.Error("the victim was touched")
	}
}

func TestFileOddities(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "b")
	must(t, os.Mkdir(dir, 0o700))
	s, key := NewFile(dir), Key{Profile: "prod"}
	path := filepath.Join(dir, "astra-prod.json")
	for _, content := range []string{"", "hush", `{"version":1,"token":"hush"}x`, "{\"version\":1,\"token\":\"" + strings.Repeat("hush", 9999)} {
		must(t, os.WriteFile(path, []byte(content), 0o600))
		if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrCorrupt) || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), path) {
			t.Errorf("%.40s: %v", content, err)
		}
	}
	must(t, os.Remove(path))
	must(t, os.Mkdir(path, 0o700))
	if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrPermissions) {
		t.Errorf("a directory: %v", err)
	}
	if err := s.Delete(t.Context(), key); !errors.Is(err, ErrPermissions) {
		t.Errorf("delete of a directory: %v", err)
	}
	notDir := NewFile(filepath.Join(dir, "file", "x"))
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	for what, err := range every(t, notDir, key) {
		if !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s below a file: %v", what, err)
		}
	}
}

// Readers see complete values only.
func TestFileIsNeverHalf(t *testing.T) {
	s, key := NewFile(filepath.Join(t.TempDir(), "b")), Key{Profile: "prod"}
	if err := s.Set(t.Context(), key, login()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				_ = s.Set(t.Context(), key, login())
			}
		})
		wg.Go(func() {
			for range 100 {
				if got, err := s.Get(t.Context(), key); err != nil || !cmp.Equal(got, login()) {
					t.Errorf("%v", err)
				}
			}
		})
	}
	wg.Wait()
}

// TestFileLeavesNoCopies kills a process while it writes: its temporary file, a
// copy of a secret, is removed later.
func TestFileLeavesNoCopies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "b")
	s, key := NewFile(dir), Key{Profile: "prod"}
	must(t, s.Set(t.Context(), key, login()))
	old, young := filepath.Join(dir, ".astra-1.tmp"), filepath.Join(dir, ".astra-2.tmp")
	for what, change := range map[string]func() error{
		"set":    func() error { return s.Set(t.Context(), key, login()) },
		"delete": func() error { return s.Delete(t.Context(), key) },
	} {
		must(t, os.WriteFile(old, []byte("hush"), 0o600))
		must(t, os.Chtimes(old, time.Time{}, time.Now().Add(-time.Hour)))
		must(t, os.WriteFile(young, []byte("somebody is writing"), 0o600))
		must(t, change())
		if _, err := os.Stat(old); !os.IsNotExist(err) {
			t.Errorf("after %s the copy is still there: %v", what, err)
		}
		if _, err := os.Stat(young); err != nil {
			t.Errorf("%s took the file of another writer away: %v", what, err)
		}
		must(t, s.Set(t.Context(), key, login()))
	}
}
