// Package output prints lists and single things in the format that the user
// asked for: a table for people, and JSON, YAML, CSV, TSV or bare names for
// programs.
//
// A command describes what it prints once, as columns; every format, and every
// option that sorts, filters or queries, follows from them. All of the text is
// made before the first byte is written, so that an error leaves no half of it
// behind, and what a server sent cannot act on a terminal or break a line.
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

// ErrOptions is wrapped by every error whose cause is what the user asked for,
// not what there was to print: a usage error.
var ErrOptions = errors.New("bad output option")

// A Format is the name of an output format.
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
	return "", optionErrorf("unknown output format %q: the formats are %s", name, join(Formats()))
}

// Options is what the user wants to see, and how.
type Options struct {
	Format    Format
	JQ        string   // a jq program for the JSON value, instead of Format
	Template  string   // a text/template for the JSON value, instead of Format
	Columns   []string // keys of the columns to print, in this order
	Sort      string   // the key to sort by; a leading - turns the order round
	Filter    []string // key=value or key~regexp, all of which must hold
	NoHeaders bool
	Width     int  // of the terminal, into which a table is fitted; 0 is unlimited
	Terminal  bool // a terminal shows it, so that nothing may act on one
	Style     Style

	// Context ends a program of JQ or Template that does not end by itself; nil
	// is none.
	Context context.Context

	memory int64 // what such a program may take; maxMemory if zero

	// LeftOut is told the headings of the columns that Width has no room for; it
	// may be nil.
	LeftOut func(headings []string)
}

// A Column is one property of a T: a key in JSON, a column of a table.
type Column[T any] struct {
	Key    string         // lowerCamelCase; a table shows clientId as CLIENT ID
	Value  func(T) any    // a string, bool, number, time, []string, or what encoding/json takes
	Text   func(T) string // for formats other than JSON and YAML; nil where Value has an obvious text
	Order  func(T) any    // what is compared to sort by it; nil where Value says it
	Sorted bool           // a list is sorted by it, unless the user sorts otherwise, and then by the one that names things
	Wide   bool           // of a list, not in a plain table nor in TSV
	Detail bool           // only for single things
	Data   bool           // not in a plain table: another column says it better to people
	Human  bool           // only in tables, unless it is asked for: what changes by itself, such as an age
	Exact  bool           // never disarmed as a formula in CSV: a secret of random characters
	Name   bool           // what the name format prints
	Wrap   bool           // a table goes on with it on the next lines, instead of cutting it
	State  bool           // a word that says how a thing is, which a terminal shows in a color
	Mark   bool           // a truth that marks rows of a list on a terminal
	AgeOf  string         // the key of the time whose age this is: a terminal that tells that time so does not need both

	// Spare is above zero if a table leaves the column out where a terminal has no
	// room for it: what has more goes first, then what is last. Below zero it goes
	// only where the column that names a row would be cut otherwise. A column without
	// anything in it goes before all others.
	Spare int

	// Unset is what a terminal shows where Value has nothing, such as "never"; nil is
	// no text.
	Unset func(T) string

	// Called is what the name format prints of the column with Name; nil where the
	// text does.
	Called func(T) string

	// Lines is what the table of a single thing shows, one below the other;
	// nil where the text on one line, or a []string, does.
	Lines func(T) []string
}

// Keys returns the keys of the columns that a list can have.
func Keys[T any](columns []Column[T]) []string {
	var keys []string
	for _, c := range columns {
		if !c.Detail {
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// List prints items. JSON and YAML have an array, which is empty where there
// are none; a table of nothing is no text at all.
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

// One prints a single thing: an object in JSON, a line for each column in a
// table.
func One[T any](w io.Writer, o Options, columns []Column[T], item T) error {
	q, err := compileOne(o, columns)
	if err != nil {
		return err
	}
	return write(w, o, q.program, newSheet(q.columns, []T{item}, nil, false))
}

// CheckList returns the [ErrOptions] that [List] would return, so that a
// command can refuse before it does its work.
func CheckList[T any](o Options, columns []Column[T]) error {
	_, err := compileList(o, columns)
	return err
}

// CheckOne is [CheckList] for [One].
func CheckOne[T any](o Options, columns []Column[T]) error {
	_, err := compileOne(o, columns)
	return err
}

// write renders everything and only then writes it, at once. Of a long list the sheet
// has written the beginning then, after a look at all of its values.
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
		b, err = supervised(o.Context, cmp.Or(o.memory, maxMemory), func(ctx context.Context) ([]byte, error) { return p.run(ctx, s) })
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

// programError says of which flag a program was that did not end by itself.
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

// An optionError has the text of its own cause only.
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
