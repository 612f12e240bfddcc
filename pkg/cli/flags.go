package cli

import (
	"cmp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/output"
)

// Globals are the flags that every command has.
type Globals struct {
	Profile, APIURL, TokenFile string
	Sandbox                    bool
	Output, JQ, Template, Sort string
	Columns, Filter            []string
	NoHeaders                  bool
	Yes, NoInput, DryRun       bool
	Timeout                    time.Duration
	Quiet, Verbose             bool
	Debug, Color               string
}

// What bounds a whole command where nothing else is asked for. Somebody at a
// terminal gets the time to think, or to fetch a token.
const (
	defaultTimeout     = 60 * time.Second
	interactiveTimeout = 10 * time.Minute
	waitTimeout        = 20 * time.Minute // with --wait
)

// AddFlags declares the global flags on the root command.
func (s *Settings) AddFlags(root *cobra.Command) {
	g, f := &s.Globals, root.PersistentFlags()
	f.StringVarP(&g.Profile, "profile", "p", "", "`name` of the profile to use")
	f.BoolVar(&g.Sandbox, "sandbox", false, "use the built-in sandbox instead of the service")
	f.StringVar(&g.APIURL, "api-url", "", "root `URL` of the DevOps API: https, or a server on this machine")
	f.StringVar(&g.TokenFile, "token-file", "", "read the application token from a `file`; - reads standard input")
	f.StringVarP(&g.Output, "output", "o", "", "output `format` (default table on a terminal, else tsv)")
	flags.Values(f, "output", []string{"table", "wide", "json", "yaml", "csv", "tsv", "name"})
	f.StringVar(&g.JQ, "jq", "", "filter the JSON with a jq `expression`")
	f.StringVar(&g.Template, "template", "", "format the JSON with a Go `template`")
	f.StringArrayVar(&g.Columns, "columns", nil, "show only these columns, a comma-separated `list`; repeatable")
	f.StringVar(&g.Sort, "sort", "", "sort rows by a `column`; -column reverses the order")
	f.StringArrayVar(&g.Filter, "filter", nil, "keep rows that match a `condition`, column=value, column!=value or column~regexp; repeatable")
	f.BoolVar(&g.NoHeaders, "no-headers", false, "omit the header row")
	f.BoolVarP(&g.Yes, "yes", "y", false, "skip confirmation prompts")
	f.BoolVar(&g.NoInput, "no-input", false, "never prompt; fail if an answer is required")
	f.BoolVar(&g.DryRun, "dry-run", false, "show what would be sent, without sending it")
	flags.Duration(f, &g.Timeout, "timeout", "maximum run `duration`, including prompts (default 60s, 10m at a terminal, 20m with --wait)")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "print errors only")
	f.BoolVarP(&g.Verbose, "verbose", "v", false, "print more detail")
	flags.Enum(f, &g.Debug, "debug", "", []string{"http"}, "log requests of this `protocol` to standard error")
	f.Lookup("debug").NoOptDefVal = "http"
	flags.Enum(f, &g.Color, "color", "auto", []string{"auto", "always", "never"}, "`when` to use color")
}

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
		NoHeaders: g.NoHeaders, Context: a.context(), Width: a.Terminal.Width, Terminal: a.Terminal.Out,
	}, nil
}

// isTable reports whether the output is a table.
func isTable(o output.Options) bool {
	return (o.Format == output.Table || o.Format == output.Wide) && o.JQ == "" && o.Template == ""
}

// ForPeople reports whether the output of the command is a table.
func (a *App) ForPeople() bool {
	o, err := a.outputOptions()
	return err == nil && isTable(o) && len(o.Columns) == 0
}

// tableStyle returns the style of tables on standard output. Pipes and files get text
// that programs can read.
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
	return output.Style{Color: a.colorOn(!a.IsPlain()), Now: now, Mark: mark}
}

// isUTF8 reports whether the terminal shows more than ASCII, by the locale.
func (s *Settings) isUTF8() bool {
	locale := strings.ToUpper(cmp.Or(s.Getenv("LC_ALL"), s.Getenv("LC_CTYPE"), s.Getenv("LANG")))
	return strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8")
}

// OutputFlag returns a flag of the command line that chooses how data is shown, or
// nothing, for commands in which such flags have no meaning.
func (s *Settings) OutputFlag() string {
	g := s.Globals
	switch {
	case s.outputGiven:
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
