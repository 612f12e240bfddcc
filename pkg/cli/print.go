package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/pager"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Print writes a list to standard output in the requested format. For an empty table it
// prints none, or that no rows match a filter, as a message.
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
	paged := a.pager().Command != ""
	w := &writeDetector{Writer: a.Out}
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

// writeDetector knows whether anything was written.
type writeDetector struct {
	io.Writer

	written bool
}

func (w *writeDetector) Write(b []byte) (int, error) {
	w.written = w.written || len(b) > 0
	return w.Writer.Write(b)
}

// PrintRead is Print for a command that changes nothing, which can be run again for more
// columns.
func PrintRead[T any](a *App, columns []output.Column[T], items []T, none string) error {
	a.pages = true
	return Print(a, columns, items, none)
}

// PrintOne writes one item to standard output in the requested format.
func PrintOne[T any](a *App, columns []output.Column[T], item T) error {
	return WriteOne(a, a.Out, columns, item)
}

// ShowsOne reports whether PrintOne shows a column, or a program has its value.
func ShowsOne[T any](a *App, columns []output.Column[T], key string) bool {
	options, err := a.outputOptions()
	return err == nil && output.Shows(options, columns, key)
}

// PrintDocument writes a document from the service, of any form, to standard output. See
// output.Document.
func PrintDocument(a *App, document []byte) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	return output.Document(a.Out, options, document)
}

// WantsDocument reports whether the output is a document in a format that the user
// asked for, and not what the service sent.
func WantsDocument(a *App) bool {
	o, err := a.outputOptions()
	return err == nil && (o.Format == output.JSON || o.Format == output.YAML || o.JQ != "" || o.Template != "")
}

// CheckDocument rejects the flags that PrintDocument would reject (exit 2). A command
// calls it before it sends anything.
func CheckDocument(a *App) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	return output.CheckDocument(options)
}

// Say prints a message on standard error. Text from outside in args is sanitized.
func (s *Streams) Say(format string, args ...any) {
	if !s.Globals.Quiet {
		s.line("", format, args)
	}
}

// Warn prints a warning, also under --quiet.
func (s *Streams) Warn(format string, args ...any) {
	word := "warning: "
	if s.Color() {
		word = "\x1b[33mwarning:\x1b[0m "
	}
	s.line(word, format, args)
}

// Verbosef prints a message under --verbose.
func (s *Streams) Verbosef(format string, args ...any) {
	if s.Globals.Verbose && !s.Globals.Quiet {
		s.line("", format, args)
	}
}

func (s *Streams) line(word, format string, args []any) {
	clean := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case int, bool:
			clean[i] = v
		default:
			text := output.Sanitize(fmt.Sprint(v))
			if isCommand(text) {
				text = help.Glue(text)
			}
			clean[i] = text
		}
	}
	prefix := ""
	if s.sandboxed {
		prefix = "sandbox: "
	}
	fmt.Fprintln(s.Err, help.Wrap(fmt.Sprintf(prefix+word+format, clean...), s.Terminal.ErrWidth))
}

// isCommand reports whether text is a command line, in which a line break would change
// its meaning when it is copied.
func isCommand(text string) bool {
	return strings.HasPrefix(text, "astra ") || strings.HasPrefix(text, "eval ")
}

// WriteOne is PrintOne to another writer.
func WriteOne[T any](a *App, w io.Writer, columns []output.Column[T], item T) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	options.Style = a.tableStyle(options)
	return output.One(w, options, columns, item)
}

// CheckOne rejects the flags that PrintOne would reject (exit 2). A command calls it
// before it changes anything.
func CheckOne[T any](a *App, columns []output.Column[T]) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	if a.Globals.DryRun && output.CheckOne(options, requestColumns()) == nil {
		return nil // a request is shown, unless there is nothing to be sent
	}
	return output.CheckOne(options, columns)
}

