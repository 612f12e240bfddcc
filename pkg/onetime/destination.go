package onetime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
)

// A Destination takes the secret of a credential.
type Destination interface {
	// Name says where it is, for people.
	Name() string
	// Prepare makes sure that the secret can be taken, as far as that can be
	// known before there is one.
	Prepare(ctx context.Context) error
	// Deliver takes the secret. After an error it does not hold it.
	Deliver(ctx context.Context, made devops.Credential) error
	// Discard drops what Prepare set up. It does no harm after Deliver.
	Discard()
}

// Saved is a destination in a secret store.
type Saved struct {
	Store  credential.Store
	Key    credential.Key
	APIURL string // the service that the token is for
	// Record notes in the configuration that the item exists.
	Record func(ctx context.Context, made devops.Credential) error
}

// Name says which store it is.
func (s *Saved) Name() string { return fmt.Sprintf("the %s, as %q", s.Store.Kind(), s.Key.Name) }

// Prepare writes, reads and deletes a dummy item.
func (s *Saved) Prepare(ctx context.Context) error {
	if _, err := s.Store.Get(ctx, s.Key); err == nil {
		return fmt.Errorf("there is already a secret of that name: %w", os.ErrExist)
	} else if !errors.Is(err, credential.ErrNotFound) {
		return err
	}
	dummy := s.Key
	dummy.Name += ".try"
	if err := s.Store.Set(ctx, dummy, credential.Item{ClientID: "try", Token: "try", APIURL: s.APIURL}); err != nil {
		return err
	}
	return s.Store.Delete(ctx, dummy)
}

// Deliver writes the item and notes it in the configuration. The store reads
// back what it wrote.
func (s *Saved) Deliver(ctx context.Context, made devops.Credential) error {
	item := credential.Item{ClientID: made.ClientID, Secret: made.Secret, Token: made.Token, OrgID: made.OrgID, APIURL: s.APIURL}
	if err := s.Store.Set(ctx, s.Key, item); err != nil {
		return err
	}
	if err := s.Record(ctx, made); err != nil {
		return errors.Join(err, s.Store.Delete(context.WithoutCancel(ctx), s.Key))
	}
	return nil
}

// Discard does nothing: Prepare left nothing.
func (s *Saved) Discard() {}

// File is a destination in a new file that only the user can read.
type File struct {
	Path   string
	Render func(w io.Writer, made devops.Credential) error

	pending *pendingFile
}

// Name says which file it is.
func (f *File) Name() string { return "file " + f.Path }

// Prepare reserves room for the file without a name in its directory, where
// the system can do that. The file itself must not exist.
func (f *File) Prepare(context.Context) error {
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

// Stdout is standard output as a destination.
type Stdout struct {
	File   *os.File
	Alone  bool // it is the only destination, so nobody listening is an error
	Render func(w io.Writer, made devops.Credential) error
}

// Name says that it is standard output.
func (*Stdout) Name() string { return "standard output" }

// Prepare refuses an output that nobody reads. A closed standard output is the
// null device by the time that a program runs.
func (s *Stdout) Prepare(context.Context) error {
	if s.Alone && isNull(s.File) {
		return errors.New("it is closed or the null device, and the secret is shown only once")
	}
	return hasReader(s.File)
}

// Deliver writes the credential at once. A reader that left is an error.
func (s *Stdout) Deliver(_ context.Context, made devops.Credential) error {
	var text bytes.Buffer
	if err := s.Render(&text, made); err != nil {
		return err
	}
	if _, err := s.File.Write(text.Bytes()); err != nil {
		return err
	}
	if info, err := s.File.Stat(); err == nil && info.Mode().IsRegular() {
		return s.File.Sync()
	}
	return nil
}

// Discard does nothing.
func (*Stdout) Discard() {}

func isNull(f *os.File) bool {
	here, err := f.Stat()
	if err != nil {
		return true
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(here, null)
}
