package onetime

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// reserve is how much room a file takes before there is a secret.
const reserve = 4096

// A pendingFile is a file without a name: the kernel drops it when the program
// ends, however it ends.
type pendingFile struct {
	file *os.File
	path string
	temp string // its name, where the file system knows no files without one
}

func openPending(path string) (*pendingFile, error) {
	dir := filepath.Dir(path)
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EISDIR) {
		return openNamed(path)
	}
	if err != nil {
		return nil, &os.PathError{Op: "create a file in", Path: dir, Err: err}
	}
	p := &pendingFile{file: os.NewFile(uintptr(fd), path), path: path}
	if err := p.reserve(); err != nil {
		p.drop()
		return nil, err
	}
	return p, nil
}

// reserve writes as much as a secret takes, so that a full disk shows now.
func (p *pendingFile) reserve() error {
	if _, err := p.file.Write(make([]byte, reserve)); err != nil {
		return err
	}
	if err := p.file.Sync(); err != nil {
		return err
	}
	return p.file.Chmod(0o600)
}

// commit writes the content and gives the file its name.
func (p *pendingFile) commit(content []byte) error {
	defer p.drop()
	if err := p.write(content); err != nil {
		return err
	}
	if p.temp != "" {
		return p.link()
	}
	failpoint.Here("file: before its name")
	source := fmt.Sprintf("/proc/self/fd/%d", p.file.Fd())
	if err := unix.Linkat(unix.AT_FDCWD, source, unix.AT_FDCWD, p.path, unix.AT_SYMLINK_FOLLOW); err != nil {
		return &os.LinkError{Op: "link", Old: "the new file", New: p.path, Err: err}
	}
	failpoint.Here("file: after its name")
	return syncDir(filepath.Dir(p.path))
}
