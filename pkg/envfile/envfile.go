// Package envfile writes environment variables as text for a shell to evaluate,
// or as a file of a known format.
//
// A value arrives byte for byte or is refused. The text for shells remains
// correct without the recommended quotes: eval $(…).
package envfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Errors of this package; test with [errors.Is].
var (
	ErrDialect         = errors.New("unknown shell or format")
	ErrName            = errors.New("not allowed as a variable name")
	ErrNoUnset         = errors.New("the format cannot unset a variable")
	ErrNoMerge         = errors.New("single variables cannot be replaced in this format")
	ErrMerge           = errors.New("the file cannot be changed safely")
	ErrUnrepresentable = errors.New("the value cannot be written in this format")
)

// Var is an environment variable.
type Var struct{ Name, Value string }

// ValueError reports a value that a dialect cannot represent. It does not
// contain the value.
type ValueError struct {
	Name    string
	Dialect Dialect
	Why     string
}

// Error returns the variable, the dialect and the reason.
func (e *ValueError) Error() string {
	return fmt.Sprintf("cannot write %s as %s: its value %s", e.Name, e.Dialect, e.Why)
}

// Unwrap returns [ErrUnrepresentable].
func (e *ValueError) Unwrap() error { return ErrUnrepresentable }

// Export returns the text that sets vars, in order. Names must satisfy
// [CheckName] and be unique. A value that the dialect cannot represent is a
// [*ValueError].
func Export(d Dialect, vars []Var) ([]byte, error) {
	r, err := d.rulesFor(vars)
	if err != nil {
		return nil, err
	}
	return r.export(nil, vars), nil
}

// rulesFor returns the rules of the dialect if it can represent vars.
func (d Dialect) rulesFor(vars []Var) (rules, error) {
	r, err := d.rules()
	if err != nil {
		return r, err
	}
	names := make([]string, len(vars))
	for i, v := range vars {
		names[i] = v.Name
	}
	if err := r.checkNames(names); err != nil {
		return r, err
	}
	for _, v := range vars {
		if why := r.check(v.Value); why != "" {
			return r, &ValueError{v.Name, d, why}
		}
	}
	return r, nil
}

func (r rules) checkNames(names []string) error {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if err := CheckName(name); err != nil {
			return err
		}
		key := name
		if r.caseless {
			key = strings.ToUpper(name)
		}
		switch {
		case seen[key] && r.caseless:
			return fmt.Errorf("duplicate %s (%s ignores case): %w", name, r.dialect, ErrName)
		case seen[key]:
			return fmt.Errorf("duplicate %s: %w", name, ErrName)
		}
		seen[key] = true
	}
	return nil
}

// Unset returns the text that unsets variables, one per line; for nu it is a
// list. Formats that only list variables return [ErrNoUnset].
func Unset(d Dialect, names []string) ([]byte, error) {
	r, err := d.rules()
	if err != nil {
		return nil, err
	}
	if r.unset == nil {
		return nil, fmt.Errorf("%s: %w", d, ErrNoUnset)
	}
	for _, name := range names {
		if err := CheckName(name); err != nil {
			return nil, err
		}
	}
	return r.unset(nil, names), nil
}

// Failure returns the text to print instead of a failed export, so that the
// eval around it fails: shells take an empty text for success. It is empty for
// file formats.
func Failure(d Dialect) string {
	r, err := d.rules()
	if err != nil {
		return ""
	}
	return r.failure
}

func (d Dialect) rules() (rules, error) {
	all := table()
	i := slices.IndexFunc(all, func(r rules) bool { return r.dialect == d })
	if i < 0 {
		return rules{}, fmt.Errorf("%w %q", ErrDialect, string(d))
	}
	return all[i], nil
}
