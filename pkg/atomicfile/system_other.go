//go:build !linux

package atomicfile

import (
	"errors"
	"os"
)

func (real) unnamed(string) (*os.File, error) { return nil, errors.ErrUnsupported }

func (real) linkUnnamed(*os.File, string) error { return errors.ErrUnsupported }

func (real) renameNew(string, string) error { return errors.ErrUnsupported }
