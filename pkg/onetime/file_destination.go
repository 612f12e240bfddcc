package onetime

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/secret"
)

// File is a destination in a new file that only the user can read.
type File struct {
	Path   string
	Format string // of the file; "" = by its suffix
	Render func(w io.Writer, made devops.Credential) error

	pending *atomicfile.File
}

// String names the file for people.
func (f *File) String() string { return "file " + f.Path }

// reserve is the space that a file takes before there is a secret.
const reserve = 4096

// Prepare reserves space for the file, without a name if the system supports that, and
// checks that it can be created and is hidden from other users. The file must not
// exist.
func (f *File) Prepare(context.Context) error {
	if f.Path == "-" {
		return errors.New("not a file; omit --out to write to standard output")
	}
	pending, err := atomicfile.Create(f.Path, atomicfile.Options{New: true, Private: true, Reserve: reserve, Label: "file"})
	for _, known := range []error{os.ErrExist, atomicfile.ErrExposed} {
		if errors.Is(err, known) {
			return known
		}
	}
	if err != nil {
		return atomicfile.Cause(err)
	}
	f.pending = pending
	return nil
}

// Deliver writes the file and then gives it its name, which replaces no file and
// follows no link.
func (f *File) Deliver(_ context.Context, made devops.Credential) error {
	var text bytes.Buffer
	if err := f.Render(&text, made); err != nil {
		return err
	}
	if err := f.pending.Overwrite(text.Bytes()); err != nil {
		return atomicfile.Cause(err)
	}
	return atomicfile.Cause(f.pending.Commit())
}

// Discard deletes a file that has no name yet.
func (f *File) Discard() {
	if f.pending != nil {
		f.pending.Discard()
	}
}

// maxFile is more than the size of a file with one credential.
const maxFile = 64 << 10

// Holds reports whether the file, which has its name only when it is complete, is that
// of this client ID.
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
	text, err := atomicfile.ReadFile(f.Path, maxFile)
	return bytes.Contains(text, []byte(clientID)), err
}

// Load returns the token of a client ID from the file.
func (f *File) Load(_ context.Context, clientID string) (secret.Text, error) {
	text, err := atomicfile.ReadFile(f.Path, maxFile)
	if err != nil {
		return "", err
	}
	return secret.Text(regexp.MustCompile("AstraCS:" + regexp.QuoteMeta(clientID) + ":[0-9A-Za-z]+").Find(text)), nil
}

// Drop does nothing: a file that has its name was delivered.
func (*File) Drop(context.Context, string) error { return nil }

// Note records the absolute path.
func (f *File) Note(r *Record) {
	r.Out, r.Format = f.Path, f.Format
	if whole, err := filepath.Abs(f.Path); err == nil {
		r.Out = whole
	}
}
