package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// mounted mounts a file system on a new directory, or skips the test without
// the permission.
func mounted(t *testing.T, source, kind string, flags uintptr, data string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		skip(t, "only root can mount")
	}
	dir := t.TempDir()
	err := unix.Mount(source, dir, kind, flags, data)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSYS) {
		skip(t, "this process cannot mount: "+err.Error())
	}
	must(t, err)
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// missing skips a test without its programs, and fails with CI=true.
func missing(t *testing.T, what string) {
	t.Helper()
	skip(t, what+" is missing")
}

// skip skips a test that this machine cannot run, and fails with CI=true.
func skip(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason + ", and in CI it must not be skipped")
	}
	t.Skip(reason)
}

// place is a directory on a file system, with the features of that file system.
type place struct {
	name   string
	mount  func(t *testing.T) string
	modes  bool // and owners
	links  bool // symbolic links and named pipes
	folded bool // case-insensitive names
}

// places returns the file systems of the tests.
func places() []place {
	return []place{
		{name: "directory", mount: func(t *testing.T) string { return t.TempDir() }, modes: true, links: true},
		{name: "tmpfs", mount: memory, modes: true, links: true},
		{name: "bind mount", mount: func(t *testing.T) string { return mounted(t, t.TempDir(), "", unix.MS_BIND, "") }, modes: true, links: true},
		{name: "overlay", mount: overlay, modes: true, links: true},
		{name: "modes are ignored", mount: fuse("--perms=a+rwX", "--chmod-ignore", "--chown-ignore"), links: true},
		{name: "modes are refused", mount: fuse("--perms=a+rwX", "--chmod-deny", "--chown-deny"), links: true},
		{name: "exFAT", mount: exFAT, folded: true},
	}
}

func memory(t *testing.T) string { return mounted(t, "none", "tmpfs", 0, "size=1m") }

func overlay(t *testing.T) string {
	t.Helper()
	base := memory(t) // a file system that supports being the upper layer
	for _, dir := range []string{"lower", "upper", "work"} {
		must(t, os.Mkdir(filepath.Join(base, dir), 0o700))
	}
	must(t, os.WriteFile(filepath.Join(base, "lower", "below"), []byte("before"), 0o600))
	return mounted(t, "overlay", "overlay", 0, "lowerdir="+base+"/lower,upperdir="+base+"/upper,workdir="+base+"/work")
}

// fuse mounts a directory with options of bindfs.
func fuse(options ...string) func(t *testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		haveFuse(t, "bindfs")
		dir := t.TempDir()
		mustRun(t, append(append([]string{"bindfs"}, options...), t.TempDir(), dir)...)
		t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
		return dir
	}
}

// exFAT mounts a file system without modes, links and colons.
func exFAT(t *testing.T) string {
	t.Helper()
	haveFuse(t, "mkfs.exfat", "mount.exfat-fuse", "losetup")
	image := filepath.Join(t.TempDir(), "image")
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, 4<<20))
	mustRun(t, "mkfs.exfat", image)
	loop := mustRun(t, "losetup", "-f", "--show", image)
	t.Cleanup(func() { _ = exec.Command("losetup", "-d", loop).Run() })
	dir := t.TempDir()
	mustRun(t, "mount.exfat-fuse", loop, dir)
	t.Cleanup(func() { _ = unix.Unmount(dir, 0) })
	return dir
}

func haveFuse(t *testing.T, parts ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		skip(t, "only root can mount")
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		skip(t, "this machine has no /dev/fuse")
	}
	for _, part := range parts {
		if _, err := exec.LookPath(part); err != nil {
			missing(t, part)
		}
	}
}

func mustRun(t *testing.T, line ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), line[0], line[1:]...).CombinedOutput()
	if err != nil {
		skip(t, fmt.Sprintf("%s: %v: %s", strings.Join(line, " "), err, out))
	}
	return strings.TrimSpace(string(out))
}

// TestPromises checks each guarantee of the package on each file system.
func TestPromises(t *testing.T) {
	t.Parallel()
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			dir := p.mount(t)
			for _, promise := range promises() {
				t.Run(promise.name, func(t *testing.T) {
					within := filepath.Join(dir, Name(promise.name))
					must(t, MkdirAll(within))
					promise.holds(t, p, within)
					if left := leftIn(t, within); len(left) > 0 {
						t.Errorf("left: %v", left)
					}
				})
			}
		})
	}
}

