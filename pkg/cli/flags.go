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
	attendedTimeout = 10 * time.Minute
	patientTimeout  = 20 * time.Minute // with --wait
)

// AddFlags declares the global flags on the root command.
func (a *App) AddFlags(root *cobra.Command) {
	g, f := &a.Globals, root.PersistentFlags()
	f.StringVarP(&g.Profile, "profile", "p", "", "`name` of the profile to use")
	f.BoolVar(&g.Sandbox, "sandbox", false, "use the embedded sandbox instead of the service")
	f.StringVar(&g.APIURL, "api-url", "", "root `URL` of the DevOps API; https, or a server on this machine")
	f.StringVar(&g.TokenFile, "token-file", "", "read the application token from a `file`, - for standard input")
	f.StringVarP(&g.Output, "output", "o", "", "`format`: table, wide, json, yaml, csv, tsv or name (default table on a terminal, else tsv)")
	f.StringVar(&g.JQ, "jq", "", "filter the JSON with a jq `expression`")
	f.StringVar(&g.Template, "template", "", "format the JSON with a Go `template`")
	f.StringArrayVar(&g.Columns, "columns", nil, "show these columns, a `list` with commas; may be repeated")
	f.StringVar(&g.Sort, "sort", "", "sort rows by a `column`, -column for the reverse")
	f.StringArrayVar(&g.Filter, "filter", nil, "keep rows by a `condition`: column=value or column~regexp; may be repeated")
	f.BoolVar(&g.NoHeaders, "no-headers", false, "leave out the header row")
	f.BoolVarP(&g.Yes, "yes", "y", false, "confirm, instead of being asked")
	f.BoolVar(&g.NoInput, "no-input", false, "never ask; fail where an answer is needed")
	f.BoolVar(&g.DryRun, "dry-run", false, "show the request of a change instead of sending it")
	AddDuration(f, &g.Timeout, "timeout", "`duration` that bounds the whole command, questions included (default 1m0s, at a terminal 10m0s, with --wait 20m0s)")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "no messages but errors")
	f.BoolVarP(&g.Verbose, "verbose", "v", false, "say more about what is done")
	f.StringVar(&g.Debug, "debug", "", "trace requests on standard error; `what` is http")
	f.Lookup("debug").NoOptDefVal = "http"
	f.StringVar(&g.Color, "color", "auto", "colour messages: `when` is auto, always or never")
}
