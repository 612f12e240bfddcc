package onetime

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// openNamed opens a pending file under a temporary name in the directory of
// path.
func openNamed(path string) (*pendingFile, error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".astra-*")
	if err != nil {
		return nil, err
	}
	return &pendingFile{file: file, path: path, temp: file.Name()}, nil
}

// write replaces whatever is in the file by content, and brings it to the disk.
func (p *pendingFile) write(content []byte) error {
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	if _, err := p.file.WriteAt(content, 0); err != nil {
		return err
	}
	return p.file.Sync()
}

// link gives the file its name unless that is taken.
func (p *pendingFile) link() error {
	if err := os.Link(p.temp, p.path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(p.path))
}

// drop closes the file, and removes it where it still has a temporary name.
func (p *pendingFile) drop() {
	p.file.Close()
	if p.temp != "" {
		os.Remove(p.temp)
	}
}

// syncDir brings a new name in a directory to the disk.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be opened for that
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
