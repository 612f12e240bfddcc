package secret

import (
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// minimum is the length from which a known secret is looked for by value: a
// shorter one would blot out ordinary words.
const minimum = 8

// A Redactor takes secrets out of text: those that it was told of by value,
// also in their URL-encoded form, and everything that has the shape of a token.
// It may be used by several goroutines.
type Redactor struct {
	mu     sync.RWMutex
	values []string
}

// Add makes the redactor look for s from now on.
func (r *Redactor) Add(s Text) {
	if len(s) < minimum {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, form := range []string{string(s), url.QueryEscape(string(s))} {
		if !slices.Contains(r.values, form) {
			r.values = append(r.values, form)
		}
	}
}

// Redact returns s with a placeholder instead of each secret.
func (r *Redactor) Redact(s string) string {
	r.mu.RLock()
	for _, v := range r.values {
		s = strings.ReplaceAll(s, v, hidden)
	}
	r.mu.RUnlock()
	if !suspicious(s) {
		return s
	}
	return tokenLike().ReplaceAllStringFunc(s, func(found string) string {
		if len(found) < len(tokenPrefix)+minimum {
			return found // the bare prefix, as in an explanation
		}
		return hidden
	})
}

// Writer returns a writer that redacts each write before it reaches w. A
// secret that is split over two writes is not found, so callers write whole
// lines.
func (r *Redactor) Writer(w io.Writer) io.Writer { return &redacting{r, w} }

type redacting struct {
	redactor *Redactor
	w        io.Writer
}

// Write reports the length of p, whatever the length of the redacted text.
func (w *redacting) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.w, w.redactor.Redact(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
