package sandbox

import (
	"os"
	"path/filepath"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/cli"
)

// register records the address of the server for "sandbox status", and returns
// a function that removes the record.
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
