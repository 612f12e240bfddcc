package rights

import (
	"errors"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/exit"
)

// ParseWhat parses a permission or capability. An unknown one is an error (exit 2), and
// never an answer.
func ParseWhat(name string) (access.What, error) {
	w, err := access.ParseWhat(name)
	unknown, ok := errors.AsType[*access.UnknownError](err)
	if !ok {
		return w, err
	}
	e := exit.Usagef("permission or capability %q does not exist", unknown.Name)
	e.Name = "UNKNOWN_PERMISSION"
	if len(unknown.Near) > 0 {
		e.Hint = "did you mean " + exit.QuoteList(unknown.Near) + "?"
	}
	return w, e.WithNext("astra permission list", "astra permission list --group capability")
}

// Status is how a command ends with an answer.
func Status(verdict access.Verdict, satisfied bool) error {
	switch {
	case satisfied:
		return nil
	case verdict == access.Unclear || verdict == access.Unknown:
		return exit.ErrUndecided
	}
	return exit.ErrNegative
}