type promise struct {
	name  string
	holds func(t *testing.T, p place, dir string)
}

func has(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); string(got) != want {
		t.Errorf("%s: %q, %v; want %q", filepath.Base(path), got, err, want)
	}
}

func promises() []promise {
	return []promise{
		{"the old content or the new one", func(t *testing.T, _ place, dir string) {
			path := filepath.Join(dir, "f")
			for _, text := range []string{"one", "two, which is longer", "3", ""} {
				must(t, WriteFile(path, []byte(text), Options{}))
				has(t, path, text)
			}
			must(t, WriteFile(path, []byte("volatile"), Options{Volatile: true}))
			has(t, path, "volatile")
			f, err := Create(path, Options{})
			must(t, err)
			_, err = f.WriteString("half")
			must(t, err)
			has(t, path, "volatile")
			f.Discard()
			has(t, path, "volatile")
		}},
		{"a new file replaces nothing", func(t *testing.T, p place, dir string) {
			path := filepath.Join(dir, "f")
			must(t, WriteFile(path, []byte("new"), Options{New: true}))
			taken := []string{path, dir}
			if p.folded {
				taken = append(taken, filepath.Join(dir, "F"))
			}
			if p.links {
				for name, target := range map[string]string{"link": path, "dangling": "nowhere", "loop": "loop"} {
					must(t, os.Symlink(target, filepath.Join(dir, name)))
					taken = append(taken, filepath.Join(dir, name))
				}
				must(t, unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
				taken = append(taken, filepath.Join(dir, "pipe"))
			}
			for _, name := range taken {
				if err := WriteFile(name, []byte("again"), Options{New: true}); !errors.Is(err, fs.ErrExist) {
					t.Errorf("%s: %v", name, err)
				}
				if err := Try(name, Options{New: true}); !errors.Is(err, fs.ErrExist) {
					t.Errorf("try %s: %v", name, err)
				}
			}
			late := filepath.Join(dir, "late")
			f, err := Create(late, Options{New: true})
			must(t, err)
			must(t, os.WriteFile(late, []byte("another's"), 0o600))
			if err := f.Commit(); !errors.Is(err, fs.ErrExist) {
				t.Errorf("a name that is taken late: %v", err)
			}
			has(t, late, "another's")
			has(t, path, "new")
		}},
		{"a private file is its owner's alone", func(t *testing.T, p place, dir string) {
			for _, o := range []Options{{Private: true}, {Private: true, New: true}} {
				path := filepath.Join(dir, "secret"+strconv.FormatBool(o.New))
				err := WriteFile(path, []byte("hush"), o)
				tried := Try(filepath.Join(dir, "tried"), o)
				info, absent := os.Lstat(path)
				switch {
				case p.modes && (err != nil || tried != nil || IsExposed(info)):
					t.Errorf("%+v: %v, %v, %v", o, err, tried, info)
				case !p.modes && (!errors.Is(err, ErrExposed) || !errors.Is(tried, ErrExposed) || absent == nil):
					t.Errorf("%+v: %v, %v, %v", o, err, tried, info)
				}
			}
			for _, below := range []string{"", "not/there"} {
				if err := CheckPrivate(filepath.Join(dir, below)); p.modes != (err == nil) || !p.modes && !errors.Is(err, ErrExposed) {
					t.Errorf("check %q: %v", below, err)
				}
				if err := Try(filepath.Join(dir, below, "f"), Options{Private: true}); p.modes != (err == nil) {
					t.Errorf("try %q: %v", below, err)
				}
			}
			f, err := Create(filepath.Join(dir, "said"), Options{})
			must(t, err)
			must(t, f.Commit())
			info, err := os.Stat(filepath.Join(dir, "said"))
			must(t, err)
			if f.IsExposed() != IsExposed(info) || f.IsExposed() == p.modes {
				t.Errorf("said %v, mode %v", f.IsExposed(), info.Mode())
			}
		}},
		{"a file that others could read becomes private", func(t *testing.T, p place, dir string) {
			path := filepath.Join(dir, "f")
			must(t, os.WriteFile(path, []byte("before"), 0o666))
			err := WriteFile(path, []byte("after"), Options{Private: true})
			info, statErr := os.Stat(path)
			must(t, statErr)
			if p.modes != (err == nil) || p.modes == IsExposed(info) {
				t.Errorf("%v, mode %v", err, info.Mode())
			}
		}},
		{"the owner stays", func(t *testing.T, p place, dir string) {
			path := filepath.Join(dir, "f")
			must(t, os.WriteFile(path, []byte("before"), 0o600))
			const other = 12345
			if os.Geteuid() != 0 || !p.modes {
				must(t, WriteFile(path, []byte("after"), Options{KeepOwner: true}))
				has(t, path, "after")
				return
			}
			must(t, os.Chown(path, other, other))
			must(t, WriteFile(path, []byte("after"), Options{KeepOwner: true, Private: true}))
			info, err := os.Stat(path)
			must(t, err)
			if uid, _ := Owner(info); uid != other || !Foreign(info) || IsExposed(info) {
				t.Errorf("owner %d, mode %v", uid, info.Mode())
			}
			has(t, path, "after")
		}},
		{"a link is replaced and not followed", func(t *testing.T, p place, dir string) {
			if !p.links {
				return
			}
			victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "f")
			must(t, os.WriteFile(victim, []byte("before"), 0o600))
			must(t, os.Symlink(victim, path))
			must(t, WriteFile(path, []byte("after"), Options{}))
			has(t, victim, "before")
			has(t, path, "after")
		}},
		{"room is reserved", func(t *testing.T, _ place, dir string) {
			path := filepath.Join(dir, "f")
			f, err := Create(path, Options{New: true, Reserve: 4096})
			must(t, err)
			must(t, f.Overwrite([]byte("short")))
			must(t, f.Commit())
			has(t, path, "short")
		}},
		{"a check gives the file up", func(t *testing.T, _ place, dir string) {
			path := filepath.Join(dir, "f")
			must(t, os.WriteFile(path, []byte("before"), 0o600))
			refused := errors.New("refused")
			if err := WriteFile(path, []byte("after"), Options{Check: func() error { return refused }}); !errors.Is(err, refused) {
				t.Error(err)
			}
			has(t, path, "before")
		}},
		{"a directory is no file", func(t *testing.T, _ place, dir string) {
			path := filepath.Join(dir, "d")
			must(t, MkdirAll(filepath.Join(path, "below")))
			if err := WriteFile(path, []byte("x"), Options{}); err == nil {
				t.Error("a directory was replaced")
			}
			if info, err := os.Stat(path); err != nil || !info.IsDir() {
				t.Errorf("%v, %v", info, err)
			}
		}},
		{"what is abandoned is removed", func(t *testing.T, _ place, dir string) {
			old, ours := filepath.Join(dir, temporaryPrefix+"1"), filepath.Join(dir, temporaryPrefix+"x")
			past := time.Now().Add(-2 * time.Hour)
			for _, path := range []string{old, ours} {
				must(t, os.WriteFile(path, nil, 0o600))
				must(t, os.Chtimes(path, past, past))
			}
			must(t, os.WriteFile(filepath.Join(dir, "changed"), nil, 0o600))
			Sweep(dir)
			if _, err := os.Lstat(old); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the old one: %v", err)
			}
			must(t, os.Remove(ours))
		}},
		{"a lock keeps others out", func(t *testing.T, _ place, dir string) {
			path := filepath.Join(dir, "lock")
			lock, err := TakeLock(t.Context(), path, time.Second)
			if errors.Is(err, ErrNoLocks) {
				return // reported, and nothing else changed
			}
			must(t, err)
			if _, err := TakeLock(t.Context(), path, 0); !errors.Is(err, ErrLocked) {
				t.Errorf("held: %v", err)
			}
			lock.Remove()
			first, err := ShareLock(t.Context(), path, time.Second)
			must(t, err)
			second, err := ShareLock(t.Context(), path, time.Second)
			must(t, err)
			first.Unlock()
			second.Unlock()
		}},
		{"regular files are read, and nothing else", func(t *testing.T, p place, dir string) {
			path := filepath.Join(dir, "f")
			must(t, os.WriteFile(path, []byte("12345"), 0o600))
			if text, err := ReadFile(path, 5); err != nil || string(text) != "12345" {
				t.Errorf("%q, %v", text, err)
			}
			if _, err := ReadFile(path, 4); !errors.Is(err, ErrLarge) {
				t.Errorf("large: %v", err)
			}
			if _, err := ReadFile(dir, 5); !errors.Is(err, ErrNotRegular) {
				t.Errorf("a directory: %v", err)
			}
			if !p.links {
				return
			}
			pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
			must(t, unix.Mkfifo(pipe, 0o600))
			must(t, os.Symlink(path, link))
			if _, err := ReadFile(pipe, 5); !errors.Is(err, ErrNotRegular) {
				t.Errorf("a pipe: %v", err)
			}
			if _, err := OpenUnlinked(link); !errors.Is(err, ErrLink) {
				t.Errorf("a link: %v", err)
			}
			if _, err := Append(link, false); err == nil {
				t.Error("a link is followed")
			}
		}},
		{"what is added comes last", func(t *testing.T, _ place, dir string) {
			path := filepath.Join(dir, "f")
			for i, want := range []string{"x", "xx", "x"} {
				f, err := Append(path, i == 2)
				must(t, err)
				_, err = f.WriteString("x")
				must(t, errors.Join(err, f.Close()))
				has(t, path, want)
			}
		}},
		{"directories are made", func(t *testing.T, p place, dir string) {
			path := filepath.Join(dir, "a", "b")
			must(t, MkdirPrivate(path))
			info, err := os.Stat(path)
			must(t, err)
			if IsExposed(info) == p.modes {
				t.Errorf("mode %v", info.Mode())
			}
			if err := MkdirPrivate(path); !errors.Is(err, fs.ErrExist) {
				t.Errorf("a second time: %v", err)
			}
			must(t, MkdirAll(path))
			if !p.links {
				return
			}
			must(t, os.Symlink(filepath.Join(dir, "disk"), filepath.Join(dir, "link")))
			for _, below := range []string{"link", "link/a", "link/a/b"} {
				if err := MkdirAll(filepath.Join(dir, below)); !errors.Is(err, ErrDangling) {
					t.Errorf("%s: %v", below, err)
				}
			}
			must(t, os.Mkdir(filepath.Join(dir, "disk"), 0o700))
			must(t, MkdirAll(filepath.Join(dir, "link", "a")))
		}},
		{"names are given and taken", func(t *testing.T, _ place, dir string) {
			from, to := filepath.Join(dir, Name("http://127.0.0.1:8787")), filepath.Join(dir, Name("aux: b?"))
			must(t, WriteFile(from, []byte("x"), Options{}))
			must(t, Rename(from, to))
			has(t, to, "x")
			must(t, Remove(to))
			if err := Remove(to); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a second time: %v", err)
			}
			must(t, SyncDir(dir))
		}},
	}
}

