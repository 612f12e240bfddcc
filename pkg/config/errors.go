package config

import (
	"errors"
	"fmt"
)

var (
	// ErrConfig is wrapped by every error about a file or setting of this
	// package.
	ErrConfig = errors.New("configuration")
	// ErrName reports an invalid name of a profile or saved token.
	ErrName = errors.New("not a valid name")
)

// Error reports an invalid configuration file. It never contains a value from
// the file.
type Error struct {
	Path string
	Line int // 0 without a line
	Why  string
	Err  error // cause from the system, if any
}

// Error returns position and reason.
func (e *Error) Error() string {
	place := e.Path
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d", e.Path, e.Line)
	}
	switch {
	case e.Err == nil:
		return place + ": " + e.Why
	case e.Why == "":
		return place + ": " + e.Err.Error()
	}
	return place + ": " + e.Why + ": " + e.Err.Error()
}

// Unwrap makes every Error an ErrConfig.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrConfig}
	}
	return []error{ErrConfig, e.Err}
}
