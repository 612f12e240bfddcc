// Package atomicfile opens and writes every file of the program. It alone decides
// about modes, owners, links, synchronization, renames and locks, and what is a file
// at all, so that a promise about a file is made, and checked, in one place.
//
// A reader sees the old content or the new one, also after a loss of power. The
// one exception is a file that no rename can replace, such as a bind mount of a
// single file: it is written in place, after the new content was written in full
// beside it where the directory allows that, and a failure puts the old content
// back. A crash in the middle of that can leave a mixture.
//
// File systems differ: some keep no permissions (vfat, exFAT, shares of a virtual
// machine), some have no hard links, no synchronization of directories, no locks.
// Nothing is assumed about them. Modes are read back, and an act that happens
// after something irreversible is tried out before.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/astra-admin/astra/pkg/failpoint"
)

var (
	// ErrExposed says that other users could read the file, because the file
	// system keeps no permissions. Nothing was written.
	ErrExposed = errors.New("other users could read it: the file system does not keep its permissions")
	// ErrOwner says that the owner of a file cannot be kept. Nothing was written.
	ErrOwner = errors.New("the file belongs to another user, who would lose it")
	// ErrDangling says that a symbolic link leads to nothing.
	ErrDangling = errors.New("a symbolic link to a directory that does not exist")
)

// Options say what is promised of a file.
type Options struct {
	// Private fails with ErrExposed where other users could read the file.
	Private bool
	// New fails with fs.ErrExist where the path exists. Nothing is replaced and no
	// link is followed.
	New bool
	// KeepOwner gives the file the owner of the one that it replaces, or fails with
	// ErrOwner.
	KeepOwner bool
	// Volatile leaves out the synchronization, for files that are safe to lose.
	Volatile bool
	// Check, if set, is asked when the content is whole and has no name. Its error
	// gives the file up.
	Check func() error
	// Reserve is how many bytes are written when the file is begun, so that a full
	// disk shows then.
	Reserve int
	// Label names the places at which a test ends the program.
	Label string
}

func (o Options) check() error {
	if o.Check == nil {
		return nil
	}
	return o.Check()
}

// A File is the new content of a path while it is written, in the directory of
// the path and without a name or under a temporary one.
type File struct {
	*os.File

	path    string
	temp    string // its name, "" where it has none
	options Options
	system  system
	link    linkWay
	exposed bool
}

// Create begins a file for path that only its owner can read, and tries out what
// Commit will do to a new one. It removes the temporary files of programs that were
// killed, which may hold a secret.
func Create(path string, options Options) (*File, error) {
	return create(real{}, path, options)
}

