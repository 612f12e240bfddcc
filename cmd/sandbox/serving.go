package sandbox

import (
	"os"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/cli"
)

// register notes the address at which the sandbox is served, so that "sandbox
// status" can name it, and returns how to take the note back.
func register(app *cli.App, address string) (func(), error) {
	dir, err := app.ServingDir()
	if err != nil {
		return nil, err
	}
	if err := atomicfile.MkdirAll(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, atomicfile.Name(address))
	if err := atomicfile.WriteFile(path, []byte(address+"\n"), atomicfile.Options{Volatile: true}); err != nil {
		return nil, err
	}
	return func() { os.Remove(path) }, nil
}
