package config

import (
	"errors"
	"fmt"
)

var (
	// ErrConfig is wrapped by every error about a file or a setting that
	// this package reads or writes.
	ErrConfig = errors.New("configuration")
	// ErrName says that a text cannot name a profile.
	ErrName = errors.New("not a valid name")
)

// Error says what is wrong with a configuration file. It never carries a value
// of the file.
type Error struct {
	Path string
	Line int // 0 where no line is to blame
	Why  string
	Err  error // the cause, where the system gave one
}

// Error returns the place and the reason.
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
