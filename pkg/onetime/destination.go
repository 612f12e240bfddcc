package onetime

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// A Destination takes the secret of a credential.
type Destination interface {
	// String says where it is, for people.
	String() string
	// Prepare makes sure that the secret can be taken, as far as that can be
	// known before there is one.
	Prepare(ctx context.Context) error
	// Deliver takes the secret. After an error it does not hold it.
	Deliver(ctx context.Context, made devops.Credential) error
	// Holds reports whether an earlier run delivered the secret of a client id
	// here. Where only a person can tell, it does not.
	Holds(ctx context.Context, clientID string) (bool, error)
	// Drop takes away what is held of a client id that is revoked.
	Drop(ctx context.Context, clientID string) error
	// Note writes down where it is, so that a later run finds it.
	Note(r *Record)
	// Discard drops what Prepare set up. It does no harm after Deliver.
	Discard()
}

// Saved is a destination in a secret store.
type Saved struct {
	Store  credential.Store
	Place  Place  // whose name is that under which the user finds it again
	APIURL string // the service that the token is for
	// Key names the item of a client id. Two commands that save under one name
	// at the same time have two items, so that neither can drop the other's.
	Key func(clientID string) credential.Key
	// Record notes in the configuration that the item exists, unless the name
	// was taken meanwhile.
	Record func(ctx context.Context, clientID string) error
}

// String says which store it is.
func (s *Saved) String() string {
	return fmt.Sprintf("%s, as %q", where(s.Store.Kind()), s.Place.Saved)
}

func where(kind credential.Kind) string {
	if kind == credential.File {
		return "a file that only you can read"
	}
	return "the " + string(kind)
}

// Prepare writes, reads and deletes a dummy item.
func (s *Saved) Prepare(ctx context.Context) error {
	return TryStore(ctx, s.Store, s.Key("try"+rand.Text()))
}

// TryStore writes, reads and deletes a dummy item.
func TryStore(ctx context.Context, store credential.Store, key credential.Key) error {
	if err := store.Set(ctx, key, credential.Item{ClientID: "try", Token: "try"}); err != nil {
		return err
	}
	return store.Delete(ctx, key)
}

// Item is what a store keeps of a credential for the service at apiURL.
func Item(made devops.Credential, apiURL string) credential.Item {
	return credential.Item{ClientID: made.ClientID, Secret: made.Secret, Token: made.Token, OrgID: made.OrgID, APIURL: apiURL}
}

// Deliver writes the item and notes it in the configuration. The store reads
// back what it wrote.
func (s *Saved) Deliver(ctx context.Context, made devops.Credential) error {
	key := s.Key(made.ClientID)
	if err := s.Store.Set(ctx, key, Item(made, s.APIURL)); err != nil {
		return err
	}
	if err := s.Record(ctx, made.ClientID); err != nil {
		return errors.Join(err, s.Store.Delete(context.WithoutCancel(ctx), key))
	}
	return nil
}

// Discard does nothing: Prepare left nothing.
func (s *Saved) Discard() {}

