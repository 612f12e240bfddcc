// Package names keeps the names that the service gave, so that a shell completes
// them without asking anybody: small text files, each always safe to delete.
//
// What it reads is taken for a stranger's text. Nothing of it is a secret.
package names

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/astra-admin/astra/pkg/atomicfile"
)

// A Candidate is one word that a shell may insert, and what it says beside it.
type Candidate struct{ Value, Description string }

// A Kind is what can be named: by its id, or by a name of its own.
type Kind struct{ ID, Name, Description string }

const (
	folder = "names"
	// MaxAge is how old names may be that are offered.
	MaxAge = 24 * time.Hour
	// maxSize is above what any shell would show; more is neither written nor read.
	maxSize = 1 << 20
	// maxWords is how many characters a description keeps.
	maxWords = 80
	// maxValue is the length of the longest word that is offered: a longer one
	// would take the room of the others.
	maxValue = 256
)

// Safe reports whether a shell may insert s as it is: it is of letters, digits,
// single blanks and ._@/-, not too long, and neither a flag nor framed by blanks, nor
// what cobra takes for a message. Shells insert what several candidates have in common without
// any quoting.
func Safe(s string) bool {
	if s == "" || len(s) > maxValue || strings.HasPrefix(s, "_activeHelp_") || s[0] == '-' || s[0] == ' ' || s[len(s)-1] == ' ' || strings.Contains(s, "  ") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(" ._@/-", r)
	})
}

// ReadAll returns how things are offered: by name where that is safe and means one
// of them, else by id with the name as the description. What has neither is left
// out. show makes text harmless for people.
func ReadAll(things []Kind, show func(string) string) []Candidate {
	uses := map[string]int{}
	for _, t := range things {
		uses[t.Name]++
		if t.ID != t.Name {
			uses[t.ID]++
		}
	}
	all := make([]Candidate, 0, len(things))
	for _, t := range things {
		switch {
		case Safe(t.Name) && uses[t.Name] == 1:
			all = append(all, Candidate{t.Name, short(show(t.Description))})
		case Safe(t.ID):
			all = append(all, Candidate{t.ID, short(show(t.Name))})
		}
	}
	return all
}

func short(s string) string {
	if runes := []rune(s); len(runes) > maxWords {
		return string(runes[:maxWords-1]) + "…"
	}
	return s
}

// CacheKey names the place that names belong to, whatever the parts are made of.
func CacheKey(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		_, _ = io.WriteString(sum, hex.EncodeToString([]byte(p))+"\n")
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

func file(cache, place, kind string) string {
	return filepath.Join(cache, folder, place+"."+kind)
}

// Write keeps the names of one kind at a place, instead of those that were kept,
// and removes what is too old to be offered.
func Write(cache, place, kind string, all []Candidate, now time.Time) error {
	var text strings.Builder
	for _, c := range all {
		if !Safe(c.Value) {
			continue
		}
		line := c.Value + "\t" + strings.Map(printable, c.Description) + "\n"
		if text.Len()+len(line) > maxSize {
			break
		}
		text.WriteString(line)
	}
	path := file(cache, place, kind)
	if err := atomicfile.MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	sweep(filepath.Dir(path), now)
	return atomicfile.WriteFile(path, []byte(text.String()), atomicfile.Options{Volatile: true})
}

// Probe returns why names cannot be kept, or nil. It leaves nothing behind.
func Probe(cache string) error {
	dir := filepath.Join(cache, folder)
	for { // what is there already
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := atomicfile.Create(filepath.Join(dir, "trial"), atomicfile.Options{Volatile: true})
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", dir, path.Err) // without the name, which nobody knows
	} else if err != nil {
		return err
	}
	f.Discard()
	return nil
}

// ours reports whether a file has a name that this package gives: the directory
// may be anybody's choice.
func ours(name string) bool {
	number, begins := strings.CutPrefix(name, ".names-") // of earlier versions
	if number, ends := strings.CutSuffix(number, ".tmp"); begins && ends {
		return number != "" && strings.Trim(number, "0123456789") == ""
	}
	place, kind, _ := strings.Cut(name, ".")
	return len(place) == 32 && strings.Trim(place, "0123456789abcdef") == "" &&
		kind != "" && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz") == ""
}

// sweep removes the files of a directory that are too old.
func sweep(dir string, now time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !ours(e.Name()) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && !fresh(info.ModTime(), now) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// Drop removes the names of every kind at a place.
func Drop(cache, place string) {
	dir := filepath.Join(cache, folder)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if ours(e.Name()) && strings.HasPrefix(e.Name(), place+".") {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

func fresh(written, now time.Time) bool { return now.Sub(written).Abs() < MaxAge }

// A Query says which names are wanted: those that begin with Prefix, and if Most is
// not 0 no more than that.
type Query struct {
	Prefix string
	Most   int
}

// Read returns the names of one kind at a place. There are none if there is no
// file, or it is too old, too large or no file at all.
func Read(cache, place, kind string, q Query, now time.Time) []Candidate {
	path := file(cache, place, kind)
	info, err := os.Lstat(path) // a pipe would be waited for
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSize || !fresh(info.ModTime(), now) {
		return nil
	}
	text, err := atomicfile.ReadFile(path, maxSize)
	if err != nil {
		return nil
	}
	return parse(text, q)
}

// parse reads a file. Lines that no shell may be given do not count.
func parse(text []byte, q Query) []Candidate {
	var all []Candidate
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte(q.Prefix)) {
			continue
		}
		if q.Most > 0 && len(all) == q.Most {
			break
		}
		line, whole := strings.CutSuffix(string(line), "\n")
		value, description, _ := strings.Cut(line, "\t")
		if whole && Safe(value) {
			all = append(all, Candidate{value, strings.Map(printable, description)})
		}
	}
	return all
}

// printable drops what does something else than show itself.
func printable(r rune) rune {
	if r == utf8.RuneError || !unicode.IsPrint(r) {
		return -1
	}
	return r
}