// CheckList rejects the flags that Print would reject (exit 2). A command calls it before
// it changes anything.
func CheckList[T any](a *App, columns []output.Column[T]) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	if a.Globals.DryRun && output.CheckList(options, requestColumns()) == nil {
		return nil
	}
	return output.CheckList(options, columns)
}

// Capitalize returns text with a capital letter at the beginning.
func Capitalize(words string) string { return strings.ToUpper(words[:1]) + words[1:] }

// adviseDirectory adds to an error about a file of this program the variable that chooses
// another directory.
func (s *Settings) adviseDirectory(e *exit.Error, err error) {
	if e.Hint != "" || !isDirectoryRefused(err) {
		return
	}
	paths, _ := config.Dirs(s.Getenv, s.Home, goos) // those that can be told
	for _, place := range []struct{ dir, variable string }{
		{paths.State, "ASTRA_STATE_DIR"}, {paths.Cache, "ASTRA_CACHE_DIR"}, {paths.Config, "ASTRA_CONFIG_DIR"},
	} {
		if place.dir != "" && strings.Contains(e.Message, place.dir) {
			e.Hint = place.variable + " chooses another directory"
			return
		}
	}
}

// isDirectoryRefused reports whether another directory would help.
func isDirectoryRefused(err error) bool {
	ours := false
	for _, kind := range []error{config.ErrConfig, credential.ErrPermissions, credential.ErrUnavailable} {
		ours = ours || errors.Is(err, kind)
	}
	refused := strings.Contains(err.Error(), "another user") || errors.Is(err, fs.ErrPermission) || errors.Is(err, atomicfile.ErrNotRegular)
	for _, number := range []syscall.Errno{syscall.ENOLCK, syscall.ENOSYS, syscall.EROFS, syscall.ENOTDIR, syscall.EISDIR, syscall.ENOSPC, syscall.EIO} {
		refused = refused || errors.Is(err, number)
	}
	return ours && refused
}

// SetHelp makes root and the commands below it show their help laid out
// for the width of the terminal, with bold headings on a terminal, and with a pager
// where it is longer than the screen.
func (a *App) SetHelp(root *cobra.Command) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		text := a.helpLayout().Command(cmd)
		if a.pages = true; a.pager().Command == "" {
			fmt.Fprint(a.Out, text)
			return
		}
		_ = a.page(text, false) // Finish reports what could not be written
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := fmt.Fprintln(a.Err, "Usage: "+help.UsageLine(cmd))
		return err
	})
}

// helpLayout returns the layout for standard output.
func (s *Streams) helpLayout() help.Layout {
	l := help.Layout{Width: help.DefaultWidth, Bold: s.colorOn(s.Terminal.Out)}
	if s.Terminal.Out && s.Terminal.Width > 0 {
		l.Width = min(s.Terminal.Width, help.MaxWidth)
	}
	return l
}

// pager returns the pager of the command, without a command line where it has none.
// Reports of changes are not paged: the end of the command would wait.
func (a *App) pager() pager.Pager {
	if !a.pages || !a.Interactive() || !a.Terminal.Out || a.Terminal.Dumb || a.Terminal.Height < pager.MinHeight {
		return pager.Pager{}
	}
	return pager.Pager{Command: pager.Command(a.Environ()), Environ: a.Environ(), Out: a.Stdout(), Err: a.Stderr()}
}

// page writes text to standard output, by the pager if the text is longer than the
// terminal is high. header says that the first line is one of headings. A text that the
// pager does not take is written without it.
func (a *App) page(text string, header bool) error {
	if plain := output.StripStyles(text); pager.Lines(plain, a.Terminal.Width) >= a.Terminal.Height {
		ctx := a.signalContext() // the user ends a pager, unless a time limit was asked for
		if a.limitGiven {
			ctx = a.context()
		}
		p, shown := a.pager(), text
		if !p.IsLess() && !a.colorAlways() {
			shown = plain // not every pager shows colors and bold text
		}
		if p.Show(ctx, a.Secrets.Redact(shown), header) || ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	_, err := io.WriteString(a.Out, text)
	return err
}
