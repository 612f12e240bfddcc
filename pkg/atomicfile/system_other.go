//go:build !linux

package atomicfile

import (
	"errors"
	"os"
)

func (osSystem) createUnnamed(string) (*os.File, error) { return nil, errors.ErrUnsupported }

func (osSystem) linkUnnamed(*os.File, string) error { return errors.ErrUnsupported }

func (osSystem) renameNew(string, string) error { return errors.ErrUnsupported }
