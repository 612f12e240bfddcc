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

// Kind is the effect of a fault on a request.
type Kind string

// The kinds of faults.
const (
	KindDropResponse Kind = "drop-response" // performs the request, then closes the connection without a response
	KindStatus       Kind = "status"        // responds with the status of the argument (default 503), performs nothing
	KindTruncate     Kind = "truncate"      // performs the request and cuts the response in half
	KindSlow         Kind = "slow"          // performs the request and responds after the duration of the argument
	KindReset        Kind = "reset"         // resets the connection, performs nothing
	KindHTML         Kind = "html"          // responds with 200 and a sign-in page, performs nothing
)

func kinds() []Kind {
	return []Kind{KindDropResponse, KindHTML, KindReset, KindSlow, KindStatus, KindTruncate}
}

// Fault is a failure that a listener injects into requests with its method and
// path. A * in the path matches any segment, and the path * any path. A leading
// /v2 is ignored.
type Fault struct {
	Method, Path string
	Kind         Kind
	Arg          string // status: the code; slow: a duration
	Times        int    // number of requests to fail; zero is all
}

// ErrFault reports an invalid description of a fault.
var ErrFault = errors.New("invalid fault")

// ParseFault parses METHOD PATH=KIND[,arg=V][,times=N]. Its errors wrap
// ErrFault.
func ParseFault(s string) (Fault, error) {
	f, err := parseFault(s)
	if err != nil {
		return Fault{}, fmt.Errorf("%w %q: %w", ErrFault, s, err)
	}
	return f, nil
}

func parseFault(s string) (Fault, error) {
	target, effect, found := strings.Cut(s, "=")
	if !found {
		return Fault{}, errors.New("missing = between path and kind")
	}
	fields := strings.Fields(target)
	if len(fields) != 2 {
		return Fault{}, errors.New("a method and a path are required before =")
	}
	parts := strings.Split(effect, ",")
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

// status returns the argument as a status, 0 if it is not a number.
func (f Fault) status() int {
	if f.Arg == "" {
		return http.StatusServiceUnavailable
	}
	code, _ := strconv.Atoi(f.Arg)
	return code
}

// delay returns the argument as a duration, 0 if it is invalid.
func (f Fault) delay() time.Duration {
	d, _ := time.ParseDuration(f.Arg)
	return d
}

// String returns the format that ParseFault reads.
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

// matches reports whether the fault applies to a request.
func (f Fault) matches(r *http.Request) bool {
	if f.Method != "*" && f.Method != r.Method {
		return false
	}
	if f.Path == "*" {
		return true
	}
	pattern, okPattern := splitPath(f.Path)
	segments, okPath := splitPath(r.URL.EscapedPath())
	return okPattern && okPath && slices.EqualFunc(pattern, segments, func(p, s string) bool { return p == "*" || p == s })
}

func list[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}
