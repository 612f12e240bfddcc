package sandbox

import (
	"net/url"
	"os"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/cli"
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
	if err := os.WriteFile(path, []byte(address+"\n"), 0o600); err != nil {
		return nil, err
	}
	return func() { os.Remove(path) }, nil
}
