package atomicfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// leftIn returns the temporary files in a directory.
func leftIn(t *testing.T, dir string) (left []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), temporaryPrefix) {
			left = append(left, e.Name())
		}
	}
	return left
}

// TestEveryFailure fails every system call with every error. The file is
// complete and private, or unchanged; no temporary file remains.
func TestEveryFailure(t *testing.T) {
	const old, content = "the old content, which is longer than the new one", "the new content"
	for _, call := range everyCall() {
		for _, failure := range everyError() {
			for _, o := range []struct {
				name    string
				there   bool
				options Options
			}{
				{"new", false, Options{New: true, Private: true, Reserve: 4096}},
				{"absent", false, Options{Private: true}},
				{"present", true, Options{Private: true, KeepOwner: true}},
				{"taken", true, Options{New: true}},
			} {
				dir := t.TempDir()
				path := filepath.Join(dir, "f")
				if o.there {
					must(t, os.WriteFile(path, []byte(old), 0o600))
				}
				err := func() error {
					f, err := create(fails(failure, call), path, o.options)
					if err != nil {
						return err
					}
					defer f.Discard()
					if err := f.Overwrite([]byte(content)); err != nil {
						return err
					}
					return f.Commit()
				}()
				what := call + " " + failure.Error() + " " + o.name
				text, readErr := os.ReadFile(path)
				switch {
				case o.name == "taken" && !errors.Is(err, fs.ErrExist):
					t.Errorf("%s: %v", what, err)
				case err == nil && string(text) != content:
					t.Errorf("%s: no error, and %q", what, text)
				case err != nil && call == "syncDir": // it is already named
				case err != nil && o.there && string(text) != old:
					t.Errorf("%s: %v, and %q", what, err, text)
				case err != nil && !o.there && !errors.Is(readErr, fs.ErrNotExist):
					t.Errorf("%s: %v, and %q", what, err, text)
				}
				if info, err := os.Stat(path); err == nil && IsExposed(info) {
					t.Errorf("%s: mode %v", what, info.Mode())
				}
				if left := leftIn(t, dir); len(left) > 0 {
					t.Errorf("%s leaves %v", what, left)
				}
			}
		}
	}
}

// TestEveryFailureInPlace fails every system call once with every error while a
// file is written in place, after a failed rename and in a directory that
// allows no new files. The file is complete, with the old or the new content.
func TestEveryFailureInPlace(t *testing.T) {
	const old = "the old content, which is longer than the new one"
	for _, way := range []struct {
		name, call string
		failure    error
	}{{"pinned", "rename", syscall.EBUSY}, {"another device", "rename", syscall.EXDEV}, {"closed", "createTemporary", syscall.EROFS}, {"not ours", "createTemporary", syscall.EACCES}} {
		for _, call := range []string{"openExisting", "write", "truncate", "chmod", "sync"} {
			for _, failure := range everyError() {
				for at, content := range []string{"new", strings.Repeat("new and longer ", 10), "new"} { // the first calls are for the copy beside it
					path := filepath.Join(t.TempDir(), "f")
					must(t, os.WriteFile(path, []byte(old), 0o600))
					system := fails(way.failure, way.call)
					system.errs[call], system.after[call], system.times = failure, at, 1
					err := writeFile(system, path, []byte(content), Options{Private: true})
					text, readErr := os.ReadFile(path)
					must(t, readErr)
					want := content
					if err != nil {
						want = old
					}
					known := errors.Is(err, failure) || errors.Is(err, way.failure) || call == "chmod" && errors.Is(err, ErrExposed)
					if string(text) != want || err != nil && !known {
						t.Errorf("%s, %s %v, call %d: %v, and %q", way.name, call, failure, at, err, text)
					}
					if info, err := os.Stat(path); err != nil || IsExposed(info) || len(leftIn(t, filepath.Dir(path))) > 0 {
						t.Errorf("%s, %s %v: %v, left: %v", way.name, call, failure, err, leftIn(t, filepath.Dir(path)))
					}
				}
			}
		}
	}
}

