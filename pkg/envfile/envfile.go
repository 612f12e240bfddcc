// Package envfile writes environment variables as text that something else
// reads: a shell that evaluates it, or a file of a known format.
//
// The rule of the package is that a value arrives byte for byte or is refused.
// Nothing is approximated, and the text for shells stays right where it is
// evaluated without the quotes that it should have: eval $(…).
package envfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Errors of this package, to be tested for with [errors.Is].
var (
	ErrDialect         = errors.New("unknown shell or format")
	ErrName            = errors.New("not allowed as a variable name")
	ErrNoUnset         = errors.New("the format cannot unset a variable")
	ErrNoMerge         = errors.New("single variables cannot be replaced in this format")
	ErrMerge           = errors.New("the file cannot be changed safely")
	ErrUnrepresentable = errors.New("the value cannot be written in this format")
)

// A Var is one variable of the environment.
type Var struct{ Name, Value string }

// A ValueError says which value a dialect cannot carry, and why. It never
// holds the value.
type ValueError struct {
	Name    string
	Dialect Dialect
	Why     string
}

// Error names the variable, the dialect and the reason.
func (e *ValueError) Error() string {
	return fmt.Sprintf("cannot write %s as %s: its value %s", e.Name, e.Dialect, e.Why)
}

// Unwrap returns [ErrUnrepresentable].
func (e *ValueError) Unwrap() error { return ErrUnrepresentable }

// Export returns the text that sets vars, in their order. Every name is
// checked by [CheckName] and may occur once. A value that the dialect cannot
// carry is a [*ValueError], and then there is no text at all.
func Export(d Dialect, vars []Var) ([]byte, error) {
	r, err := d.writable(vars)
	if err != nil {
		return nil, err
	}
	return r.export(nil, vars), nil
}

// writable returns the rules of the dialect if it can carry vars.
func (d Dialect) writable(vars []Var) (rules, error) {
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

// Unset returns the text that takes the variables away again, one a line; nu
// gets a list. A format that only lists variables has none: [ErrNoUnset].
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

// Failure returns the text to print instead of an export that failed, so that
// the eval around it fails too: shells take the status of an empty text for
// success. It is empty for formats that nobody evaluates.
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