func create(system system, path string, options Options) (*File, error) {
	f := &File{path: path, options: options, system: system, link: linkNamed}
	if options.New {
		if _, err := os.Lstat(path); err == nil {
			return nil, &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err := f.findLink(); err != nil {
			return nil, err
		}
	}
	if err := f.open(); err != nil {
		return nil, err
	}
	if err := f.prepare(); err != nil {
		f.Discard()
		return nil, err
	}
	return f, nil
}

// open makes the file: without a name, where it can get one later.
func (f *File) open() (err error) {
	dir := filepath.Dir(f.path)
	if f.link == linkUnnamed {
		f.File, err = f.system.unnamed(dir)
		return err
	}
	if f.File, err = f.system.temporary(dir); err == nil {
		f.temp = f.Name()
	}
	return err
}

// prepare gives the file its mode, its owner and its room.
func (f *File) prepare() error {
	// Some file systems refuse a mode that they cannot keep. What counts is read back.
	_ = f.system.chmod(f.File, 0o600)
	if f.options.KeepOwner {
		if err := f.keepOwner(); err != nil {
			return err
		}
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if f.exposed = Exposed(info); f.exposed && f.options.Private {
		return &fs.PathError{Op: "create", Path: f.path, Err: ErrExposed}
	}
	sweep(filepath.Dir(f.path), info.ModTime().Add(-abandoned))
	return f.reserve()
}

func (f *File) keepOwner() error {
	before, err := os.Lstat(f.path)
	if err != nil {
		return nil //nolint:nilerr // there is no owner to keep
	}
	if err := chownLike(f.File, before); err != nil {
		return &fs.PathError{Op: "replace", Path: f.path, Err: errors.Join(ErrOwner, err)}
	}
	return nil
}

// reserve takes the room for the content. What was reserved and not used is cut off
// by Overwrite.
func (f *File) reserve() error {
	if f.options.Reserve == 0 {
		return nil
	}
	if _, err := f.system.write(f.File, make([]byte, f.options.Reserve)); err != nil {
		return err
	}
	return f.system.sync(f.File)
}

// Write adds to the content.
func (f *File) Write(data []byte) (int, error) { return f.system.write(f.File, data) }

// Overwrite replaces the content, within what was reserved.
func (f *File) Overwrite(data []byte) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.system.truncate(f.File, int64(len(data)))
}

// Exposed reports whether other users can read the file, by the mode that was read
// back last.
func (f *File) Exposed() bool { return f.exposed }

// Discard gives the file up, unless it has its name. It may be called twice.
func (f *File) Discard() {
	if f.File != nil {
		f.Close()
	}
	if f.temp != "" {
		os.Remove(f.temp)
		f.temp = ""
	}
}

// Commit gives the file its name. After an error the path is as it was, or has the new
// content whole and the directory could not be brought to the disk.
func (f *File) Commit() error {
	defer f.Discard()
	if !f.options.Volatile && !failpoint.Disabled("content-sync") {
		if err := f.system.sync(f.File); err != nil {
			return err
		}
	}
	if err := f.options.check(); err != nil {
		return err
	}
	failpoint.Here(f.options.Label + ": before its name")
	name := f.replace
	if f.options.New {
		name = f.linkNew
	}
	if err := name(); err != nil {
		return err
	}
	failpoint.Here(f.options.Label + ": after its name")
	if info, err := os.Lstat(f.path); err == nil {
		f.exposed = Exposed(info)
	}
	if f.options.Volatile || failpoint.Disabled("name-sync") {
		return nil
	}
	return syncDir(f.system, filepath.Dir(f.path))
}

// replace gives the file the name of the one that it replaces.
func (f *File) replace() error {
	err := f.system.rename(f.temp, f.path)
	if err == nil {
		f.temp = ""
		return nil
	}
	if !isPinned(err) {
		return err
	}
	if _, absent := os.Lstat(f.path); errors.Is(absent, fs.ErrNotExist) {
		return f.linkNew() // nothing is replaced, and it was the rename that failed
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	content, err := io.ReadAll(f.File)
	if err != nil {
		return err
	}
	return overwrite(f.system, f.path, content, f.options)
}

// WriteFile writes content to path, as Create and Commit do. Where the directory
// takes no new file it writes a file that is there in place.
func WriteFile(path string, content []byte, options Options) error {
	return writeFile(real{}, path, content, options)
}

func writeFile(system system, path string, content []byte, options Options) error {
	f, err := create(system, path, options)
	if err != nil && isClosedDirectory(err) && !options.New {
		if inPlace := checkedOverwrite(system, path, content, options); !errors.Is(inPlace, fs.ErrNotExist) {
			return inPlace
		}
	}
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Commit()
}

// Cause returns err without the paths, of which some are temporary names.
func Cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// Remove removes a file, and brings that to the disk.
func Remove(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Rename renames a file, and brings that to the disk.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(to))
}

// MkdirAll makes a directory, and those above it, for the owner alone. A link to what
// does not exist is ErrDangling: its target may be on a disk that is not mounted.
func MkdirAll(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if _, err := os.Lstat(dir); err == nil {
		return &fs.PathError{Op: "mkdir", Path: dir, Err: fmt.Errorf("%s is %w", dir, ErrDangling)}
	}
	err = MkdirPrivate(dir)
	if now, here := os.Stat(dir); errors.Is(err, fs.ErrExist) && here == nil && now.IsDir() {
		return nil // another process made it
	}
	return err
}

// MkdirPrivate makes a directory with the mode 0700, whatever the umask, and those
// above it. One that exists is fs.ErrExist. The mode is to be read back: not every file
// system keeps it.
func MkdirPrivate(dir string) error {
	if above := filepath.Dir(dir); above != dir {
		if err := MkdirAll(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	_ = os.Chmod(dir, 0o700) //nolint:gosec // a directory needs its execute bit
	return nil
}

// Append opens a file that only its owner can read to add to it, or to begin it
// anew. It follows no link.
func Append(path string, anew bool) (*os.File, error) {
	mode := os.O_CREATE | os.O_WRONLY | os.O_APPEND | noFollow
	if anew {
		mode |= os.O_TRUNC
	}
	f, err := OpenFile(path, mode, 0o600)
	if err != nil {
		return nil, err
	}
	_ = f.Chmod(0o600) // it holds no secret, and some file systems keep no modes
	return f, nil
}
