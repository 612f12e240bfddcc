package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mounted mounts something on a new directory, or skips the test with a word where
// this process may not.
func mounted(t *testing.T, source, kind string, flags uintptr, data string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount")
	}
	dir := t.TempDir()
	err := unix.Mount(source, dir, kind, flags, data)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSYS) {
		t.Skipf("this process cannot mount: %v", err)
	}
	must(t, err)
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// missing ends a test whose part is not there: with CI=true it must be.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing, and in CI it must not be", what)
	}
	t.Skipf("%s is missing", what)
}

// promises holds the package to what it says on the file system of dir.
func promises(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "f")
	for _, text := range []string{"one", "two"} {
		must(t, WriteFile(path, []byte(text), Options{Reserve: 0}))
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("%q, want %q", got, text)
		}
	}
	if err := WriteFile(path, []byte("three"), Options{New: true}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a name that is taken: %v", err)
	}
	f, err := Create(filepath.Join(dir, "new"), Options{New: true, Reserve: 4096})
	must(t, err)
	must(t, f.Overwrite([]byte("new")))
	must(t, f.Commit())
	if got, _ := os.ReadFile(filepath.Join(dir, "new")); string(got) != "new" {
		t.Errorf("%q", got)
	}
	info, err := os.Stat(filepath.Join(dir, "new"))
	must(t, err)
	if f.Exposed() != Exposed(info) {
		t.Errorf("said %v, mode %v", f.Exposed(), info.Mode())
	}
	f, err = Create(filepath.Join(dir, "late"), Options{New: true})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "late"), []byte("another's"), 0o600))
	if err := f.Commit(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a name that is taken late: %v", err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "late")); string(got) != "another's" {
		t.Errorf("%q", got)
	}
	must(t, SyncDir(dir))
	must(t, Remove(path))
	if left := leftIn(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestMemory(t *testing.T) {
	dir := mounted(t, "none", "tmpfs", 0, "size=1m")
	promises(t, dir)
	must(t, CheckPrivate(dir))
	must(t, WriteFile(filepath.Join(dir, "secret"), nil, Options{Private: true, New: true}))
}

// TestFull begins no file for which there is no room, and leaves the old one.
func TestFull(t *testing.T) {
	dir := mounted(t, "none", "tmpfs", 0, "size=64k")
	path := filepath.Join(dir, "f")
	must(t, WriteFile(path, []byte("before"), Options{}))
	big, err := os.Create(filepath.Join(dir, "big"))
	must(t, err)
	for {
		if _, err := big.Write(make([]byte, 4096)); err != nil {
			break
		}
	}
	must(t, big.Close())
	if _, err := Create(filepath.Join(dir, "new"), Options{New: true, Reserve: 4096}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("reserve: %v", err)
	}
	if err := WriteFile(path, make([]byte, 10000), Options{}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("replace: %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "before" || len(leftIn(t, dir)) > 0 {
		t.Errorf("%q, left: %v", text, leftIn(t, dir))
	}
}

func TestReadOnly(t *testing.T) {
	source := t.TempDir()
	must(t, os.WriteFile(filepath.Join(source, "f"), []byte("before"), 0o600))
	dir := mounted(t, source, "", unix.MS_BIND, "")
	must(t, unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	for _, o := range []Options{{}, {New: true}, {Private: true}} {
		if err := WriteFile(filepath.Join(dir, "new"), nil, o); !errors.Is(err, syscall.EROFS) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, name := range []string{"new", "f"} {
		if err := Try(filepath.Join(dir, name), Options{}); !errors.Is(err, syscall.EROFS) {
			t.Errorf("try %s: %v", name, err)
		}
	}
	if err := WriteFile(filepath.Join(dir, "f"), []byte("x"), Options{}); !errors.Is(err, syscall.EROFS) {
		t.Errorf("replace: %v", err)
	}
}

// TestBindMount writes a file that is a mount itself.
func TestBindMount(t *testing.T) {
	source := filepath.Join(t.TempDir(), "source")
	must(t, os.WriteFile(source, []byte("before"), 0o644))
	dir := mounted(t, "none", "tmpfs", 0, "size=1m")
	path := filepath.Join(dir, "f")
	must(t, os.WriteFile(path, nil, 0o600))
	must(t, unix.Mount(source, path, "", unix.MS_BIND, ""))
	t.Cleanup(func() { _ = unix.Unmount(path, unix.MNT_DETACH) })
	must(t, WriteFile(path, []byte("after, and longer"), Options{Private: true}))
	must(t, WriteFile(path, []byte("after"), Options{Private: true}))
	text, err := os.ReadFile(source)
	must(t, err)
	info, err := os.Stat(source)
	must(t, err)
	if string(text) != "after" || Exposed(info) || len(leftIn(t, dir)) > 0 {
		t.Errorf("%q %v, left: %v", text, info.Mode(), leftIn(t, dir))
	}
	must(t, unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, "")) // the file's own mount stays writable
	must(t, Try(path, Options{}))
	must(t, WriteFile(path, []byte("in a read-only directory"), Options{}))
	if text, _ := os.ReadFile(source); string(text) != "in a read-only directory" {
		t.Errorf("%q", text)
	}
}

// TestExFAT writes to a file system without modes, links and colons.
func TestExFAT(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount")
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("this machine has no /dev/fuse")
	}
	for _, part := range []string{"mkfs.exfat", "mount.exfat-fuse", "losetup"} {
		if _, err := exec.LookPath(part); err != nil {
			missing(t, part)
		}
	}
	image := filepath.Join(t.TempDir(), "image")
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, 4<<20))
	run := func(line ...string) string {
		out, err := exec.CommandContext(t.Context(), line[0], line[1:]...).CombinedOutput()
		if err != nil {
			t.Skipf("%s: %v: %s", strings.Join(line, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	run("mkfs.exfat", image)
	loop := run("losetup", "-f", "--show", image)
	t.Cleanup(func() { _ = exec.Command("losetup", "-d", loop).Run() })
	dir := t.TempDir()
	run("mount.exfat-fuse", loop, dir)
	t.Cleanup(func() { _ = unix.Unmount(dir, 0) })
	promises(t, dir)
	for _, isNew := range []bool{true, false} {
		path := filepath.Join(dir, "secret"+strconv.FormatBool(isNew))
		if err := WriteFile(path, []byte("hush"), Options{Private: true, New: isNew}); !errors.Is(err, ErrExposed) {
			t.Errorf("a secret: %v", err)
		}
		if _, err := os.Lstat(path); err == nil {
			t.Error("a secret was written")
		}
	}
	if err := Try(filepath.Join(dir, "not", "there"), Options{Private: true}); !errors.Is(err, ErrExposed) {
		t.Errorf("try: %v", err)
	}
	if err := CheckPrivate(filepath.Join(dir, "not", "there")); !errors.Is(err, ErrExposed) {
		t.Errorf("check: %v", err)
	}
	must(t, WriteFile(filepath.Join(dir, Name("http://127.0.0.1:8787")), nil, Options{}))
}
