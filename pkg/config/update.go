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

// lockWait bounds the wait for another process that edits the file. An edit takes
// some milliseconds, so that a longer wait is in vain.
const lockWait = 10 * time.Second

// lockSuffix ends the name of the lock file of a configuration file.
const lockSuffix = ".lock"

// Update changes the configuration file at path: it takes the lock, reads the
// file anew, lets edit change what it read, and puts the whole new file in the
// place of the old one. Comments, the order of things and unknown keys stay.
// An edit that changes nothing writes nothing, and an error of edit is
// returned as it is.
func Update(ctx context.Context, path string, edit func(*Config) error) error {
	if path == "" {
		return &Error{Path: FileName, Why: "no home directory: set ASTRA_CONFIG_DIR"}
	}
	target := resolve(path) // a linked file is rewritten where it is
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(target)} {
		if err := atomicfile.MkdirAll(dir); err != nil {
			return &Error{Path: dir, Why: "cannot be made", Err: cause(err)}
		}
	}
	if err := trustPath(path); err != nil {
		return err
	}
	unlock, err := Lock(ctx, target+lockSuffix)
	if err != nil {
		return err
	}
	defer unlock()
	return rewrite(target, edit)
}

// Try tries out whether Update could lock and write the file at path. It leaves nothing
// behind. A command that does something that cannot be undone, to be noted there, asks
// before.
func Try(path string) error {
	if path == "" {
		return &Error{Path: FileName, Why: "no home directory: set ASTRA_CONFIG_DIR"}
	}
	target := resolve(path)
	if err := atomicfile.Try(target, private()); err != nil {
		return &Error{Path: target, Why: "cannot be written", Err: cause(err)}
	}
	return tryLock(target + lockSuffix)
}

// tryLock tries out whether a lock file can be taken. One that another process holds can.
func tryLock(path string) error {
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		return nil // an Update makes the directory
	}
	_, absent := os.Lstat(path)
	lock, err := atomicfile.TakeLock(context.Background(), path, 0)
	switch {
	case errors.Is(err, atomicfile.ErrLocked):
		return nil
	case err != nil:
		return unlocked(path, err)
	case errors.Is(absent, fs.ErrNotExist):
		lock.Remove()
	default:
		lock.Unlock()
	}
	return nil
}

// private is what is promised of the file: what others can read would be refused by
// the next Load.
func private() atomicfile.Options {
	return atomicfile.Options{Private: true, Label: "configuration"}
}

// Lock waits for a lock file, some seconds at most. The file stays.
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
	return nil, unlocked(path, err)
}

// unlocked words the failure to take a lock.
func unlocked(path string, err error) error {
	if why := atomicfile.Denied(path, err); why != "" {
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
	after, _, err := parse(path, data) // a copy that shares nothing
	if err != nil {
		return err
	}
	if err := edit(&after); err != nil {
		return err
	}
	if same(before, after) {
		return nil
	}
	text, err := render(path, data, doc, before, after)
	if err != nil {
		return err
	}
	return replace(path, text)
}

// Check returns the error with which an Update would refuse a profile. Who makes
// something that cannot be undone, to be noted in it, asks before.
func Check(p Profile) error {
	_, err := render(FileName, nil, nil, Config{}, Config{Profiles: []Profile{p}})
	return err
}

// render returns the text of a file that held data and is to hold after.
func render(path string, data []byte, doc *yaml.Node, before, after Config) ([]byte, error) {
	var text bytes.Buffer
	if doc == nil {
		text.Write(comments(data))
		doc = &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	apply(doc.Content[0], before, after)
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(doc); err != nil {
		return nil, &Error{Path: path, Why: "the new content cannot be written as YAML"}
	}
	// Read as the next run will read it: a name that is not valid, a token in
	// a field or a slip in the edit ends here, with the old file in its place.
	if text.Len() > maxSize {
		return nil, &Error{Path: path, Why: "the change was not made: the file would be larger than 1 MiB"}
	}
	if written, err := parseNew(path, text.Bytes()); err != nil {
		if wrong, ok := errors.AsType[*Error](err); ok {
			wrong.Line = 0
			wrong.Why = "the change was not made: " + wrong.Why
		}
		return nil, err
	} else if !same(written, after) {
		return nil, &Error{Path: path, Why: "the change was not made: it would not be read back as it is"}
	}
	return text.Bytes(), nil
}

// same compares two configurations as files: an empty list is an absent one.
func same(a, b Config) bool { return reflect.DeepEqual(normalized(a), normalized(b)) }

func normalized(c Config) Config {
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
		profiles[i].normalBindings()
	}
	c.Profiles = profiles
	if len(c.Organizations) == 0 {
		c.Organizations = nil
	}
	return c
}

// comments returns the lines of a file that holds nothing else.
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

// replace writes the file whole.
func replace(path string, data []byte) error {
	err := atomicfile.WriteFile(path, data, private())
	if err == nil {
		return nil
	}
	return &Error{Path: path, Why: "cannot be written", Err: cause(err)}
}
