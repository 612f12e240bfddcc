package onetime

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// The notes of tokens that were deleted from this machine, oldest in the second
// file. They are never missed: without them more lists count as incomplete.
const (
	deletedFile    = "deleted"
	deletedBefore  = "deleted.old"
	maxDeletedFile = 1 << 20
)

// NoteDeleted notes that a token was deleted, so that lists without it are not
// incomplete: by this program, or by others, as the user says.
func (j Journal) NoteDeleted(clientID string) error {
	if j.Dir == "" || clientID == "" || strings.Trim(clientID, fileLetters) != "" {
		return nil
	}
	if err := atomicfile.MkdirAll(j.Dir); err != nil {
		return err
	}
	path := filepath.Join(j.Dir, deletedFile)
	if info, err := os.Lstat(path); err == nil && info.Size() > maxDeletedFile {
		if err := atomicfile.Rename(path, filepath.Join(j.Dir, deletedBefore)); err != nil {
			return err
		}
	}
	file, err := atomicfile.Append(path, false)
	if err != nil {
		return err
	}
	_, err = file.WriteString(clientID + "\n") // one write: lines of two processes do not mix
	return errors.Join(err, file.Close())
}

// deleted returns the client ids that were noted.
func (j Journal) deleted() map[string]bool {
	ids := map[string]bool{}
	if j.Dir == "" || failpoint.Disabled("deletion-noted") {
		return ids
	}
	for _, name := range []string{deletedBefore, deletedFile} {
		info, err := os.Lstat(filepath.Join(j.Dir, name))
		if err != nil || !info.Mode().IsRegular() || info.Size() > 2*maxDeletedFile {
			continue
		}
		file, err := atomicfile.OpenFile(filepath.Join(j.Dir, name), os.O_RDONLY, 0)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			ids[lines.Text()] = true
		}
		_ = file.Close()
	}
	return ids
}
