package secret

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// minimum is the length from which a known secret is looked for by value: a
// shorter one would blot out ordinary words.
const minimum = 8

// A Redactor takes secrets out of text: those that it was told of by value,
// also encoded or escaped, and everything that has the shape of a token.
// It may be used by several goroutines.
type Redactor struct {
	mu     sync.Mutex
	told   []string // whose forms are not among values yet
	values []string
	parts  *matcher
}

// Add makes the redactor look for s from now on; of a token, also for its last
// part alone.
func (r *Redactor) Add(s Text) {
	if len(s) < minimum {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, string(s))
}

// known returns all forms of what the redactor was told of, and what finds parts of
// it. They are made when there is something to look at, which is not so in every run.
func (r *Redactor) known() ([]string, *matcher) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.told) > 0 {
		r.parts = r.parts.clone() // the one that was there may be in use
	}
	for _, s := range r.told {
		r.parts.add(s)
		found := encodings(s)
		if token, err := ParseToken(s); err == nil {
			found = append(found, encodings(string(token.Text[len(token.Text)-tailSize:]))...)
		}
		for _, form := range found {
			if !slices.Contains(r.values, form) {
				r.values = append(r.values, form)
			}
		}
	}
	r.told = nil
	return r.values, r.parts
}

// Redact returns s with a placeholder instead of each secret.
func (r *Redactor) Redact(s string) string {
	const quick = 32 // as much as is looked for many times faster than the rest
	values, parts := r.known()
	for _, v := range values {
		if strings.Contains(s, v[:min(len(v), quick)]) {
			s = strings.ReplaceAll(s, v, hidden)
		}
	}
	s = parts.hide(s)
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
func (r *Redactor) Writer(w io.Writer) io.Writer { return &redactingWriter{r, w, nil} }

// Sparing returns a writer like Writer that lets the secrets in kept pass, as
// they are, because it is where they are delivered.
func (r *Redactor) Sparing(w io.Writer, kept ...Text) io.Writer { return &redactingWriter{r, w, kept} }

type redactingWriter struct {
	redactor *Redactor
	w        io.Writer
	kept     []Text
}

// Write reports the length of p, whatever the length of the redacted text. A long text
// is written in pieces of whole lines, so that it is not there several times.
func (w *redactingWriter) Write(p []byte) (int, error) {
	const long, piece = 1 << 20, 256 << 10
	written := 0
	for len(p)-written > long {
		end := bytes.IndexByte(p[written+piece:], '\n') + 1
		if end == 0 {
			break
		}
		end += written + piece
		if _, err := io.WriteString(w.w, w.redact(string(p[written:end]))); err != nil {
			return 0, err
		}
		written = end
	}
	if _, err := io.WriteString(w.w, w.redact(string(p[written:]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// redact puts the secrets that are kept out of reach of the redactor.
func (w *redactingWriter) redact(s string) string {
	var hide, show []string
	for i, kept := range w.kept {
		if kept != "" {
			mark := "\x00" + strconv.Itoa(i) + "\x00"
			hide, show = append(hide, string(kept), mark), append(show, mark, string(kept))
		}
	}
	s = w.redactor.Redact(strings.NewReplacer(hide...).Replace(s))
	return strings.NewReplacer(show...).Replace(s)
}
