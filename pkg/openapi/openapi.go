// Package openapi compares HTTP exchanges with the two published descriptions
// of the DevOps API in testdata/openapi. It is for tests.
//
// Both descriptions have errors, so an exchange is wrong only if it contradicts
// both, and a table lists exceptions with their reasons.
package openapi

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Spec has both descriptions and the table of exceptions. It is safe for
// concurrent use.
type Spec struct {
	descriptions []description

	mu                sync.Mutex
	reasons, unserved []*entry
}

// Open reads testdata/openapi.
func Open(dir string) (*Spec, error) {
	b := &Spec{}
	for _, name := range []string{"client.json", "docs.json"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		d, err := parseDescription(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		b.descriptions = append(b.descriptions, d)
	}
	text, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		return nil, err
	}
	b.reasons, b.unserved = entries(string(text), "Reasons"), entries(string(text), "Not served")
	return b, nil
}

// Exchange is a request and its response.
type Exchange struct {
	Method      string
	Path        string // escaped; a leading /v2 is optional
	Query       url.Values
	RequestType string
	RequestBody []byte
	Status      int
	AnswerType  string
	AnswerBody  []byte
	Own         bool // the request is from this project's client
}

// Validate returns the contradictions of both descriptions in response and
// request that are not exceptions. Requests of other clients are checked only
// if they succeeded, and not at all if they are not served: they may be wrong.
func (b *Spec) Validate(x Exchange) []string {
	unrouted := x.Status == http.StatusNotFound && strings.TrimSpace(string(x.AnswerBody)) == "404 page not found"
	if (unrouted || x.Status == http.StatusNotImplemented) && !x.Own {
		return nil
	}
	found := b.contradictions(x, func(d description, o operation) []string { return d.answer(o, x) })
	if x.Status/100 == 2 || x.Own {
		found = append(found, b.contradictions(x, func(d description, o operation) []string { return d.request(o, x) })...)
	}
	return slices.Compact(found)
}

// contradictions checks an exchange against each description of the operation, and
// returns the contradictions of the one with the fewest.
func (b *Spec) contradictions(x Exchange, ask func(description, operation) []string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	best, excuses := b.filterExceptions(x.Method+" "+x.Path, []string{"not described"})
	known := false
	for _, d := range b.descriptions {
		name, text, found := d.find(x.Method, x.Path)
		if !found && x.Method == http.MethodHead { // which no description mentions for every GET
			name, text, found = d.find(http.MethodGet, x.Path)
		}
		if !found {
			continue
		}
		o, err := parseOperation(text)
		if err != nil {
			return []string{name + ": " + err.Error()}
		}
		remaining, used := b.filterExceptions(name, ask(d, o))
		if !known || len(remaining) < len(best) || len(remaining) == len(best) && len(used) < len(excuses) {
			best, excuses, known = remaining, used, true
		}
	}
	if len(best) == 0 {
		for _, e := range excuses {
			e.used = true
		}
	}
	return best
}

// filterExceptions separates contradictions without an exception from used exceptions.
func (b *Spec) filterExceptions(name string, complaints []string) (remaining []string, used []*entry) {
	for _, complaint := range complaints {
		i := slices.IndexFunc(b.reasons, func(e *entry) bool { return glob(e.operation, name) && glob(e.complaint, complaint) })
		if i < 0 {
			remaining = append(remaining, name+": "+complaint)
		} else {
			used = append(used, b.reasons[i])
		}
	}
	return remaining, used
}

// UnusedExceptions returns the exceptions that no exchange needed.
func (b *Spec) UnusedExceptions() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var stale []string
	for _, e := range b.reasons {
		if !e.used {
			stale = append(stale, e.operation+": "+e.complaint)
		}
	}
	return stale
}

// Coverage compares the operations of both descriptions with those that are
// served, and with the table of those that are not. served is called with an
// example path.
func (b *Spec) Coverage(served func(method, path string) bool) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var wrong []string
	for name := range b.operations() {
		method, path, _ := strings.Cut(name, " ")
		i := slices.IndexFunc(b.unserved, func(e *entry) bool { return glob(e.operation, name) })
		is, listed := served(method, path), i >= 0
		if listed {
			b.unserved[i].used = true
		}
		switch {
		case is && listed:
			wrong = append(wrong, name+" is served, but listed as not served")
		case !is && !listed:
			wrong = append(wrong, name+" is neither served nor listed as not served")
		}
	}
	for _, e := range b.unserved {
		if !e.used {
			wrong = append(wrong, e.operation+" is listed as not served, but no description has it")
		}
	}
	slices.Sort(wrong)
	return wrong
}

func (b *Spec) operations() map[string]bool {
	all := map[string]bool{}
	for _, d := range b.descriptions {
		for name := range d.Operations {
			all[name] = true
		}
	}
	return all
}

// entry is a row of a table in README.md: an operation and, in the table of
// exceptions, one contradiction. * matches anything.
type entry struct {
	operation, complaint string
	used                 bool
}

// entries parses the table under a heading: an operation in backquotes,
// contradictions in backquotes if any, and a reason.
func entries(text, heading string) []*entry {
	_, text, _ = strings.Cut(text, "\n## "+heading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	var all []*entry
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.Contains(cells[1], "`") {
			continue
		}
		operation := strings.Split(cells[1], "`")[1]
		if len(cells) == 4 {
			all = append(all, &entry{operation: operation})
			continue
		}
		for i, complaint := range strings.Split(cells[2], "`") {
			if i%2 == 1 {
				all = append(all, &entry{operation: operation, complaint: complaint})
			}
		}
	}
	return all
}

// glob reports whether a text matches a pattern, in which * matches anything.
func glob(pattern, text string) bool {
	head, rest, found := strings.Cut(pattern, "*")
	if !found {
		return pattern == text
	}
	if text, found = strings.CutPrefix(text, head); !found {
		return false
	}
	for i := range len(text) + 1 {
		if glob(rest, text[i:]) {
			return true
		}
	}
	return false
}
