package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// linkWay is a method of naming a file without replacing another one.
type linkWay int

const (
	linkUnnamed linkWay = iota // links a file without a name; atomic even in a crash
	linkNamed                  // adds a second name
	linkRename                 // renames without replacing
	linkReserve                // creates an empty file with the name and replaces it
)

// findLink selects the first linkWay that works in the directory of the path.
// It leaves no files.
func (f *File) findLink() error {
	var err error
	for way := linkUnnamed; way <= linkReserve; way++ {
		if err = f.tryLink(way); err == nil {
			f.link = way
			return nil
		}
	}
	return err
}

func (f *File) tryLink(way linkWay) error {
	trial := &File{path: f.path, system: f.system, link: way}
	if err := trial.open(); err != nil {
		return err
	}
	defer trial.Discard()
	free, err := f.system.createTemporary(filepath.Dir(f.path)) // reserves a name
	if err != nil {
		return err
	}
	free.Close()
	trial.path = free.Name()
	defer os.Remove(trial.path)
	if err := os.Remove(trial.path); err != nil {
		return err
	}
	return trial.linkBy(way)
}

// linkNew names the file, unless the path exists.
func (f *File) linkNew() error {
	err := f.linkBy(f.link)
	for way := f.link + 1; err != nil && !errors.Is(err, fs.ErrExist) && f.temp != "" && way <= linkReserve; way++ {
		err = f.linkBy(way) // the directory changed since findLink
	}
	return err
}

func (f *File) linkBy(way linkWay) error {
	switch way {
	case linkUnnamed:
		return f.system.linkUnnamed(f.File, f.path)
	case linkNamed:
		return f.system.link(f.temp, f.path)
	case linkRename:
		if err := f.system.renameNew(f.temp, f.path); err != nil {
			return err
		}
		f.temp = ""
		return nil
	default:
		return f.linkReserved()
	}
}

// linkReserved creates an empty file with the name and replaces it.
func (f *File) linkReserved() error {
	empty, err := f.system.createExclusive(f.path)
	if err != nil {
		return err
	}
	own, err := empty.Stat()
	empty.Close()
	if err != nil {
		return err
	}
	if now, err := os.Lstat(f.path); err != nil || !os.SameFile(own, now) || now.Size() > 0 {
		return &fs.PathError{Op: "create", Path: f.path, Err: fs.ErrExist}
	}
	if err := f.system.rename(f.temp, f.path); err != nil {
		os.Remove(f.path)
		return err
	}
	f.temp = ""
	return nil
}
