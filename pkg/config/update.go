package config

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/atomicfile"
)

// lockWait limits the wait for another process that edits the file. An edit
// takes milliseconds, so a longer wait is futile.
const lockWait = 10 * time.Second

// lockSuffix is the suffix of the lock file of a configuration file.
const lockSuffix = ".lock"

// Update edits the configuration file at path: it locks and reads the file,
// calls edit, and replaces the file atomically. Comments, order and unknown
// keys are preserved. Without changes nothing is written. An error of edit is
// returned unchanged.
func Update(ctx context.Context, path string, edit func(*Config) error) error {
	if path == "" {
		return &Error{Path: FileName, Why: "no home directory: set ASTRA_CONFIG_DIR"}
	}
	target := resolve(path) // a symbolic link is kept
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(target)} {
		if err := atomicfile.MkdirAll(dir); err != nil {
			return &Error{Path: dir, Why: "cannot be created", Err: cause(err)}
		}
	}
	if err := checkTrustedPath(path); err != nil {
		return err
	}
	unlock, err := Lock(ctx, target+lockSuffix)
	if err != nil {
		return err
	}
	defer unlock()
	return rewrite(target, edit)
}

// Try checks that Update can lock and write the file at path, without leaving
// files. Commands call it before an irreversible change that must be recorded
// there.
func Try(path string) error {
	if path == "" {
		return &Error{Path: FileName, Why: "no home directory: set ASTRA_CONFIG_DIR"}
	}
	target := resolve(path)
	if err := atomicfile.Try(target, fileOptions()); err != nil {
		return &Error{Path: target, Why: "cannot be written", Err: cause(err)}
	}
	return tryLock(target + lockSuffix)
}

// tryLock checks that the lock file can be locked. A lock held by another
// process is no error.
func tryLock(path string) error {
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		return nil // Update creates the directory
	}
	_, absent := os.Lstat(path)
	lock, err := atomicfile.TakeLock(context.Background(), path, 0)
	switch {
	case errors.Is(err, atomicfile.ErrLocked):
		return nil
	case err != nil:
		return lockError(path, err)
	case errors.Is(absent, fs.ErrNotExist):
		lock.Remove()
	default:
		lock.Unlock()
	}
	return nil
}

// fileOptions returns the options of the file: Load refuses a file that others can
// read.
func fileOptions() atomicfile.Options {
	return atomicfile.Options{Private: true, Label: "configuration"}
}

// Lock waits up to lockWait for a lock file. The file is not removed.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	lock, err := atomicfile.TakeLock(ctx, path, lockWait)
	switch {
	case err == nil:
		return lock.Unlock, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, atomicfile.ErrLocked):
		return nil, &Error{Path: path, Why: "another astra holds this lock"}
	}
	return nil, lockError(path, err)
}

// lockError returns the error of a lock.
func lockError(path string, err error) error {
	if why := atomicfile.ExplainDenial(path, err); why != "" {
		return &Error{Path: path, Why: why}
	}
	return &Error{Path: path, Why: "cannot be locked", Err: cause(err)}
}

func rewrite(path string, edit func(*Config) error) error {
	data, err := read(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	before, doc, err := parse(path, data)
	if err != nil {
		return err
	}
	after, _, err := parse(path, data) // a deep copy
	if err != nil {
		return err
	}
	if err := edit(&after); err != nil {
		return err
	}
	if equal(before, after) {
		return nil
	}
	text, err := render(path, data, doc, before, after)
	if err != nil {
		return err
	}
	return replace(path, text)
}

// Check returns the error with which Update would refuse a profile. Commands
// call it before an irreversible change that must be recorded in the profile.
func Check(p Profile) error {
	_, err := render(FileName, nil, nil, Config{}, Config{Profiles: []Profile{p}})
	return err
}

// render returns the new content of a file with content data.
func render(path string, data []byte, doc *yaml.Node, before, after Config) ([]byte, error) {
	var text bytes.Buffer
	if doc == nil {
		text.Write(comments(data))
		doc = &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	applyChanges(doc.Content[0], before, after)
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(doc); err != nil {
		return nil, &Error{Path: path, Why: "the new content cannot be written as YAML"}
	}
	// Parse the result as the next run will: an invalid name, a token in a
	// field or a bug in the edit is an error, and the old file remains.
	if text.Len() > maxSize {
		return nil, &Error{Path: path, Why: "the change was not made: the file would be larger than 1 MiB"}
	}
	if written, err := parseNew(path, text.Bytes()); err != nil {
		if wrong, ok := errors.AsType[*Error](err); ok {
			wrong.Line = 0
			wrong.Why = "the change was not made: " + wrong.Why
		}
		return nil, err
	} else if !equal(written, after) {
		return nil, &Error{Path: path, Why: "the change was not made: it would not be read back unchanged"}
	}
	return text.Bytes(), nil
}

// equal compares two configurations as files: an empty list equals a missing
// one.
func equal(a, b Config) bool { return reflect.DeepEqual(normalize(a), normalize(b)) }

func normalize(c Config) Config {
	if len(c.Defaults) == 0 {
		c.Defaults = nil
	}
	profiles := make([]Profile, len(c.Profiles))
	copy(profiles, c.Profiles)
	for i := range profiles {
		if len(profiles[i].Tokens) == 0 {
			profiles[i].Tokens = nil
		}
		if len(profiles[i].Sessions) == 0 {
			profiles[i].Sessions = nil
		}
		profiles[i].normalizeBindings()
	}
	c.Profiles = profiles
	if len(c.Organizations) == 0 {
		c.Organizations = nil
	}
	return c
}

// comments returns the comment lines of a file without other content.
func comments(data []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(data) {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) {
			kept = append(kept, bytes.TrimRight(line, "\r\n")...)
			kept = append(kept, '\n')
		}
	}
	return kept
}

// replace writes the file atomically.
func replace(path string, data []byte) error {
	err := atomicfile.WriteFile(path, data, fileOptions())
	if err == nil {
		return nil
	}
	return &Error{Path: path, Why: "cannot be written", Err: cause(err)}
}
