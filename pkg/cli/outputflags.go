package cli

import (
	"strings"

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