// TestRefusals fails every operation on file systems that refuse it: with that
// error, the old file unchanged, and no temporary files.
func TestRefusals(t *testing.T) {
	t.Parallel()
	content := make([]byte, 10000)
	write := func(name string, o Options) func(dir string) error {
		return func(dir string) error { return WriteFile(filepath.Join(dir, name), content, o) }
	}
	acts := map[string]func(dir string) error{
		"replace":          write("f", Options{}),
		"replace, private": write("f", Options{Private: true}),
		"replace, owner":   write("f", Options{KeepOwner: true}),
		"new":              write("new", Options{New: true}),
		"new, private":     write("new", Options{New: true, Private: true}),
		"absent":           write("new", Options{}),
		"reserve": func(dir string) error {
			f, err := Create(filepath.Join(dir, "new"), Options{New: true, Reserve: 8192})
			if err == nil {
				f.Discard()
			}
			return err
		},
		"append": func(dir string) error {
			f, err := Append(filepath.Join(dir, "appended"), false)
			if err != nil {
				return err
			}
			_, err = f.Write(content)
			return errors.Join(err, f.Close())
		},
		"try":            func(dir string) error { return Try(filepath.Join(dir, "f"), Options{}) },
		"try, new":       func(dir string) error { return Try(filepath.Join(dir, "new"), Options{New: true}) },
		"make directory": func(dir string) error { return MkdirPrivate(filepath.Join(dir, "d")) },
		"rename":         func(dir string) error { return Rename(filepath.Join(dir, "f"), filepath.Join(dir, "g")) },
		"remove":         func(dir string) error { return Remove(filepath.Join(dir, "f")) },
		"lock": func(dir string) error {
			_, err := TakeLock(t.Context(), filepath.Join(dir, "lock"), time.Second)
			return err
		},
	}
	for _, p := range []struct {
		name    string
		prepare func(t *testing.T) string
		want    error
		acts    []string // all if empty
	}{
		{"read-only mount", readOnly, syscall.EROFS, nil},
		{"full disk", full, syscall.ENOSPC, []string{"replace", "replace, private", "replace, owner", "new", "new, private", "absent", "reserve", "append"}},
		{"immutable file", immutable("f"), syscall.EPERM, []string{"replace", "replace, private", "replace, owner", "rename", "remove"}},
		{"immutable directory", immutable("."), syscall.EPERM, []string{"new", "new, private", "absent", "reserve", "append", "try, new", "make directory", "rename", "remove", "lock"}},
		{"no renames", refusing("--rename-deny"), syscall.EPERM, []string{"replace", "replace, private", "replace, owner", "rename"}},
		{"no removals", refusing("--delete-deny"), syscall.EPERM, []string{"remove"}},
	} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			dir := p.prepare(t)
			for name, act := range acts {
				if p.acts != nil && !slices.Contains(p.acts, name) {
					continue
				}
				if err := act(dir); !errors.Is(err, p.want) {
					t.Errorf("%s: %v", name, err)
				}
				has(t, filepath.Join(dir, "f"), "before")
				// FUSE removes a file before it is closed with a rename.
				if left := leftIn(t, dir); len(left) > 0 && p.name != "no renames" {
					t.Errorf("%s leaves %v", name, left)
				}
				if _, err := os.Lstat(filepath.Join(dir, "new")); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: the new file: %v", name, err)
				}
			}
		})
	}
}

