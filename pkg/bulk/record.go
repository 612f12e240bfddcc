package bulk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/atomicfile"
)

// maxRecord exceeds the record of any run.
const maxRecord = 256 << 20

// Record is the file of the finished rows of a run, from which an interrupted
// run is resumed. It is no proof of the state of the service, and contains no
// secret, like Result.
type Record struct {
	path       string
	earlier    map[int]Result
	incomplete bool // the last line is incomplete
	file       *os.File
	err        error
}

// RunKey identifies a run by the command, the organization and the content of each row.
func RunKey(command, orgID string, rows []string) string {
	sum := sha256.New()
	_ = json.NewEncoder(sum).Encode(append([]string{command, orgID}, rows...)) // hash writers never fail
	return hex.EncodeToString(sum.Sum(nil))
}

// OpenRecord reads the record of an earlier run with the same key in dir. It
// changes nothing.
func OpenRecord(dir, key string) (*Record, error) {
	r := &Record{path: filepath.Join(dir, key+".jsonl"), earlier: map[int]Result{}}
	data, err := atomicfile.ReadFile(r.path, maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(data) {
		var result Result
		if json.Unmarshal(line, &result) == nil && result.Row > 0 {
			r.earlier[result.Row] = result
		}
	}
	r.incomplete = len(data) > 0 && data[len(data)-1] != '\n'
	return r, nil
}

// Done returns the number of rows that an earlier run completed.
func (r *Record) Done() int {
	n := 0
	for _, result := range r.earlier {
		if result.Outcome == OK {
			n++
		}
	}
	return n
}

// Empty reports whether there is no record of an earlier run.
func (r *Record) Empty() bool { return len(r.earlier) == 0 }

// Earlier returns the result of a row in an earlier run.
func (r *Record) Earlier(row int) (Result, bool) {
	result, found := r.earlier[row]
	return result, found
}

// Begin opens the file for appending, with the earlier results if resume is
// set.
func (r *Record) Begin(resume bool) error {
	if err := atomicfile.MkdirAll(filepath.Dir(r.path)); err != nil {
		return err
	}
	file, err := atomicfile.Append(r.path, !resume)
	if err != nil {
		return err
	}
	if resume && r.incomplete {
		_, err = file.WriteString("\n")
	}
	r.file = file
	return err
}

// Add records a row. A write error does not end the run: Close returns the
// first one.
func (r *Record) Add(result Result) {
	line, err := json.Marshal(result)
	if err == nil {
		_, err = r.file.Write(append(line, '\n'))
	}
	if r.err == nil {
		r.err = err
	}
}

// Close closes the record and removes it if nothing is left to resume.
func (r *Record) Close(done bool) error {
	err := errors.Join(r.err, r.file.Close())
	if done {
		err = os.Remove(r.path)
	}
	return err
}
