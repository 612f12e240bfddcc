package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/output"
)

func (a *App) outputOptions() (output.Options, error) {
	g := a.Globals
	format := output.TSV
	if a.Terminal.Out {
		format = output.Table
	}
	if g.Output != "" {
		var err error
		if format, err = output.ParseFormat(g.Output); err != nil {
			return output.Options{}, err
		}
	}
	var columns []string
	for _, list := range g.Columns {
		for key := range strings.SplitSeq(list, ",") {
			if key = strings.TrimSpace(key); key != "" {
				columns = append(columns, key)
			}
		}
	}
	return output.Options{
		Format: format, JQ: g.JQ, Template: g.Template, Columns: columns, Sort: g.Sort, Filter: g.Filter,
		NoHeaders: g.NoHeaders, Context: a.alive(), Width: a.Terminal.Width, Terminal: a.Terminal.Out,
	}, nil
}

// isTable reports whether people read the output.
func isTable(o output.Options) bool {
	return (o.Format == output.Table || o.Format == output.Wide) && o.JQ == "" && o.Template == ""
}

// ForPeople reports whether people read the output of the command: a table.
func (a *App) ForPeople() bool {
	o, err := a.outputOptions()
	return err == nil && isTable(o) && len(o.Columns) == 0
}

// tableStyle is how tables look on standard output. In a pipe and in a file they stay
// what programs may read.
func (a *App) tableStyle(o output.Options) output.Style {
	if !isTable(o) {
		return output.Style{}
	}
	if !a.Terminal.Out {
		return output.Style{Color: a.colorAlways()}
	}
	now, err := a.ServiceNow()
	if err != nil {
		now = a.Now() // what is wrong with the sandbox is for the command to say
	}
	mark := "✓"
	if a.Terminal.Dumb || goos != "windows" && !a.isUTF8() {
		mark = "*"
	}
	return output.Style{Color: a.colorOn(!a.Plain()), Now: now, Mark: mark}
}

// isUTF8 reports whether the locale says that the terminal shows more than ASCII.
func (a *App) isUTF8() bool {
	locale := strings.ToUpper(cmp.Or(a.Getenv("LC_ALL"), a.Getenv("LC_CTYPE"), a.Getenv("LANG")))
	return strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8")
}

// OutputFlag returns the flag of the command line that chooses how data is shown,
// for commands in which that has no meaning, or nothing.
func (a *App) OutputFlag() string {
	g := a.Globals
	switch {
	case a.outputGiven:
		return "-o"
	case g.JQ != "":
		return "--jq"
	case g.Template != "":
		return "--template"
	case len(g.Columns) > 0:
		return "--columns"
	case g.Sort != "":
		return "--sort"
	case len(g.Filter) > 0:
		return "--filter"
	case g.NoHeaders:
		return "--no-headers"
	}
	return ""
}

// Accepted says which of the flags that do not mean something everywhere a command
// accepts. --output is accepted by all: failures are objects with it.
type Accepted int

// What a command accepts, to be combined.
const (
	AcceptJSON    Accepted = 1 << iota // --jq and --template
	AcceptColumns                      // --columns and --no-headers
	AcceptRows                         // --sort and --filter
	AcceptDryRun                       // --dry-run

	AcceptObject = AcceptJSON | AcceptColumns
	AcceptList   = AcceptObject | AcceptRows
)

// conditional are the flags that not all commands accept.
func conditional() map[Accepted][]string {
	return map[Accepted][]string{
		AcceptJSON: {"jq", "template"}, AcceptColumns: {"columns", "no-headers"}, AcceptRows: {"sort", "filter"}, AcceptDryRun: {"dry-run"},
	}
}

// Accept makes cmd reject those global flags that mean nothing to it as unknown ones.
// They stay known to the root, since a flag may be given before the command.
func Accept(cmd *cobra.Command, accepted Accepted) {
	for set, names := range conditional() {
		if accepted&set != 0 {
			continue
		}
		for _, name := range names {
			global := cmd.Root().PersistentFlags().Lookup(name)
			f := cmd.Flags().VarPF(rejectedFlag{cmd, global}, name, global.Shorthand, global.Usage)
			f.NoOptDefVal, f.Hidden = global.NoOptDefVal, true
		}
	}
}

// Accepts reports whether cmd accepts a flag of the root.
func Accepts(cmd *cobra.Command, name string) bool {
	f := cmd.Flags().Lookup(name)
	if f == nil {
		f = cmd.InheritedFlags().Lookup(name)
	}
	return f != nil && !f.Hidden
}

// rejectedFlag is the value of a global flag that means nothing to a command.
type rejectedFlag struct {
	cmd    *cobra.Command
	global *pflag.Flag
}

// Set rejects the flag as the parser rejects an unknown one.
func (r rejectedFlag) Set(string) error { return unknownFlag(r.cmd, r.global.Name, "--"+r.global.Name) }

// String is the value, of which there is never one.
func (rejectedFlag) String() string { return "" }

// Type is that of the flag.
func (r rejectedFlag) Type() string { return r.global.Value.Type() }
