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
	"path"
	"slices"
	"strings"
)

// Errors of this package, to be tested for with [errors.Is].
var (
	ErrDialect         = errors.New("unknown shell or format")
	ErrName            = errors.New("not allowed as a variable name")
	ErrNoUnset         = errors.New("the format has no way to unset a variable")
	ErrUnrepresentable = errors.New("the value cannot be written in this format")
)

// A Var is one variable of the environment.
type Var struct{ Name, Value string }

// A Dialect is a kind of text, known by the name of the shell or format that
// stands for it.
type Dialect string

// The dialects. Sh is the one form that every shell of the Bourne family reads.
const (
	Sh     Dialect = "sh"
	Fish   Dialect = "fish"
	JSON   Dialect = "json"
	Dotenv Dialect = "dotenv"
)

// A ValueError says which value a dialect cannot carry, and why. It never
// holds the value.
type ValueError struct {
	Name    string
	Dialect Dialect
	Why     string
}

// Error names the variable, the dialect and the reason.
func (e *ValueError) Error() string {
	return fmt.Sprintf("%s cannot be written as %s: its value %s", e.Name, e.Dialect, e.Why)
}

// Unwrap returns [ErrUnrepresentable].
func (e *ValueError) Unwrap() error { return ErrUnrepresentable }

// rules is all that the package knows about one dialect.
type rules struct {
	dialect Dialect
	names   []string // other names that stand for it
	check   func(value string) (why string)
	export  func(b []byte, vars []Var) []byte
	unset   func(b []byte, name string) []byte // nil where nothing can be unset
	failure string
}

func table() []rules {
	return []rules{
		{Sh, []string{"ash", "bash", "busybox", "dash", "ksh", "ksh93", "mksh", "zsh"}, checkShell, exportSh, unsetSh, "false;\n"},
		{Fish, nil, checkShell, exportFish, unsetFish, "false;\n"},
		{JSON, nil, checkJSON, exportJSON, nil, ""},
		{Dotenv, []string{"env"}, checkDotenv, exportDotenv, nil, ""},
	}
}

// Lookup finds the dialect for the name of a shell or format. A shell may be
// given as a path or, as login shells name themselves, with a leading dash.
func Lookup(shellOrFormat string) (Dialect, error) {
	name := strings.TrimPrefix(path.Base(shellOrFormat), "-")
	var known []string
	for _, r := range table() {
		if name == string(r.dialect) || slices.Contains(r.names, name) {
			return r.dialect, nil
		}
		known = append(append(known, string(r.dialect)), r.names...)
	}
	return "", fmt.Errorf("%w %q: known are %s", ErrDialect, shellOrFormat, strings.Join(known, ", "))
}

// Export returns the text that sets vars, in their order. Every name is
// checked by [CheckName] and may occur once. A value that the dialect cannot
// carry is a [*ValueError], and then there is no text at all.
func Export(d Dialect, vars []Var) ([]byte, error) {
	r, err := d.rules()
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(vars))
	for _, v := range vars {
		if err := CheckName(v.Name); err != nil {
			return nil, err
		}
		if seen[v.Name] {
			return nil, fmt.Errorf("%s is given twice: %w", v.Name, ErrName)
		}
		seen[v.Name] = true
		if why := r.check(v.Value); why != "" {
			return nil, &ValueError{v.Name, d, why}
		}
	}
	return r.export(nil, vars), nil
}

// Unset returns the text that takes the variables away again, one a line. A
// format that only lists variables has none: [ErrNoUnset].
func Unset(d Dialect, names []string) ([]byte, error) {
	r, err := d.rules()
	if err != nil {
		return nil, err
	}
	if r.unset == nil {
		return nil, fmt.Errorf("%s: %w", d, ErrNoUnset)
	}
	var b []byte
	for _, name := range names {
		if err := CheckName(name); err != nil {
			return nil, err
		}
		b = r.unset(b, name)
	}
	return b, nil
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
