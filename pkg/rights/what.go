package rights

import (
	"errors"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
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

// Status is how a command ends with an answer of Explain.
func Status(q access.Question, a access.Answer) error {
	switch {
	case q.Satisfied(a):
		return nil
	case a.Undecided():
		return exit.ErrUndecided
	}
	return exit.ErrNegative
}

// WarnCut warns that a place is deeper than the permission is checked.
func WarnCut(app *cli.App, a access.Answer, w access.What) {
	if a.Cut {
		app.Warn("%s is checked on the %s, so the answer is about %s", w.Name, w.Level, DescribePlace(a.Place))
	}
}

// ListStatus is how a command ends that lists what has a verdict.
func ListStatus(verdict access.Verdict) error {
	switch verdict {
	case access.Yes:
		return nil
	case access.Unclear, access.Unknown:
		return exit.ErrUndecided
	default:
		return exit.ErrNegative
	}
}
