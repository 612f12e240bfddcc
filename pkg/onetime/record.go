package onetime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Kind says what an operation does.
type Kind string

// The kinds of operations.
const (
	Generating Kind = "generate"
	Rotating   Kind = "rotate"
)

// Step is the progress of an operation. Each step is recorded before the next one
// begins, so that only the outcome of the last one can be unknown.
type Step string

// The steps in their order. An issue ends with Delivering; the later steps are those of
// a rotation.
const (
	Planned    Step = "planned"    // the request may have been sent
	Created    Step = "created"    // the credential exists, and no destination has its secret
	Delivering Step = "delivering" // a destination may hold the secret
	Stored     Step = "stored"     // the destinations hold it
	Verified   Step = "verified"   // the service accepts the new token
	Switched   Step = "switched"   // the new token is in use here, the old one still valid
	Retired    Step = "retired"    // the old token is revoked
	Done       Step = "done"
)

func steps() []Step {
	return []Step{Planned, Created, Delivering, Stored, Verified, Switched, Retired, Done}
}

// Reached reports whether s is step, or comes after it.
func (s Step) Reached(step Step) bool { return slices.Index(steps(), s) >= slices.Index(steps(), step) }

// A Record is the state of an operation in the journal. It contains no secret.
type Record struct {
	Version int       `json:"version"`
	Kind    Kind      `json:"kind"`
	Step    Step      `json:"step"`
	Began   time.Time `json:"began"` // when the latest request was about to be sent, or ended, if that is known
	OrgID   string    `json:"orgId"` // of the login that was used
	Profile string    `json:"profile,omitempty"`
	Request Request   `json:"order"`
	Mark    string    `json:"nonce"`            // mark in the description of the new token
	Caller  string    `json:"caller,omitempty"` // client ID of the login that was used
	// Before are the client IDs listed before the request, and Expires the times at
	// which some of them expire. There may be many, so later lines of the file do not
	// repeat them.
	Before  []string             `json:"before,omitempty"`
	Expires map[string]time.Time `json:"expires,omitempty"`
	// Unlisted says that the login could not list tokens before the request, so that
	// Before lacks most older tokens. They are known by their age: PlannedOn is the
	// service's time then.
	Unlisted  bool      `json:"unlisted,omitempty"`
	PlannedOn time.Time `json:"plannedOn,omitzero"`

	Made   string    `json:"made,omitempty"`  // client ID of the new token
	Named  string    `json:"named,omitempty"` // client ID in a response that cannot be used
	MadeOn time.Time `json:"madeOn,omitzero"`
	MadeIn string    `json:"madeIn,omitempty"` // organization of the new token, if it is not the requested one
	// Doubtful says that the service neither listed the new token with its mark nor
	// accepted it, so that the response may have named another token.
	Doubtful bool `json:"doubtful,omitempty"`
	// Seen says that a list showed the new token, so that its absence from later lists
	// is evidence.
	Seen bool `json:"seen,omitempty"`
	// Retiring says that the DELETE of the old token may have been sent.
	Retiring bool `json:"retiring,omitempty"`
	// Refused says that the service refused the request. Only a list without a new
	// token confirms that.
	Refused bool `json:"refused,omitempty"`
	// Accepted is the client ID of a token whose DELETE was accepted but is not proven.
	Accepted string `json:"accepted,omitempty"`
	// Other is the client ID of a token that a list showed with our mark, while the
	// token of the response had none. Its DELETE may have been sent.
	Other string `json:"other,omitempty"`

	// The destinations of the secret.
	Locations []Location `json:"places,omitempty"` // secret stores
	HoldsOld  bool       `json:"held,omitempty"`   // the locations have the old token too
	Out       string     `json:"out,omitempty"`    // a file
	Format    string     `json:"format,omitempty"` // of the file
	Shown     bool       `json:"shown,omitempty"`  // standard output
	// Missing are the destinations without the secret that others have.
	Missing []string `json:"missing,omitempty"`

	// Of a rotation.
	Old         string        `json:"old,omitempty"`  // client ID
	RollingBack bool          `json:"undo,omitempty"` // it is being rolled back
	Overlap     time.Duration `json:"overlap,omitempty"`
	Retire      time.Time     `json:"retire,omitzero"` // when the overlap ends
}

// A Location names a token in a secret store: the login of a profile, or a saved token.
type Location struct {
	Profile string `json:"profile"`
	Saved   string `json:"saved,omitempty"` // name; "" = the login
	Kind    string `json:"kind"`            // of the store
}

// String names the location for people.
func (p Location) String() string {
	if p.Saved == "" {
		return "the login of profile " + p.Profile
	}
	return fmt.Sprintf("%q of profile %s", p.Saved, p.Profile)
}

// recordVersion is the version of the records that are written and read.
const recordVersion = 1

// ErrDamaged says that a file of the journal was damaged.
var ErrDamaged = errors.New("the journal is damaged")

// ErrNewer says that a file of the journal was written by a newer version of this
// program.
var ErrNewer = errors.New("the journal was written by a newer version of astra; use that version")

// errEmptyRecord says that the first line of a file never reached the disk, so that
// nothing was sent.
var errEmptyRecord = errors.New("nothing was begun")

// parseRecord reads a file of the journal, which has one record in each line, and
// returns the last one. An incomplete line at the end, after a crash, is ignored. With
// ErrDamaged it returns the last record that can be read, which may be too old.
func parseRecord(data []byte) (Record, error) {
	whole := bytes.LastIndexByte(data, '\n')
	if whole < 0 {
		return Record{}, errEmptyRecord
	}
	var last Record
	var damage error
	for line := range bytes.Lines(data[:whole+1]) {
		var r Record
		if json.Unmarshal(line, &r) != nil {
			damage = fmt.Errorf("%w: its last line is not valid JSON", ErrDamaged)
			continue
		}
		if damage = r.check(); damage == nil {
			if r.Before == nil && r.Mark == last.Mark {
				r.Before, r.Expires = last.Before, last.Expires
			}
			last = r
		}
	}
	return last, damage
}

func (r Record) check() error {
	switch {
	case r.Version > recordVersion:
		return ErrNewer
	case r.Version != recordVersion:
		return fmt.Errorf("%w: unknown version %d", ErrDamaged, r.Version)
	case r.Kind != Generating && r.Kind != Rotating:
		return fmt.Errorf("%w: unknown operation %q", ErrDamaged, r.Kind)
	case !slices.Contains(steps(), r.Step):
		return fmt.Errorf("%w: unknown step %q", ErrDamaged, r.Step)
	case r.Step == Done:
	case r.Mark == "" || r.Step.Reached(Created) && r.Made == "" || r.Kind == Rotating && r.Old == "":
		return fmt.Errorf("%w: the operation does not name its token", ErrDamaged)
	}
	return nil
}
