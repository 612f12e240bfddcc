package apply

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/plan"
)

// maxJournal exceeds the journal of any run.
const maxJournal = 256 << 20

// Head is the first line of the journal of a run.
type Head struct {
	Run          string                 `json:"run"`
	Began        time.Time              `json:"began"`
	Organization plan.OrganizationNames `json:"organization"`
	Profile      string                 `json:"profile"`
	APIURL       string                 `json:"apiUrl"`
	Program      string                 `json:"program"`
	Steps        int                    `json:"steps"`
	Undoes       string                 `json:"undoes,omitempty"` // the run that it undoes
	Limits       plan.Limits            `json:"limits"`
}

// sent is the line of a step before its request is sent.
type sent struct {
	Label string    `json:"object"`
	Sent  plan.Step `json:"sent"`
}

// result is the line of a step with its outcome.
type result struct {
	Step    int          `json:"done"`
	Label   string       `json:"object"`
	ID      string       `json:"id"` // of the object, also of a new one
	Outcome bulk.Outcome `json:"outcome"`
	Exit    int          `json:"exit"`
	Error   string       `json:"error"`
}

// Run is a run that the journal records.
type Run struct {
	Head

	Lines    []Line      // of the steps that were sent or ended
	Done     []plan.Step // in their order, with the IDs that were given to new objects
	Open     []plan.Step // sent, with an unknown outcome
	UndoneBy string

	interrupted bool // it ended before its last step
}

// Line is a step of a run.
type Line struct {
	plan.Step // zero if it was not sent

	Number  int
	Label   string // such as "user ada@example.com"
	Outcome bulk.Outcome
	Error   string
}

// isWhole reports whether every step was done.
func (run Run) isWhole() bool {
	return !run.interrupted && !slices.ContainsFunc(run.Lines, func(l Line) bool { return l.Outcome != bulk.OK && l.Outcome != bulk.Unchanged })
}

// Describe returns the state of the run for people.
func (run Run) Describe() string {
	switch {
	case run.UndoneBy != "":
		return "undone by " + run.UndoneBy
	case run.interrupted:
		return "interrupted"
	case !run.isWhole():
		return "incomplete"
	case run.Undoes != "":
		return "undoes " + run.Undoes
	default:
		return "done"
	}
}

// Journal is a directory with a file for each run.
type Journal struct{ Dir string }

// runID matches the IDs of runs, and so their files among those of other commands.
func runID() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{8}$`) }

const journalSuffix = ".jsonl"

// writer writes the journal of one run, without tokens that names may contain.
type writer struct {
	file   *os.File
	redact func(string) string
}

// begin creates the journal of a run with a new ID.
func (j Journal) begin(random io.Reader, redact func(string) string, head *Head) (*writer, error) {
	if err := atomicfile.MkdirAll(j.Dir); err != nil {
		return nil, err
	}
	id := make([]byte, 4)
	if _, err := io.ReadFull(random, id); err != nil {
		return nil, err
	}
	head.Run = hex.EncodeToString(id)
	file, err := atomicfile.OpenFile(filepath.Join(j.Dir, head.Run+journalSuffix), os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	w := &writer{file, redact}
	return w, errors.Join(w.add("head", head), atomicfile.SyncDir(j.Dir))
}

// add writes a line, which is on the disk when it returns.
func (w *writer) add(place string, line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	failpoint.Here("run " + place + ": before")
	if _, err = w.file.WriteString(w.redact(string(text)) + "\n"); err == nil {
		err = w.file.Sync()
	}
	failpoint.Here("run " + place + ": after")
	return err
}

func (w *writer) close() { _ = w.file.Close() } // each line is synced

// List returns the runs of the journal, latest first. One that cannot be read is left out,
// and returned as an error besides the others.
func (j Journal) List() ([]Run, error) {
	entries, err := os.ReadDir(j.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var runs []Run
	var failures error
	for _, e := range entries {
		id, isJournal := bytes.CutSuffix([]byte(e.Name()), []byte(journalSuffix))
		if !isJournal || !runID().Match(id) {
			continue
		}
		run, err := j.read(string(id))
		if err != nil {
			failures = errors.Join(failures, fmt.Errorf("run %s: %w", id, err))
			continue
		}
		runs = append(runs, run)
	}
	slices.SortFunc(runs, func(a, b Run) int { return cmp.Or(b.Began.Compare(a.Began), cmp.Compare(a.Run, b.Run)) })
	for i := range runs {
		for _, other := range runs {
			if other.Undoes == runs[i].Run && other.isWhole() {
				runs[i].UndoneBy = other.Run
			}
		}
	}
	return runs, failures
}

// read reads the journal of a run. The last line may be incomplete after a crash.
func (j Journal) read(id string) (Run, error) {
	data, err := atomicfile.ReadFile(filepath.Join(j.Dir, id+journalSuffix), maxJournal)
	if err != nil {
		return Run{}, err
	}
	run := Run{}
	steps, labels, results := map[int]plan.Step{}, map[int]string{}, map[int]result{}
	for n, line := range slices.Collect(bytes.Lines(data)) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		var l struct {
			Head
			result
			Sent *plan.Step `json:"sent"`
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return Run{}, fmt.Errorf("line %d: %w", n+1, err)
		}
		switch {
		case n == 0:
			run.Head = l.Head
		case l.Sent != nil:
			steps[l.Sent.Number], labels[l.Sent.Number] = *l.Sent, l.Label
		default:
			results[l.Step] = l.result
		}
	}
	if run.Run != id {
		return Run{}, errors.New("its first line is missing")
	}
	for n := 1; n <= run.Steps; n++ {
		r, ended := results[n]
		run.interrupted = run.interrupted || !ended || slices.Contains([]exit.Code{exit.Interrupted, exit.Terminated, exit.HungUp}, exit.Code(r.Exit))
		step, wasSent := steps[n]
		step.ID = cmp.Or(step.ID, r.ID)
		switch {
		case r.Outcome == bulk.OK && wasSent:
			run.Done = append(run.Done, step)
		case wasSent && (!ended || r.Outcome == bulk.Unknown):
			r.Outcome = bulk.Unknown
			run.Open = append(run.Open, step)
		}
		if wasSent || ended {
			run.Lines = append(run.Lines, Line{Step: step, Number: n, Label: cmp.Or(r.Label, labels[n]), Outcome: r.Outcome, Error: r.Error})
		}
	}
	return run, nil
}
