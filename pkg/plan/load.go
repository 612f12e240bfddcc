package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Load reads a file and its fragments from root, which must not reach anything outside of
// its directory. dir is that directory in messages. The error is an *Error; the file then
// has only the sources.
func Load(root fs.FS, dir, name string) (File, error) {
	l := loader{root: root, dir: dir}
	return l.loadAll(name)
}

// Parse reads a file without fragments. name is its name in messages. The error is an
// *Error.
func Parse(name string, text []byte) (File, error) {
	l := loader{root: memory{name, text}}
	return l.loadAll(name)
}

func (l *loader) loadAll(name string) (File, error) {
	l.load(name)
	l.problems = append(l.problems, l.file.check()...)
	if len(l.problems) > 0 {
		return File{Sources: l.file.Sources}, &Error{sortProblems(l.problems)}
	}
	return l.file, nil
}

// memory has one file.
type memory struct {
	name string
	text []byte
}

// Open finds nothing, since the one file is not opened.
func (memory) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

type loader struct {
	root     fs.FS
	dir      string
	file     File
	problems []Problem
}

// open reads a file and returns its root node; nil after a problem.
func (l *loader) open(name string) (*decoder, *yaml.Node) {
	d := &decoder{path: path.Join(l.dir, name)}
	data, err := l.read(name)
	if err != nil {
		d.fail(&yaml.Node{}, "not readable: %v", cause(err))
		return d, nil
	}
	sum := sha256.Sum256(data)
	l.file.Sources = append(l.file.Sources, Source{d.path, hex.EncodeToString(sum[:])})
	return d, d.document(data)
}

func (l *loader) read(name string) ([]byte, error) {
	if m, ok := l.root.(memory); ok && m.name == name {
		return m.text, nil
	}
	root := l.root
	info, err := fs.Stat(root, name)
	if err == nil && !info.Mode().IsRegular() { // to open a pipe would wait for its writer
		err = errors.New("not a regular file")
	}
	if err != nil {
		return nil, err
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(f, MaxSize+1))
}

// cause returns an error of the file system without the path, which the message has.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

func (l *loader) load(name string) {
	d, root := l.open(name)
	if root != nil {
		var include []*yaml.Node
		fields := d.head(&l.file, &include)
		d.mapping(root, "the file", fields, later())
		for _, key := range []string{"version", "organization"} {
			if root.Kind == yaml.MappingNode && !slices.ContainsFunc(root.Content, func(n *yaml.Node) bool { return n.Value == key }) {
				d.fail(root, "the file has no %s", key)
			}
		}
		l.include(d, name, include)
	}
	l.problems = append(d.problems, l.problems...)
}

func (l *loader) include(d *decoder, name string, nodes []*yaml.Node) {
	seen := []string{name}
	for _, n := range nodes {
		pattern, ok := d.text(n, "an element of include")
		switch {
		case !ok:
			continue
		case !fs.ValidPath(pattern) || strings.Contains(pattern, `\`):
			d.fail(n, "include %q: a fragment must be in the directory of the file or below it, as a path with /", pattern)
			continue
		}
		names, err := glob(l.root, pattern)
		if err != nil {
			d.fail(n, "include %q: not readable: %v", pattern, cause(err))
			continue
		}
		if len(names) == 0 {
			d.fail(n, "include %q: no such file", pattern)
		}
		for _, fragment := range names {
			if slices.Contains(seen, fragment) {
				d.fail(n, "include %q: %s is included twice", pattern, fragment)
				continue
			}
			seen = append(seen, fragment)
			f, root := l.open(fragment)
			if root != nil {
				f.mapping(root, "a fragment", f.sections(&l.file), onlyInFile())
			}
			l.problems = append(l.problems, f.problems...)
		}
	}
}

// fileKeys are the keys that only a file has, and no fragment.
func fileKeys() []string {
	return []string{"version", "organization", "include", "manage", "protect", "ignore"}
}

// onlyInFile has keys that a fragment must not have.
func onlyInFile() map[string]string {
	all := later()
	for _, key := range fileKeys() {
		all[key] = key + " belongs to the file that includes this fragment"
	}
	return all
}

// glob returns the files that match a pattern, sorted. Unlike fs.Glob it reports what
// cannot be read: an unreadable directory is not an empty one.
func glob(root fs.FS, pattern string) ([]string, error) {
	matches := []string{"."}
	for part := range strings.SplitSeq(pattern, "/") {
		var next []string
		for _, dir := range matches {
			if !strings.ContainsAny(part, "*?[") {
				if _, err := fs.Stat(root, path.Join(dir, part)); errors.Is(err, fs.ErrNotExist) {
					continue
				} else if err != nil {
					return nil, err
				}
				next = append(next, path.Join(dir, part))
				continue
			}
			entries, err := fs.ReadDir(root, dir)
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				matched, err := path.Match(part, e.Name())
				if err != nil {
					return nil, err
				}
				if matched && !strings.HasPrefix(e.Name(), ".") {
					next = append(next, path.Join(dir, e.Name()))
				}
			}
		}
		matches = next
	}
	return matches, nil
}

func (d *decoder) checkPatterns(n *yaml.Node, patterns []string) {
	for _, p := range patterns {
		if text, found := strings.CutPrefix(p, "~"); found {
			if _, err := regexp.Compile(text); err != nil {
				d.fail(n, "%q is not a regular expression", p)
			}
		}
	}
}
