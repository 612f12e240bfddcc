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

// Step is how far an operation came. Each step is written down before the next
// one begins, so that all that can be unknown is the one that was begun last.
type Step string

// The steps, in their order. To generate a credential ends with Delivering; what
// follows is a rotation's.
const (
	Planned    Step = "planned"    // the request may have been sent
	Created    Step = "created"    // the credential exists, and nobody holds its secret
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

// A Record is what the journal says of an operation. It holds no secret.
type Record struct {
	Version int       `json:"version"`
	Kind    Kind      `json:"kind"`
	Step    Step      `json:"step"`
	Began   time.Time `json:"began"` // when the latest request was about to be sent, or ended if that is known
	OrgID   string    `json:"orgId"` // of the login that was used
	Profile string    `json:"profile,omitempty"`
	Request Request   `json:"order"`
	Nonce   string    `json:"nonce"`            // in the description of what is made
	Caller  string    `json:"caller,omitempty"` // client id of the login that was used
	// Before are the client ids that were there already, and Expires when those end
	// that do. Only the first line that has them repeats them: they may be many.
	Before  []string             `json:"before,omitempty"`
	Expires map[string]time.Time `json:"expires,omitempty"`
	Made    string               `json:"made,omitempty"`  // client id of what was made
	Named   string               `json:"named,omitempty"` // client id in an answer that cannot be used
	MadeOn  time.Time            `json:"madeOn,omitzero"`
	// Doubtful says that the service neither listed what was made with our mark nor
	// accepted it, so that the answer may have named another token.
	Doubtful bool `json:"doubtful,omitempty"`
	// Seen says that a list showed what was made, so that its absence from later lists
	// means something.
	Seen bool `json:"seen,omitempty"`
	// Retiring says that the DELETE of the old token is about to be sent, or was.
	Retiring bool `json:"retiring,omitempty"`
	// Refused says that the service refused the request, which is not believed until
	// the list shows nothing of it.
	Refused bool `json:"refused,omitempty"`
	// Accepted is the client id of a token whose DELETE was accepted, without proof so
	// far that it is gone.
	Accepted string `json:"accepted,omitempty"`
	// Other is the client id of a token that a list showed with our mark, while what the
	// answer named had none. Its DELETE is about to be sent, or was.
	Other string `json:"other,omitempty"`

	// Where the secret goes.
	Locations []Location `json:"places,omitempty"` // secret stores
	HoldsOld  bool       `json:"held,omitempty"`   // the places hold the old token, too
	Out       string     `json:"out,omitempty"`    // a file
	Format    string     `json:"format,omitempty"` // of the file
	Shown     bool       `json:"shown,omitempty"`  // standard output
	// Missing are the destinations that do not hold what others do.
	Missing []string `json:"missing,omitempty"`

	// Of a rotation.
	Old         string        `json:"old,omitempty"`  // client id
	RollingBack bool          `json:"undo,omitempty"` // it is being rolled back
	Overlap     time.Duration `json:"overlap,omitempty"`
	Retire      time.Time     `json:"retire,omitzero"` // when the overlap ends
}

// A Location is where a secret store keeps a token: as the login of a profile, or
// under a name.
type Location struct {
	Profile string `json:"profile"`
	Saved   string `json:"saved,omitempty"` // name; "" = the login
	Kind    string `json:"kind"`            // of the store
}

// String names the place for people.
func (p Location) String() string {
	if p.Saved == "" {
		return "the login of profile " + p.Profile
	}
	return fmt.Sprintf("%q of profile %s", p.Saved, p.Profile)
}

// recordVersion is the version of the records that are written and read.
const recordVersion = 1

// ErrDamaged says that a file of the journal is not what was written there.
var ErrDamaged = errors.New("the journal is damaged")

// ErrNewer says that a file of the journal was written by a newer version of this
// program.
var ErrNewer = errors.New("the journal was written by a newer version of astra; use that version")

// errEmptyRecord is a file whose first line never reached the disk, so that nothing
// was sent either.
var errEmptyRecord = errors.New("nothing was begun")

// parseRecord reads a file of the journal: one record a line, of which the last
// counts. What a crash left of a line at the end is none. With ErrDamaged comes
// the last record that can be read, which says less than the file did.
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
			if r.Before == nil && r.Nonce == last.Nonce {
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
	case r.Nonce == "" || r.Step.Reached(Created) && r.Made == "" || r.Kind == Rotating && r.Old == "":
		return fmt.Errorf("%w: the operation does not name its token", ErrDamaged)
	}
	return nil
}
