package completion

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

// A candidate is one word that a shell may insert, and its description.
type candidate struct{ Value, Description string }

// A resource has an ID, and a name that may be neither unique nor safe.
type resource struct{ ID, Name, Description string }

const (
	folder = "names"
	// maxAge is the age above which names are no longer offered.
	maxAge = 24 * time.Hour
	// maxSize is above what any shell would show; more is neither written nor read.
	maxSize = 1 << 20
	// maxDescription is the length of a description in characters.
	maxDescription = 80
	// maxValue is the length of the longest candidate: a longer one would take the
	// room of the others.
	maxValue = 256
)

// isSafe reports whether a shell may insert s as it is: it consists of letters,
// digits, single spaces and ._@/-, is not too long, and is neither a flag, nor framed
// by spaces, nor a message to cobra. Shells insert the common prefix of candidates
// without quoting it.
func isSafe(s string) bool {
	if s == "" || len(s) > maxValue || strings.HasPrefix(s, "_activeHelp_") || s[0] == '-' || s[0] == ' ' || s[len(s)-1] == ' ' || strings.Contains(s, "  ") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(" ._@/-", r)
	})
}

// candidatesOf returns a candidate for each resource: its name where that is safe and
// unambiguous, else its ID with the name as the description. A resource with neither
// has none. show sanitizes text.
func candidatesOf(resources []resource, show func(string) string) []candidate {
	uses := map[string]int{}
	for _, r := range resources {
		uses[r.Name]++
		if r.ID != r.Name {
			uses[r.ID]++
		}
	}
	all := make([]candidate, 0, len(resources))
	for _, r := range resources {
		switch {
		case isSafe(r.Name) && uses[r.Name] == 1:
			all = append(all, candidate{r.Name, truncate(show(r.Description))})
		case isSafe(r.ID):
			all = append(all, candidate{r.ID, truncate(show(r.Name))})
		}
	}
	return all
}

func truncate(s string) string {
	if runes := []rune(s); len(runes) > maxDescription {
		return string(runes[:maxDescription-1]) + "…"
	}
	return s
}

// cacheKey returns the first part of the names of the files for a credential, "" for
// one that is not identified.
func cacheKey(identity []string) string {
	if identity == nil {
		return ""
	}
	sum := sha256.New()
	for _, part := range identity {
		_, _ = io.WriteString(sum, hex.EncodeToString([]byte(part))+"\n")
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

func file(cache, key, kind string) string {
	return filepath.Join(cache, folder, key+"."+kind)
}

// writeNames replaces the names of one kind, and deletes files that are too old.
func writeNames(cache, key, kind string, all []candidate, now time.Time) error {
	var text strings.Builder
	for _, c := range all {
		if !isSafe(c.Value) {
			continue
		}
		line := c.Value + "\t" + strings.Map(printable, c.Description) + "\n"
		if text.Len()+len(line) > maxSize {
			break
		}
		text.WriteString(line)
	}
	path := file(cache, key, kind)
	if err := atomicfile.MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	deleteFiles(cache, func(e fs.DirEntry) bool {
		info, err := e.Info()
		return err == nil && info.Mode().IsRegular() && !isFresh(info.ModTime(), now)
	})
	return atomicfile.WriteFile(path, []byte(text.String()), atomicfile.Options{Volatile: true})
}

// CheckStore returns why names cannot be written to a cache directory, or nil. It
// leaves no file behind.
func CheckStore(cache string) error {
	dir := filepath.Join(cache, folder)
	for { // the part that exists
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := atomicfile.Create(filepath.Join(dir, "trial"), atomicfile.Options{Volatile: true})
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", dir, path.Err) // without the name of the trial
	} else if err != nil {
		return err
	}
	f.Discard()
	return nil
}

// isOurs reports whether a file has a name that this package gives: the user may have
// chosen a directory with other files.
func isOurs(name string) bool {
	number, begins := strings.CutPrefix(name, ".names-") // of earlier versions
	if number, ends := strings.CutSuffix(number, ".tmp"); begins && ends {
		return number != "" && strings.Trim(number, "0123456789") == ""
	}
	key, kind, _ := strings.Cut(name, ".")
	return len(key) == 32 && strings.Trim(key, "0123456789abcdef") == "" &&
		kind != "" && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz") == ""
}

// deleteFiles deletes the files of this package for which matches reports true.
func deleteFiles(cache string, matches func(fs.DirEntry) bool) {
	dir := filepath.Join(cache, folder)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if isOurs(e.Name()) && matches(e) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// deleteNames deletes the names of every kind for a credential.
func deleteNames(cache, key string) {
	deleteFiles(cache, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), key+".") })
}

func isFresh(at, now time.Time) bool { return now.Sub(at).Abs() < maxAge }

// A query selects the names that begin with prefix, and if limit is not 0 at most that
// many.
type query struct {
	prefix string
	limit  int
}

// readNames returns the names of one kind. There are none without a file, or if it is
// too old, too large or not a regular file.
func readNames(cache, key, kind string, q query, now time.Time) []candidate {
	path := file(cache, key, kind)
	info, err := os.Lstat(path) // opening a pipe would block
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSize || !isFresh(info.ModTime(), now) {
		return nil
	}
	text, err := atomicfile.ReadFile(path, maxSize)
	if err != nil {
		return nil
	}
	return parse(text, q)
}

// parse reads a file, whose text is not trusted. Lines with an unsafe value are
// ignored.
func parse(text []byte, q query) []candidate {
	var all []candidate
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte(q.prefix)) {
			continue
		}
		if q.limit > 0 && len(all) == q.limit {
			break
		}
		line, isWhole := strings.CutSuffix(string(line), "\n")
		value, description, _ := strings.Cut(line, "\t")
		if isWhole && isSafe(value) {
			all = append(all, candidate{value, strings.Map(printable, description)})
		}
	}
	return all
}

// printable drops characters that are not printed.
func printable(r rune) rune {
	if r == utf8.RuneError || !unicode.IsPrint(r) {
		return -1
	}
	return r
}
