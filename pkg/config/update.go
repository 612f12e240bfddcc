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

	"github.com/gofrs/flock"
	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/regular"
)

const (
	// lockWait bounds the wait for another process that edits the file. An
	// edit takes some milliseconds, so that a longer wait is in vain.
	lockWait = 10 * time.Second
	// lockRetry is the time between two attempts to take the lock.
	lockRetry = 5 * time.Millisecond
)

// Update changes the configuration file at path: it takes the lock, reads the
// file anew, lets edit change what it read, and puts the whole new file in the
// place of the old one. Comments, the order of things and unknown keys stay.
// An edit that changes nothing writes nothing, and an error of edit is
// returned as it is.
func Update(ctx context.Context, path string, edit func(*Config) error) error {
	if path == "" {
		return &Error{Path: FileName, Why: "there is no home directory to keep it in: set ASTRA_CONFIG_DIR"}
	}
	target := resolve(path) // a linked file is rewritten where it is
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(target)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return &Error{Path: dir, Why: "cannot be made", Err: cause(err)}
		}
	}
	if err := trustPath(path); err != nil {
		return err
	}
	unlock, err := Lock(ctx, target+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	return rewrite(target, edit)
}

// Lock waits for a lock file, some seconds at most. It is never removed: another
// process may hold the very file that a removal would hide.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	bounded, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	guard := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDONLY|regular.Nonblock))
	if _, err := guard.TryLockContext(bounded, lockRetry); err != nil {
		_ = guard.Close()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, context.DeadlineExceeded):
			return nil, &Error{Path: path, Why: "another astra holds this lock"}
		}
		return nil, &Error{Path: path, Why: "cannot be locked", Err: cause(err)}
	}
	return func() { _ = guard.Close() }, nil
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
func same(a, b Config) bool { return reflect.DeepEqual(normal(a), normal(b)) }

func normal(c Config) Config {
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

// replace writes a file whole: a reader sees the old content or the new one,
// also after a loss of power.
func replace(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	defer func() {
		if err != nil {
			err = &Error{Path: path, Why: "cannot be written", Err: cause(err)}
		}
	}()
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Chmod(0o600); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	failpoint.Here("configuration: before its name")
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	failpoint.Here("configuration: after its name")
	return syncDir(dir)
}
