package credential

import (
	"errors"
	"io/fs"

	"github.com/astra-admin/astra/pkg/atomicfile"
)

// notFound is ErrNotFound where err comes from an absent file.
func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return err
}

// cause is err without the paths, which our own words name already.
func cause(err error) error { return atomicfile.Cause(err) }
