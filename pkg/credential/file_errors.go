package credential

import (
	"errors"
	"io/fs"

	"github.com/astra-admin/astra/pkg/atomicfile"
)

// notFound converts the error of a missing file to ErrNotFound.
func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return err
}

// cause returns err without paths, which our messages contain.
func cause(err error) error { return atomicfile.Cause(err) }
