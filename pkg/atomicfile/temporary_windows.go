package atomicfile

import (
	"os"

	"golang.org/x/sys/windows"
)

// temporary opens the file so that it can be renamed while it is open: Commit gives it
// its name before it is closed. Windows refuses that unless all handles share deletion,
// and those of package os do not.
func (osSystem) createTemporary(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, temporaryPrefix+"*")
	if err != nil {
		return nil, err
	}
	path := f.Name()
	f.Close()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	handle, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, share, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		os.Remove(path)
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}