// Holds reports whether the item is in the store.
func (s *Saved) Holds(ctx context.Context, clientID string) (bool, error) {
	_, err := s.Store.Get(ctx, s.Key(clientID))
	if errors.Is(err, credential.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Drop deletes the item.
func (s *Saved) Drop(ctx context.Context, clientID string) error {
	return absent(s.Store.Delete(ctx, s.Key(clientID)))
}

// absent is err unless that says that there is nothing.
func absent(err error) error {
	if errors.Is(err, credential.ErrNotFound) {
		return nil
	}
	return err
}

// Note writes down the place.
func (s *Saved) Note(r *Record) { r.Places = []Place{s.Place} }

// File is a destination in a new file that only the user can read.
type File struct {
	Path   string
	Format string // of the file, "" where its suffix says it
	Render func(w io.Writer, made devops.Credential) error

	pending *pendingFile
}

// String says which file it is.
func (f *File) String() string { return "file " + f.Path }

// Prepare reserves room for the file without a name in its directory, where
// the system can do that. The file itself must not exist.
func (f *File) Prepare(context.Context) error {
	if f.Path == "-" {
		return errors.New("that is no file: standard output is the destination without it")
	}
	if _, err := os.Lstat(f.Path); err == nil {
		return fmt.Errorf("%w", os.ErrExist)
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	pending, err := openPending(f.Path)
	if err != nil {
		return err
	}
	f.pending = pending
	return nil
}

// Deliver writes the file whole and gives it its name, which replaces nothing
// and follows no link.
func (f *File) Deliver(_ context.Context, made devops.Credential) error {
	var text bytes.Buffer
	if err := f.Render(&text, made); err != nil {
		return err
	}
	return f.pending.commit(text.Bytes())
}

// Discard drops the file that has no name yet.
func (f *File) Discard() {
	if f.pending != nil {
		f.pending.drop()
	}
}

// maxFile is more than a file with one credential holds.
const maxFile = 64 << 10

// Holds reports whether the file has its name, which it gets when it is whole,
// and is that of this client id.
func (f *File) Holds(_ context.Context, clientID string) (bool, error) {
	info, err := os.Lstat(f.Path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return false, nil
	}
	text, err := os.ReadFile(f.Path)
	return bytes.Contains(text, []byte(clientID)), err
}

// Drop leaves a file alone: one that has its name was delivered.
func (*File) Drop(context.Context, string) error { return nil }

// Note writes down the whole path.
func (f *File) Note(r *Record) {
	r.Out, r.Format = f.Path, f.Format
	if whole, err := filepath.Abs(f.Path); err == nil {
		r.Out = whole
	}
}

// Stdout is standard output as a destination.
type Stdout struct {
	File   *os.File
	Alone  bool // it is the only destination, so nobody listening is an error
	Render func(w io.Writer, made devops.Credential) error
}

// String says that it is standard output.
func (*Stdout) String() string { return "standard output" }

// Prepare refuses an output that nobody reads, or that would show neither the
// secret nor the token. A closed standard output is the null device by the time
// that a program runs.
func (s *Stdout) Prepare(context.Context) error {
	if s.Alone && isNull(s.File) {
		return errors.New("it is closed or the null device, and the secret is shown only once")
	}
	var rehearsal bytes.Buffer
	dummy := devops.Credential{ClientID: "client", Secret: "rehearsed-secret", Token: "rehearsed-token"}
	if err := s.Render(&rehearsal, dummy); err != nil {
		return err
	}
	if s.Alone && !bytes.Contains(rehearsal.Bytes(), []byte(dummy.Secret)) && !bytes.Contains(rehearsal.Bytes(), []byte(dummy.Token)) {
		return errors.New("it would show neither secret nor token, and they are shown only once")
	}
	return hasReader(s.File)
}

// Deliver writes the credential at once. A reader that left is an error.
func (s *Stdout) Deliver(_ context.Context, made devops.Credential) error {
	var text bytes.Buffer
	if err := s.Render(&text, made); err != nil {
		return err
	}
	failpoint.Here("standard output: before")
	if _, err := s.File.Write(text.Bytes()); err != nil {
		return err
	}
	failpoint.Here("standard output: after")
	if info, err := s.File.Stat(); err == nil && info.Mode().IsRegular() {
		return s.File.Sync()
	}
	return nil
}

// Discard does nothing.
func (*Stdout) Discard() {}

// Holds reports that nobody can tell: what was written may have been read.
func (*Stdout) Holds(context.Context, string) (bool, error) { return false, nil }

// Drop does nothing: what was shown was shown.
func (*Stdout) Drop(context.Context, string) error { return nil }

// Note writes down that only a person can tell whether it arrived.
func (*Stdout) Note(r *Record) { r.Shown = true }

func isNull(f *os.File) bool {
	here, err := f.Stat()
	if err != nil {
		return true
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(here, null)
}