// before writes the file that must not change.
func before(t *testing.T, dir string) string {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(dir, "f"), []byte("before"), 0o600))
	return dir
}

func readOnly(t *testing.T) string {
	t.Helper()
	dir := mounted(t, before(t, t.TempDir()), "", unix.MS_BIND, "")
	must(t, unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	return dir
}

func full(t *testing.T) string {
	t.Helper()
	dir := before(t, mounted(t, "none", "tmpfs", 0, "size=64k"))
	big, err := os.Create(filepath.Join(dir, "big"))
	must(t, err)
	for {
		if _, err := big.Write(make([]byte, 4096)); err != nil {
			break
		}
	}
	must(t, big.Close())
	return dir
}

// immutable sets the immutable attribute of the file or directory.
func immutable(name string) func(t *testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		if os.Geteuid() != 0 {
			skip(t, "only root can mark a file as immutable")
		}
		dir := before(t, t.TempDir())
		path := filepath.Join(dir, name)
		if _, err := exec.LookPath("chattr"); err != nil {
			missing(t, "chattr")
		}
		mustRun(t, "chattr", "+i", path)
		t.Cleanup(func() { _ = exec.Command("chattr", "-i", path).Run() })
		return dir
	}
}

// refusing mounts a directory in which bindfs refuses an operation.
func refusing(option string) func(t *testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		return before(t, fuse(option)(t))
	}
}

// TestBindMount writes a file that is a mount point.
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
	if string(text) != "after" || IsExposed(info) || len(leftIn(t, dir)) > 0 {
		t.Errorf("%q %v, left: %v", text, info.Mode(), leftIn(t, dir))
	}
	must(t, unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, "")) // the file's own mount remains writable
	must(t, Try(path, Options{}))
	must(t, WriteFile(path, []byte("in a read-only directory"), Options{}))
	if text, _ := os.ReadFile(source); string(text) != "in a read-only directory" {
		t.Errorf("%q", text)
	}
}
