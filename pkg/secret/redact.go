package secret

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// minSecretLength is the minimum length of a known secret: a shorter one would hide
// ordinary words.
const minSecretLength = 8

// Redactor removes secrets from text: known ones, also encoded or escaped, and
// everything in the format of a token. It is safe for concurrent use.
type Redactor struct {
	mu      sync.Mutex
	pending []string // added, but not yet encoded
	values  []string
	parts   *matcher
}

// Add adds a known secret; of a token also its last part alone.
func (r *Redactor) Add(s Text) {
	if len(s) < minSecretLength {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = append(r.pending, string(s))
}

// forms returns all forms of known secrets, and the matcher of their parts.
// They are computed on first use.
func (r *Redactor) forms() ([]string, *matcher) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pending) > 0 {
		r.parts = r.parts.clone() // the old one may be in use
	}
	for _, s := range r.pending {
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
	r.pending = nil
	return r.values, r.parts
}

// Redact replaces each secret of s with a placeholder.
func (r *Redactor) Redact(s string) string {
	const quick = 32 // size below which search is much faster
	values, parts := r.forms()
	for _, v := range values {
		if strings.Contains(s, v[:min(len(v), quick)]) {
			s = strings.ReplaceAll(s, v, hidden)
		}
	}
	s = parts.hide(s)
	if !mayContainToken(s) {
		return s
	}
	return tokenLike().ReplaceAllStringFunc(s, func(found string) string {
		if len(found) < len(tokenPrefix)+minSecretLength {
			return found // the prefix alone, as in an explanation
		}
		return hidden
	})
}

// Writer returns a writer that redacts each write to w. A secret that is split
// over two writes is not found, so callers must write whole lines.
func (r *Redactor) Writer(w io.Writer) io.Writer { return &redactingWriter{r, w, nil} }

// WriterExcept returns a Writer that passes the secrets in kept unchanged, for their
// delivery.
func (r *Redactor) WriterExcept(w io.Writer, kept ...Text) io.Writer {
	return &redactingWriter{r, w, kept}
}

type redactingWriter struct {
	redactor *Redactor
	w        io.Writer
	kept     []Text
}

// Write returns the length of p, regardless of the redacted length. A long text
// is written in pieces of whole lines to save memory.
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

// redact hides the kept secrets from the redactor.
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
