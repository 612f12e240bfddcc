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

// maxRecord is more than the record of any run needs.
const maxRecord = 256 << 20

// A Record is the file of the finished rows of a run, from which an interrupted run is
// resumed. It says nothing certain about the service, and contains no secret: none may
// be in a Result.
type Record struct {
	path    string
	earlier map[int]Result
	torn    bool // its last line was not written to the end
	file    *os.File
	err     error
}

// RunKey identifies a run by the command, the organization and the content of each row.
func RunKey(command, orgID string, rows []string) string {
	sum := sha256.New()
	_ = json.NewEncoder(sum).Encode(append([]string{command, orgID}, rows...)) // a hash takes everything
	return hex.EncodeToString(sum.Sum(nil))
}

// OpenRecord reads what an earlier run of the same key has left in dir. It
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
	r.torn = len(data) > 0 && data[len(data)-1] != '\n'
	return r, nil
}

// Done returns how many rows an earlier run has done.
func (r *Record) Done() int {
	n := 0
	for _, result := range r.earlier {
		if result.Outcome == OK {
			n++
		}
	}
	return n
}

// Empty reports whether no earlier run has left anything.
func (r *Record) Empty() bool { return len(r.earlier) == 0 }

// Earlier returns what an earlier run says of a row.
func (r *Record) Earlier(row int) (Result, bool) {
	result, found := r.earlier[row]
	return result, found
}

// Begin opens the file to add to it, after what an earlier run has left if
// this run resumes it.
func (r *Record) Begin(resume bool) error {
	if err := atomicfile.MkdirAll(filepath.Dir(r.path)); err != nil {
		return err
	}
	file, err := atomicfile.Append(r.path, !resume)
	if err != nil {
		return err
	}
	if resume && r.torn {
		_, err = file.WriteString("\n")
	}
	r.file = file
	return err
}

// Add remembers a row. A failure to write does not end the run: Close returns
// the first one.
func (r *Record) Add(result Result) {
	line, err := json.Marshal(result)
	if err == nil {
		_, err = r.file.Write(append(line, '\n'))
	}
	if r.err == nil {
		r.err = err
	}
}

// Close ends the record: it is removed if there is nothing left to resume.
func (r *Record) Close(done bool) error {
	err := errors.Join(r.err, r.file.Close())
	if done {
		err = os.Remove(r.path)
	}
	return err
}
