package sandbox

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/regular"
)

// register notes the address at which the sandbox is served, so that "sandbox
// status" can name it, and returns how to take the note back.
func register(app *cli.App, address string) (func(), error) {
	dir, err := app.ServingDir()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, url.PathEscape(address))
	note, err := regular.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = note.WriteString(address + "\n")
	if err = errors.Join(err, note.Close()); err != nil {
		return nil, err
	}
	return func() { os.Remove(path) }, nil
}
