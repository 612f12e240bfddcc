package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Print writes a list to standard output in the format that was asked for. none
// is said to people when a list for people is empty. Where a filter left nothing of
// it, they are told that nothing matches.
func Print[T any](a *App, columns []output.Column[T], items []T, none string) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	if options.Format != output.Table && options.Format != output.Wide {
		return output.List(a.Out, options, columns, items)
	}
	var leftOut []string
	options.LeftOut = func(headings []string) { leftOut = headings }
	options.Style = a.tableStyle(options)
	var text strings.Builder
	paged := a.pager() != ""
	w := &watched{Writer: a.Out}
	if paged {
		w.Writer = &text
	}
	if err = output.List(w, options, columns, items); err != nil {
		return err
	}
	switch {
	case w.written:
	case len(items) > 0:
		a.Say("No %s match.", a.nouns)
	case none != "":
		a.Say("%s", none)
	}
	if paged {
		err = a.page(text.String(), !options.NoHeaders)
	}
	if err == nil && leftOut != nil {
		advice := ""
		if a.pages { // and not a report of what was done, which would be done again
			advice = " Show all with -o wide."
		}
		a.Say("%s hidden: %s.%s", spelling.Count(len(leftOut), "column"), strings.Join(leftOut, ", "), advice)
	}
	return err
}

// watched knows whether anything was written.
type watched struct {
	io.Writer

	written bool
}

func (w *watched) Write(b []byte) (int, error) {
	w.written = w.written || len(b) > 0
	return w.Writer.Write(b)
}

// PrintRead is Print for a list of a command that changes nothing: it can be run again
// for more columns.
func PrintRead[T any](a *App, columns []output.Column[T], items []T, none string) error {
	a.pages = true
	return Print(a, columns, items, none)
}

// PrintOne writes one thing to standard output in the format that was asked for.
func PrintOne[T any](a *App, columns []output.Column[T], item T) error {
	return WriteOne(a, a.Out, columns, item)
}

// Say tells people something, on standard error. Text from outside in args is
// made harmless for the terminal.
func (a *App) Say(format string, args ...any) {
	if !a.Globals.Quiet {
		a.line("", format, args)
	}
}

// Warn tells people something that they should not miss, also under --quiet.
func (a *App) Warn(format string, args ...any) {
	word := "warning: "
	if a.Color() {
		word = "\x1b[33mwarning:\x1b[0m "
	}
	a.line(word, format, args)
}

// Verbosef tells people what is done, under --verbose.
func (a *App) Verbosef(format string, args ...any) {
	if a.Globals.Verbose && !a.Globals.Quiet {
		a.line("", format, args)
	}
}

func (a *App) line(word, format string, args []any) {
	clean := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case int, bool:
			clean[i] = v
		default:
			text := output.Sanitize(fmt.Sprint(v))
			if isCommand(text) {
				text = strings.ReplaceAll(text, " ", joint)
			}
			clean[i] = text
		}
	}
	prefix := ""
	if a.sandboxed {
		prefix = "sandbox: "
	}
	text := Wrap(fmt.Sprintf(prefix+word+format, clean...), a.Terminal.ErrWidth)
	fmt.Fprintln(a.Err, strings.ReplaceAll(text, joint, " "))
}

// isCommand reports whether text is a command line, which is copied from the
// screen: it would be another one, or two, with a line break in it.
func isCommand(text string) bool {
	return strings.HasPrefix(text, "astra ") || strings.HasPrefix(text, "eval ")
}

// WriteOne is PrintOne to another writer, for what is delivered as a whole.
func WriteOne[T any](a *App, w io.Writer, columns []output.Column[T], item T) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	options.Style = a.tableStyle(options)
	return output.One(w, options, columns, item)
}

// CheckOne refuses what PrintOne would refuse (exit 2). A command that changes
// something asks before it does.
func CheckOne[T any](a *App, columns []output.Column[T]) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	if a.Globals.DryRun && output.CheckOne(options, rehearsedColumns()) == nil {
		return nil // a request is shown, unless there is nothing to be sent
	}
	return output.CheckOne(options, columns)
}

// CheckList refuses what Print would refuse (exit 2), before something is
// changed.
func CheckList[T any](a *App, columns []output.Column[T]) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	if a.Globals.DryRun && output.CheckList(options, rehearsedColumns()) == nil {
		return nil
	}
	return output.CheckList(options, columns)
}
