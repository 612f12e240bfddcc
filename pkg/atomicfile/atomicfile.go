// Package atomicfile opens and writes every file of the program. Modes, owners,
// links, synchronization, renames, locks and the refusal of irregular files are
// implemented only here, so that each guarantee has one place.
//
// A reader sees either the old or the new content, even after a power failure.
// The exception is a file that a rename cannot replace, such as a bind mount of
// a single file: it is written in place, after a complete copy was written
// beside it where the directory allows that, and an error restores the old
// content. A crash during that write can leave a mixture.
//
// File systems differ: some keep no permissions (vfat, exFAT, shares of virtual
// machines), some have no hard links, directory synchronization or locks. So
// modes are read back, and operations needed after an irreversible step are
// tested before it.
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
	// ErrExposed reports that other users could read the file because the file
	// system keeps no permissions. Nothing was written.
	ErrExposed = errors.New("other users could read it: the file system does not keep its permissions")
	// ErrOwner reports that the owner of a file cannot be preserved. Nothing
	// was written.
	ErrOwner = errors.New("the file belongs to another user, who would lose access to it")
	// ErrDangling reports a symbolic link without a target.
	ErrDangling = errors.New("a symbolic link to a directory that does not exist")
)

// Options are the guarantees for a file.
type Options struct {
	// Private fails with ErrExposed if other users could read the file.
	Private bool
	// New fails with fs.ErrExist if the path exists. It replaces nothing and
	// follows no link.
	New bool
	// KeepOwner preserves the owner of the replaced file, or fails with
	// ErrOwner.
	KeepOwner bool
	// Volatile skips synchronization, for files that may be lost.
	Volatile bool
	// Check, if set, is called when the content is complete but not yet
	// visible. Its error discards the file.
	Check func() error
	// Reserve is the number of bytes written at creation, so that a full disk
	// is detected then.
	Reserve int
	// Label is the name of the failpoints of the file.
	Label string
}

func (o Options) check() error {
	if o.Check == nil {
		return nil
	}
	return o.Check()
}

// File is the new content of a path before Commit. It is in the directory of
// the path, without a name or under a temporary one.
type File struct {
	*os.File

	path    string
	temp    string // "" without a name
	options Options
	system  system
	link    linkWay
	exposed bool
}

// Create creates a file for path that only its owner can read, and tests the
// operations of Commit on a new one. It removes temporary files of killed
// processes, which may contain a secret.
func Create(path string, options Options) (*File, error) {
	return create(osSystem{}, path, options)
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

// open creates the file, without a name if it can be linked later.
func (f *File) open() (err error) {
	dir := filepath.Dir(f.path)
	if f.link == linkUnnamed {
		f.File, err = f.system.createUnnamed(dir)
		return err
	}
	if f.File, err = f.system.createTemporary(dir); err == nil {
		f.temp = f.Name()
	}
	return err
}

// prepare sets mode and owner and reserves space.
func (f *File) prepare() error {
	// Some file systems refuse a mode that they cannot keep. The mode is read
	// back.
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
	if f.exposed = IsExposed(info); f.exposed && f.options.Private {
		return &fs.PathError{Op: "create", Path: f.path, Err: ErrExposed}
	}
	sweep(filepath.Dir(f.path), info.ModTime().Add(-temporaryMaxAge))
	return f.reserve()
}

func (f *File) keepOwner() error {
	before, err := os.Lstat(f.path)
	if err != nil {
		return nil //nolint:nilerr // there is no owner to preserve
	}
	if err := chownLike(f.File, before); err != nil {
		return &fs.PathError{Op: "replace", Path: f.path, Err: errors.Join(ErrOwner, err)}
	}
	return nil
}

// reserve allocates space for the content. Overwrite truncates the unused part.
func (f *File) reserve() error {
	if f.options.Reserve == 0 {
		return nil
	}
	if _, err := f.system.write(f.File, make([]byte, f.options.Reserve)); err != nil {
		return err
	}
	return f.system.sync(f.File)
}

// Write appends to the content.
func (f *File) Write(data []byte) (int, error) { return f.system.write(f.File, data) }

// Overwrite replaces the content, within the reserved size.
func (f *File) Overwrite(data []byte) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.system.truncate(f.File, int64(len(data)))
}

// IsExposed reports whether other users can read the file, by the mode last read
// back.
func (f *File) IsExposed() bool { return f.exposed }

// Discard removes the file unless it was committed. It may be called twice.
func (f *File) Discard() {
	if f.File != nil {
		f.Close()
	}
	if f.temp != "" {
		os.Remove(f.temp)
		f.temp = ""
	}
}

// Commit gives the file its name. After an error the path is unchanged, or it
// has the complete new content and only the synchronization of the directory
// failed.
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
		f.exposed = IsExposed(info)
	}
	if f.options.Volatile || failpoint.Disabled("name-sync") {
		return nil
	}
	return syncDir(f.system, filepath.Dir(f.path))
}

// replace renames the file to an existing path.
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
		return f.linkNew() // nothing is replaced, only the rename failed
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

// WriteFile writes content to path, like Create and Commit. If the directory
// allows no new files, it writes an existing file in place.
func WriteFile(path string, content []byte, options Options) error {
	return writeFile(osSystem{}, path, content, options)
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

// Cause returns err without paths, which may be temporary names.
func Cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// Remove removes a file and synchronizes its directory.
func Remove(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Rename renames a file and synchronizes the directories.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(to))
}

// MkdirAll creates a directory and its parents with access for the owner only.
// A dangling link is ErrDangling: its target may be on a disk that is not
// mounted.
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
	if link, err := os.Lstat(dir); err == nil && !link.IsDir() { // else another process has just created it
		return &fs.PathError{Op: "mkdir", Path: dir, Err: fmt.Errorf("%s is %w", dir, ErrDangling)}
	}
	err = MkdirPrivate(dir)
	if now, statErr := os.Stat(dir); errors.Is(err, fs.ErrExist) && statErr == nil && now.IsDir() {
		return nil // another process created it
	}
	return err
}

// MkdirPrivate creates a directory with mode 0700, whatever the umask, and its
// parents. An existing one is fs.ErrExist. Callers must read the mode back:
// some file systems do not keep it.
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

// Append opens a file that only its owner can read for appending, or truncates
// it. It follows no link.
func Append(path string, anew bool) (*os.File, error) {
	mode := os.O_CREATE | os.O_WRONLY | os.O_APPEND | noFollow
	if anew {
		mode |= os.O_TRUNC
	}
	f, err := OpenFile(path, mode, 0o600)
	if err != nil {
		return nil, err
	}
	_ = f.Chmod(0o600) // it has no secret, and some file systems keep no modes
	return f, nil
}
