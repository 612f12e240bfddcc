package onetime

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// The files with the tokens that were deleted from this machine, the older ones in the
// second file. They may be deleted: without them more lists count as incomplete.
const (
	deletedFile      = "deleted"
	olderDeletedFile = "deleted.old"
	maxDeletedFile   = 1 << 20
)

// NoteDeleted records that a token was deleted by this program, or by others as the
// user says, so that lists without it are not incomplete.
func (j Journal) NoteDeleted(clientID string) error {
	if clientID == "" || strings.Trim(clientID, fileLetters) != "" {
		return nil
	}
	return j.appendLine(clientID)
}

// NoteFinished records the end of a rotation on this machine: the old token, which was
// deleted, the new one, and the time. It explains a second --finish.
func (j Journal) NoteFinished(old, made string, at time.Time) error {
	return j.appendLine(old + " " + made + " " + at.UTC().Format(time.RFC3339))
}

// FindFinished returns the old token and the end of the last rotation on this machine whose
// old or new token is clientID; "" if there was none.
func (j Journal) FindFinished(clientID string) (old string, at time.Time) {
	j.lines(func(line string) {
		words := strings.Fields(line)
		if len(words) != 3 || words[0] != clientID && words[1] != clientID {
			return
		}
		if end, err := time.Parse(time.RFC3339, words[2]); err == nil {
			old, at = words[0], end
		}
	})
	return old, at
}

// appendLine appends a line to the file, and begins a new file if that is too long.
func (j Journal) appendLine(line string) error {
	if j.Dir == "" {
		return nil
	}
	if err := atomicfile.MkdirAll(j.Dir); err != nil {
		return err
	}
	path := filepath.Join(j.Dir, deletedFile)
	if info, err := os.Lstat(path); err == nil && info.Size() > maxDeletedFile {
		if err := atomicfile.Rename(path, filepath.Join(j.Dir, olderDeletedFile)); err != nil {
			return err
		}
	}
	file, err := atomicfile.Append(path, false)
	if err != nil {
		return err
	}
	_, err = file.WriteString(line + "\n") // one write: lines of two processes do not mix
	return errors.Join(err, file.Close())
}

// lines reads the files as far as possible.
func (j Journal) lines(each func(line string)) {
	if j.Dir == "" {
		return
	}
	for _, name := range []string{olderDeletedFile, deletedFile} {
		info, err := os.Lstat(filepath.Join(j.Dir, name))
		if err != nil || !info.Mode().IsRegular() || info.Size() > 2*maxDeletedFile {
			continue
		}
		file, err := atomicfile.OpenFile(filepath.Join(j.Dir, name), os.O_RDONLY, 0)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			each(lines.Text())
		}
		_ = file.Close()
	}
}

// readDeleted returns the client IDs that were recorded.
func (j Journal) readDeleted() map[string]bool {
	ids := map[string]bool{}
	if failpoint.Disabled("deletion-noted") {
		return ids
	}
	j.lines(func(line string) {
		if id, _, finished := strings.Cut(line, " "); !finished {
			ids[id] = true
		}
	})
	return ids
}