// TestNewFilesWithoutLinks removes the methods of naming a new file one after
// the other.
func TestNewFilesWithoutLinks(t *testing.T) {
	ways := []struct {
		missing []string
		want    linkWay
	}{
		{nil, linkUnnamed},
		{[]string{"createUnnamed"}, linkNamed},
		{[]string{"linkUnnamed"}, linkNamed},
		{[]string{"createUnnamed", "link"}, linkRename},
		{[]string{"linkUnnamed", "link", "renameNew"}, linkReserve},
	}
	for _, failure := range []error{syscall.EPERM, syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EACCES, syscall.EMLINK} {
		for _, w := range ways {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			f, err := create(fails(failure, w.missing...), path, Options{New: true, Private: true, Reserve: 100})
			must(t, err)
			if f.link < w.want {
				t.Errorf("without %v: way %d, want %d", w.missing, f.link, w.want)
			}
			if _, err := os.Lstat(path); err == nil {
				t.Errorf("without %v the name is taken early", w.missing)
			}
			must(t, f.Overwrite([]byte("x")))
			must(t, f.Commit())
			if text, _ := os.ReadFile(path); string(text) != "x" {
				t.Errorf("without %v: %q", w.missing, text)
			}
			// A file created in the meantime is not replaced.
			second := filepath.Join(dir, "second")
			f, err = create(fails(failure, w.missing...), second, Options{New: true})
			must(t, err)
			must(t, os.Symlink(path, second))
			must(t, f.Overwrite([]byte("y")))
			if err := f.Commit(); !errors.Is(err, fs.ErrExist) {
				t.Errorf("without %v: %v", w.missing, err)
			}
			if text, _ := os.ReadFile(path); string(text) != "x" || len(leftIn(t, dir)) > 0 {
				t.Errorf("without %v: %q, left: %v", w.missing, text, leftIn(t, dir))
			}
		}
	}
	_, err := create(fails(syscall.EPERM, "linkUnnamed", "link", "renameNew", "rename"), filepath.Join(t.TempDir(), "f"), Options{New: true})
	if !errors.Is(err, syscall.EPERM) {
		t.Errorf("no way at all: %v", err)
	}
}

// TestExposed checks that a file that cannot be hidden is refused before it has
// a name, whether the file system refuses a mode or ignores it.
func TestExposed(t *testing.T) {
	for _, failure := range []error{errSilent, syscall.EPERM, syscall.EOPNOTSUPP} {
		for _, isNew := range []bool{true, false} {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			if _, err := create(fails(failure, "chmod"), path, Options{Private: true, New: isNew}); !errors.Is(err, ErrExposed) {
				t.Errorf("%v: %v", failure, err)
			}
			f, err := create(fails(failure, "chmod"), path, Options{New: isNew})
			must(t, err)
			must(t, f.Commit())
			if !f.IsExposed() {
				t.Errorf("%v: it is said to be private", failure)
			}
			if left := leftIn(t, dir); len(left) > 0 {
				t.Errorf("%v leaves %v", failure, left)
			}
		}
	}
}

// TestSynchronizationThatIsMissing checks that unsupported synchronization is
// no error.
func TestSynchronizationThatIsMissing(t *testing.T) {
	for _, failure := range []error{syscall.EINVAL, syscall.EPERM, syscall.EACCES, syscall.ENOSYS, syscall.EOPNOTSUPP} {
		if err := writeFile(fails(failure, "syncDir"), filepath.Join(t.TempDir(), "f"), nil, Options{}); err != nil {
			t.Errorf("%v: %v", failure, err)
		}
	}
	for _, failure := range []error{syscall.EIO, syscall.ENOSPC} {
		if err := writeFile(fails(failure, "syncDir"), filepath.Join(t.TempDir(), "f"), nil, Options{}); !errors.Is(err, failure) {
			t.Errorf("%v: %v", failure, err)
		}
	}
}

// TestPinned writes in place a file that cannot be renamed over.
func TestPinned(t *testing.T) {
	for _, failure := range []error{syscall.EBUSY, syscall.EXDEV} {
		for _, before := range []string{"", "short", strings.Repeat("long ", 1000)} {
			path := filepath.Join(t.TempDir(), "f")
			must(t, os.WriteFile(path, []byte(before), 0o644))
			must(t, writeFile(fails(failure, "rename"), path, []byte("new content"), Options{Private: true}))
			text, err := os.ReadFile(path)
			must(t, err)
			info, err := os.Stat(path)
			must(t, err)
			if string(text) != "new content" || IsExposed(info) || len(leftIn(t, filepath.Dir(path))) > 0 {
				t.Errorf("%v: %q %v", failure, text, info.Mode())
			}
		}
	}
}

// TestNoRename names a new file without rename.
func TestNoRename(t *testing.T) {
	for _, failure := range []error{syscall.EBUSY, syscall.EXDEV} {
		path := filepath.Join(t.TempDir(), "f")
		must(t, writeFile(fails(failure, "rename", "renameNew"), path, []byte("x"), Options{Private: true}))
		if text, _ := os.ReadFile(path); string(text) != "x" || len(leftIn(t, filepath.Dir(path))) > 0 {
			t.Errorf("%v: %q", failure, text)
		}
	}
}

