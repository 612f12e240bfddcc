package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is what a fault does to a request.
type Kind string

// The kinds of faults.
const (
	KindDropResponse Kind = "drop-response" // performs the request, then closes the connection without an answer
	KindStatus       Kind = "status"        // answers with the status of the argument (default 503), performs nothing
	KindTruncate     Kind = "truncate"      // performs the request and breaks off in the middle of the answer
	KindSlow         Kind = "slow"          // performs the request and waits the time of the argument before it answers
	KindReset        Kind = "reset"         // resets the connection, performs nothing
	KindHTML         Kind = "html"          // answers 200 with a sign-in page, performs nothing
)

func kinds() []Kind {
	return []Kind{KindDropResponse, KindHTML, KindReset, KindSlow, KindStatus, KindTruncate}
}

// Fault is a failure that a listener makes for requests with its method and
// path. In the path, * stands for any one segment; a path of * alone is every
// path. /v2 in front does not count.
type Fault struct {
	Method, Path string
	Kind         Kind
	Arg          string // status: the code; slow: a duration
	Times        int    // how many requests it strikes; zero is all
}

// ErrFault says that a text describes no fault.
var ErrFault = errors.New("invalid fault")

// ParseFault reads METHOD PATH=KIND[,arg=V][,times=N]. The error wraps
// ErrFault.
func ParseFault(s string) (Fault, error) {
	f, err := parseFault(s)
	if err != nil {
		return Fault{}, fmt.Errorf("%w %q: %w", ErrFault, s, err)
	}
	return f, nil
}

func parseFault(s string) (Fault, error) {
	where, what, found := strings.Cut(s, "=")
	if !found {
		return Fault{}, errors.New("= between the path and the kind is missing")
	}
	fields := strings.Fields(where)
	if len(fields) != 2 {
		return Fault{}, errors.New("a method and a path are required before =")
	}
	parts := strings.Split(what, ",")
	f := Fault{Method: fields[0], Path: fields[1], Kind: Kind(parts[0])}
	if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE", "*"}, f.Method) {
		return Fault{}, fmt.Errorf("%q is not a method: GET, POST, PUT, PATCH, DELETE, or * for any", f.Method)
	}
	if f.Path != "*" && !strings.HasPrefix(f.Path, "/") {
		return Fault{}, fmt.Errorf("the path %q does not begin with / and is not *", f.Path)
	}
	if !slices.Contains(kinds(), f.Kind) {
		return Fault{}, fmt.Errorf("%q is not a kind: %s", f.Kind, list(kinds()))
	}
	for _, option := range parts[1:] {
		if err := f.set(option); err != nil {
			return Fault{}, err
		}
	}
	return f, f.checkArg()
}

func (f *Fault) set(option string) error {
	name, value, _ := strings.Cut(option, "=")
	switch {
	case name == "arg" && f.Arg == "" && value != "":
		f.Arg = value
	case name == "times" && f.Times == 0:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return fmt.Errorf("times=%q is not a number from 1", value)
		}
		f.Times = n
	case name == "arg" || name == "times":
		return fmt.Errorf("%q: %s is empty or a duplicate", option, name)
	default:
		return fmt.Errorf("%q is not an option: arg or times", option)
	}
	return nil
}

func (f Fault) checkArg() error {
	switch f.Kind {
	case KindStatus:
		if code := f.status(); code < 400 || code > 599 {
			return fmt.Errorf("arg=%q is not a status from 400 to 599", f.Arg)
		}
	case KindSlow:
		if f.delay() <= 0 {
			return fmt.Errorf("arg=%q is not a duration such as 2s", f.Arg)
		}
	default:
		if f.Arg != "" {
			return fmt.Errorf("%s does not take arg", f.Kind)
		}
	}
	return nil
}

// status returns 0 for an argument that is no number.
func (f Fault) status() int {
	if f.Arg == "" {
		return http.StatusServiceUnavailable
	}
	code, _ := strconv.Atoi(f.Arg)
	return code
}

// delay returns 0 for an argument that is no duration.
func (f Fault) delay() time.Duration {
	d, _ := time.ParseDuration(f.Arg)
	return d
}

// String returns the form that ParseFault reads.
func (f Fault) String() string {
	s := fmt.Sprintf("%s %s=%s", f.Method, f.Path, f.Kind)
	if f.Arg != "" {
		s += ",arg=" + f.Arg
	}
	if f.Times > 0 {
		s += ",times=" + strconv.Itoa(f.Times)
	}
	return s
}

// strikes reports whether the fault is for a request.
func (f Fault) strikes(r *http.Request) bool {
	if f.Method != "*" && f.Method != r.Method {
		return false
	}
	if f.Path == "*" {
		return true
	}
	pattern, okPattern := split(f.Path)
	segments, okPath := split(r.URL.EscapedPath())
	return okPattern && okPath && slices.EqualFunc(pattern, segments, func(p, s string) bool { return p == "*" || p == s })
}

func list[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}
