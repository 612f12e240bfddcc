package cli

import (
	"time"

	"github.com/spf13/cobra"
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
	defaultTimeout  = 60 * time.Second
	interactiveTimeout = 10 * time.Minute
	waitTimeout  = 20 * time.Minute // with --wait
)

// AddFlags declares the global flags on the root command.
func (a *App) AddFlags(root *cobra.Command) {
	g, f := &a.Globals, root.PersistentFlags()
	f.StringVarP(&g.Profile, "profile", "p", "", "`name` of the profile to use")
	f.BoolVar(&g.Sandbox, "sandbox", false, "use the built-in sandbox instead of the service")
	f.StringVar(&g.APIURL, "api-url", "", "root `URL` of the DevOps API: https, or a server on this machine")
	f.StringVar(&g.TokenFile, "token-file", "", "read the application token from a `file`; - reads standard input")
	f.StringVarP(&g.Output, "output", "o", "", "output `format` (default table on a terminal, else tsv)")
	declareValues(f, "output", []string{"table", "wide", "json", "yaml", "csv", "tsv", "name"})
	f.StringVar(&g.JQ, "jq", "", "filter the JSON with a jq `expression`")
	f.StringVar(&g.Template, "template", "", "format the JSON with a Go `template`")
	f.StringArrayVar(&g.Columns, "columns", nil, "show only these columns, a comma-separated `list`; repeatable")
	f.StringVar(&g.Sort, "sort", "", "sort rows by a `column`; -column reverses the order")
	f.StringArrayVar(&g.Filter, "filter", nil, "keep rows that match a `condition`, column=value or column~regexp; repeatable")
	f.BoolVar(&g.NoHeaders, "no-headers", false, "omit the header row")
	f.BoolVarP(&g.Yes, "yes", "y", false, "skip confirmation prompts")
	f.BoolVar(&g.NoInput, "no-input", false, "never prompt; fail if an answer is required")
	f.BoolVar(&g.DryRun, "dry-run", false, "show what would be sent, without sending it")
	AddDuration(f, &g.Timeout, "timeout", "maximum run `duration`, including prompts (default 60s, 10m at a terminal, 20m with --wait)")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "print errors only")
	f.BoolVarP(&g.Verbose, "verbose", "v", false, "print more detail")
	Enum(f, &g.Debug, "debug", "", []string{"http"}, "log requests of this `protocol` to standard error")
	f.Lookup("debug").NoOptDefVal = "http"
	Enum(f, &g.Color, "color", "auto", []string{"auto", "always", "never"}, "`when` to use color")
}
