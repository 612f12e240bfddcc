package atomicfile

import (
	"errors"
	"os"
	"syscall"
)

// failing is the real system with failing calls, from the start or after some
// that succeed.
type failing struct {
	osSystem

	errs  map[string]error
	after map[string]int
	done  map[string]int
	times int // number of failures of a call with a number in after, 0: always
}

func fails(err error, calls ...string) *failing {
	f := &failing{errs: map[string]error{}, after: map[string]int{}, done: map[string]int{}}
	for _, call := range calls {
		f.errs[call] = err
	}
	return f
}

func (f *failing) fail(call string) error {
	f.done[call]++
	after, numbered := f.after[call]
	if f.done[call] <= after || numbered && f.times > 0 && f.done[call] > after+f.times {
		return nil
	}
	return f.errs[call]
}

func (f *failing) createTemporary(dir string) (*os.File, error) {
	if err := f.fail("createTemporary"); err != nil {
		return nil, err
	}
	return f.osSystem.createTemporary(dir)
}

func (f *failing) createUnnamed(dir string) (*os.File, error) {
	if err := f.fail("createUnnamed"); err != nil {
		return nil, err
	}
	return f.osSystem.createUnnamed(dir)
}

func (f *failing) createExclusive(path string) (*os.File, error) {
	if err := f.fail("createExclusive"); err != nil {
		return nil, err
	}
	return f.osSystem.createExclusive(path)
}

func (f *failing) openExisting(path string) (*os.File, error) {
	if err := f.fail("openExisting"); err != nil {
		return nil, err
	}
	return f.osSystem.openExisting(path)
}

// write writes half of the data and fails.
func (f *failing) write(file *os.File, data []byte) (int, error) {
	if err := f.fail("write"); err != nil {
		n, _ := f.osSystem.write(file, data[:len(data)/2])
		return n, err
	}
	return f.osSystem.write(file, data)
}

func (f *failing) truncate(file *os.File, size int64) error {
	return errors.Join(f.fail("truncate"), f.osSystem.truncate(file, size))
}

// chmod fails, or does nothing, as on a file system without modes.
func (f *failing) chmod(file *os.File, mode os.FileMode) error {
	if err := f.fail("chmod"); err != nil {
		_ = file.Chmod(0o666)
		if errors.Is(err, errSilent) {
			return nil
		}
		return err
	}
	return f.osSystem.chmod(file, mode)
}

var errSilent = errors.New("nothing is said")

func (f *failing) sync(file *os.File) error {
	if err := f.fail("sync"); err != nil {
		return err
	}
	return f.osSystem.sync(file)
}

func (f *failing) linkUnnamed(file *os.File, path string) error {
	if err := f.fail("linkUnnamed"); err != nil {
		return err
	}
	return f.osSystem.linkUnnamed(file, path)
}

func (f *failing) link(from, to string) error {
	if err := f.fail("link"); err != nil {
		return err
	}
	return f.osSystem.link(from, to)
}

func (f *failing) rename(from, to string) error {
	if err := f.fail("rename"); err != nil {
		return err
	}
	return f.osSystem.rename(from, to)
}

func (f *failing) renameNew(from, to string) error {
	if err := f.fail("renameNew"); err != nil {
		return err
	}
	return f.osSystem.renameNew(from, to)
}

func (f *failing) syncDir(dir string) error {
	if err := f.fail("syncDir"); err != nil {
		return err
	}
	return f.osSystem.syncDir(dir)
}

// everyCall lists the calls that can fail.
func everyCall() []string {
	return []string{
		"createTemporary", "createUnnamed", "createExclusive", "openExisting", "write", "truncate", "chmod", "sync", "linkUnnamed", "link", "rename", "renameNew", "syncDir",
	}
}

// everyError lists errors of disks and of file systems with missing features.
func everyError() []error {
	return []error{
		syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EPERM, syscall.EACCES, syscall.EROFS, syscall.EINVAL,
		syscall.ENOSYS, syscall.EOPNOTSUPP, syscall.EXDEV, syscall.EBUSY, syscall.EMFILE, syscall.ENOENT,
	}
}
