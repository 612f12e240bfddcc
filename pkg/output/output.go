// Package output prints lists and single items in the selected format: a table
// for people, and JSON, YAML, CSV, TSV or names for programs.
//
// A command describes its output once, as columns, which define all formats,
// sorting, filters and queries. Errors are found before the first byte is
// written, and text from a server cannot control a terminal or break a line.
package output

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ErrOptions is wrapped by usage errors in the options.
var ErrOptions = errors.New("bad output option")

// Format is the name of an output format.
type Format string

// The formats. The zero value of [Format] means Table.
const (
	Table Format = "table"
	Wide  Format = "wide"
	JSON  Format = "json"
	YAML  Format = "yaml"
	CSV   Format = "csv"
	TSV   Format = "tsv"
	Name  Format = "name"
)

// Formats returns the names of all formats.
func Formats() []Format { return []Format{Table, Wide, JSON, YAML, CSV, TSV, Name} }

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	if f := Format(name); slices.Contains(Formats(), f) {
		return f, nil
	}
	return "", optionErrorf("unknown output format %q; use one of %s", name, join(Formats()))
}

// Options selects what is printed, and how.
type Options struct {
	Format    Format
	JQ        string   // a jq program for the JSON value, replaces Format
	Template  string   // a text/template for the JSON value, replaces Format
	Columns   []string // keys of the columns to print, in order
	Sort      string   // the key to sort by; a leading - sorts in descending order
	Filter    []string // key=value, key!=value or key~regexp; all must match
	NoHeaders bool
	Width     int  // of the terminal, to which a table is fitted; 0 is unlimited
	Terminal  bool // the output is a terminal and must be safe for it
	Style     Style

	// Context cancels a program of JQ or Template; may be nil.
	Context context.Context

	memory int64 // memory limit of such a program; maxMemory if zero

	// LeftOut, if set, is called with the headings of hidden columns.
	LeftOut func(headings []string)
}

// Column is one property of T: a key in JSON, a column of a table.
type Column[T any] struct {
	Key    string         // lowerCamelCase; a table shows clientId as CLIENT ID
	Value  func(T) any    // a string, bool, number, time, []string, or any value of encoding/json
	Text   func(T) string // for formats other than JSON and YAML; nil if the text of Value is obvious
	Order  func(T) any    // sort key; nil is Value
	Sorted bool           // default sort key of a list, before the column with Name
	Wide   bool           // hidden in plain tables and TSV of lists
	Detail bool           // only for single items
	Data   bool           // hidden in plain tables, where another column replaces it
	Human  bool           // only in tables by default: volatile values, such as an age
	Exact  bool           // not escaped as a formula in CSV: a random secret
	Name   bool           // printed by the name format
	Wrap   bool           // wrapped instead of cut in tables
	State  bool           // a state, shown in color on a terminal
	Mark   bool           // a boolean that marks rows of a list on a terminal
	AgeOf  string         // key of the time for this age; a terminal shows only one of them

	// Spare, if positive, lets a table hide the column on a narrow terminal:
	// higher values first, then later columns. A negative value hides it only
	// if the name column would otherwise be cut. Empty columns are hidden
	// before all others.
	Spare int

	// Unset returns the text of an unset value on a terminal, such as "never";
	// nil is no text.
	Unset func(T) string

	// Called returns the text of the Name column in the name format; nil is
	// Text.
	Called func(T) string

	// Lines returns the lines of the value in the table of a single item; nil
	// is Text on one line, or a []string.
	Lines func(T) []string
}

// Keys returns the keys of the columns of a list.
func Keys[T any](columns []Column[T]) []string {
	var keys []string
	for _, c := range columns {
		if !c.Detail {
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// List prints items. In JSON and YAML they are an array; a table without items
// is empty.
func List[T any](w io.Writer, o Options, columns []Column[T], items []T) error {
	q, err := compileList(o, columns)
	if err != nil {
		return err
	}
	if items, err = q.filter(items); err != nil {
		return err
	}
	order, err := q.sort(items)
	if err != nil {
		return err
	}
	return write(w, o, q.program, newSheet(q.columns, items, order, true))
}

// One prints a single item: an object in JSON, a line for each column in a
// table.
func One[T any](w io.Writer, o Options, columns []Column[T], item T) error {
	q, err := compileOne(o, columns)
	if err != nil {
		return err
	}
	return write(w, o, q.program, newSheet(q.columns, []T{item}, nil, false))
}

// CheckList returns the [ErrOptions] that [List] would return, so that a
// command can fail early.
func CheckList[T any](o Options, columns []Column[T]) error {
	_, err := compileList(o, columns)
	return err
}

// Shows reports whether One shows a column, or a program has its value.
func Shows[T any](o Options, columns []Column[T], key string) bool {
	q, err := compileOne(o, columns)
	return err == nil && slices.ContainsFunc(q.columns, func(c Column[T]) bool { return c.Key == key })
}

// CheckOne is [CheckList] for [One].
func CheckOne[T any](o Options, columns []Column[T]) error {
	_, err := compileOne(o, columns)
	return err
}

// write renders everything before it writes. Of a long list the dataset has
// already written the beginning, after a check of all values.
func write(w io.Writer, o Options, p program, s *dataset) error {
	s.w = w
	b, err := render(o, p, s)
	if err != nil || len(b) == 0 {
		return err
	}
	_, err = w.Write(b)
	return err
}

func render(o Options, p program, s *dataset) ([]byte, error) {
	s.terminal = o.Terminal
	var b []byte
	var err error
	switch {
	case p != nil:
		b, err = supervise(o.Context, cmp.Or(o.memory, maxMemory), func(ctx context.Context) ([]byte, error) { return p.run(ctx, s) })
		if err != nil {
			return nil, o.programError(err)
		}
	case o.Format == JSON:
		b = s.json()
	case o.Format == YAML:
		b, err = s.yaml()
	case o.Format == CSV:
		b = s.csv(o.NoHeaders)
	case o.Format == TSV:
		b = s.tsv()
	case o.Format == Name:
		b = s.names()
	case s.list:
		b, err = s.table(o)
	default:
		b = s.record(o)
	}
	return b, errors.Join(err, s.err)
}

// programError names the flag of a program that was canceled.
func (o Options) programError(err error) error {
	flag := "--jq"
	if o.Template != "" {
		flag = "--template"
	}
	switch {
	case errors.Is(err, errMemory):
		return optionErrorf("%s: the expression needs more than %d MiB of memory", flag, cmp.Or(o.memory, maxMemory)>>20)
	case errors.Is(err, ErrOptions):
		return err
	}
	return fmt.Errorf("%s: %w", flag, err)
}

// optionError hides ErrOptions in its text.
type optionError struct{ text string }

func optionErrorf(format string, args ...any) error {
	return &optionError{fmt.Sprintf(format, args...)}
}

func (e *optionError) Error() string { return e.text }
func (e *optionError) Unwrap() error { return ErrOptions }

func join[S ~string](names []S) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(name))
	}
	return b.String()
}