// TestPinnedAndFull restores the old content.
func TestPinnedAndFull(t *testing.T) {
	const before = "the old content"
	for _, call := range []string{"write", "truncate", "sync"} {
		path := filepath.Join(t.TempDir(), "f")
		must(t, os.WriteFile(path, []byte(before), 0o600))
		system := once{fails(syscall.EBUSY, "rename"), call, new(int)}
		if err := writeFile(system, path, bytes.Repeat([]byte("new"), 100), Options{}); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", call, err)
		}
		if text, _ := os.ReadFile(path); string(text) != before {
			t.Errorf("%s: %q", call, text)
		}
	}
}

// once fails the first call of a kind on the file itself.
type once struct {
	*failing

	call  string
	calls *int
}

func (o once) strikes(call string, f *os.File) bool {
	if call != o.call || strings.HasPrefix(filepath.Base(f.Name()), temporaryPrefix) {
		return false
	}
	*o.calls++
	return *o.calls == 1
}

func (o once) write(f *os.File, data []byte) (int, error) {
	if o.strikes("write", f) {
		n, _ := f.Write(data[:len(data)/2])
		return n, syscall.ENOSPC
	}
	return o.failing.write(f, data)
}

func (o once) truncate(f *os.File, size int64) error {
	if o.strikes("truncate", f) {
		return syscall.ENOSPC
	}
	return o.failing.truncate(f, size)
}

func (o once) sync(f *os.File) error {
	if o.strikes("sync", f) {
		return syscall.ENOSPC
	}
	return o.failing.sync(f)
}

// TestClosedDirectory writes in place in a directory that allows no new files.
func TestClosedDirectory(t *testing.T) {
	for _, failure := range []error{syscall.EROFS, syscall.EACCES, syscall.EPERM} {
		path := filepath.Join(t.TempDir(), "f")
		if err := writeFile(fails(failure, "createTemporary"), path, nil, Options{}); !errors.Is(err, failure) {
			t.Errorf("absent, %v: %v", failure, err)
		}
		must(t, os.WriteFile(path, []byte("before"), 0o600))
		must(t, writeFile(fails(failure, "createTemporary"), path, []byte("x"), Options{}))
		if text, _ := os.ReadFile(path); string(text) != "x" {
			t.Errorf("%v: %q", failure, text)
		}
		victim := filepath.Join(t.TempDir(), "victim")
		must(t, os.WriteFile(victim, []byte("before"), 0o600))
		must(t, os.Remove(path))
		must(t, os.Symlink(victim, path))
		if err := writeFile(fails(failure, "createTemporary"), path, []byte("x"), Options{}); err == nil {
			t.Errorf("%v: a link is followed", failure)
		}
		if text, _ := os.ReadFile(victim); string(text) != "before" {
			t.Errorf("%v: %q", failure, text)
		}
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	past := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{".astra-1", ".astra-22.tmp", ".astra-x", ".astra-", "astra-1", ".astra-3"} {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		if name != ".astra-3" {
			must(t, os.Chtimes(filepath.Join(dir, name), past, past))
		}
	}
	must(t, WriteFile(filepath.Join(dir, "f"), nil, Options{}))
	var names []string
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != ".astra- .astra-3 .astra-x astra-1 f" {
		t.Error(got)
	}
}

func TestName(t *testing.T) {
	seen := map[string]string{}
	for _, text := range []string{"http://127.0.0.1:8787", "http://[::1]:8787", "a", "a.", ".a", "%", "%25", `<>:"/\|?*`, "ä", "", "a b", "\x00"} {
		name := Name(text)
		if strings.ContainsAny(name, "<>:\"/\\|?* \x00") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") {
			t.Errorf("%q: %q", text, name)
		}
		if other, taken := seen[name]; taken {
			t.Errorf("%q and %q are both %q", text, other, name)
		}
		seen[name] = text
	}
}

func TestAppend(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, anew := range []bool{false, false, true} {
		f, err := Append(path, anew)
		must(t, err)
		_, err = f.WriteString("x")
		must(t, err)
		must(t, f.Close())
	}
	if text, _ := os.ReadFile(path); string(text) != "x" {
		t.Errorf("%q", text)
	}
	must(t, os.Symlink(path, filepath.Join(dir, "link")))
	if _, err := Append(filepath.Join(dir, "link"), false); err == nil {
		t.Error("a link is followed")
	}
}
