package onetime

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// Stdout is standard output as a destination.
type Stdout struct {
	File   *os.File
	To     io.Writer // writes to File, and gives up when the command is over; File if nil
	Render func(w io.Writer, made devops.Credential) error
}

// errDiscarded says that the output is discarded. It contains its own remedy.
type errDiscarded struct{}

func (errDiscarded) Error() string {
	return "refusing to generate: output is discarded and the secret is shown only once. Use --save or --out."
}

func (errDiscarded) Unwrap() error { return ErrDestination }

// String names the destination for people.
func (*Stdout) String() string { return "standard output" }

// Prepare refuses an output that is discarded, or that would show neither the secret
// nor the token. The Go runtime replaces a closed standard output by the null device.
func (s *Stdout) Prepare(context.Context) error {
	if isNull(s.File) {
		return errDiscarded{}
	}
	var preview bytes.Buffer
	dummy := devops.Credential{ClientID: "client", Secret: "rehearsed-secret", Token: "rehearsed-token"}
	if err := s.Render(&preview, dummy); err != nil {
		return err
	}
	if !bytes.Contains(preview.Bytes(), []byte(dummy.Secret)) && !bytes.Contains(preview.Bytes(), []byte(dummy.Token)) {
		return errors.New("the output would show neither secret nor token, and they are shown only once")
	}
	return hasReader(s.File)
}

// Deliver writes the credential at once. A pipe without a reader is an error.
func (s *Stdout) Deliver(_ context.Context, made devops.Credential) error {
	var text bytes.Buffer
	if err := s.Render(&text, made); err != nil {
		return err
	}
	failpoint.Here("standard output: before")
	var to io.Writer = s.File
	if s.To != nil {
		to = s.To
	}
	if _, err := to.Write(text.Bytes()); err != nil {
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

// Holds reports false: whether the output was read is unknown.
func (*Stdout) Holds(context.Context, string) (bool, error) { return false, nil }

// Drop does nothing: printed output cannot be deleted.
func (*Stdout) Drop(context.Context, string) error { return nil }

// Note records that only the user can tell whether the secret arrived.
func (*Stdout) Note(r *Record) { r.Shown = true }

func isNull(f *os.File) bool {
	here, err := f.Stat()
	if err != nil {
		return true
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(here, null)
}
