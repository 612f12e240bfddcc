package cli

import (
	"encoding/json"
	"fmt"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// showRequest writes a request that is not sent to standard output.
func (a *App) showRequest(r devops.Request) error {
	type shown struct {
		Method, Path, Permission string
		Body                     any
	}
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	if options.Format != output.Table && options.Format != output.Wide && options.Format != output.TSV {
		columns := []output.Column[shown]{
			{Key: "method", Value: func(s shown) any { return s.Method }},
			{Key: "path", Value: func(s shown) any { return s.Path }},
			{Key: "permission", Value: func(s shown) any { return s.Permission }},
			{Key: "body", Value: func(s shown) any { return s.Body }},
		}
		return output.One(a.Out, options, columns, shown{r.Method, r.Path, r.Permission, r.Body})
	}
	text := fmt.Sprintf("%s %s\n", r.Method, r.Path)
	if r.Body != nil {
		body, err := json.MarshalIndent(r.Body, "", "  ")
		if err != nil {
			return err
		}
		text += string(body) + "\n"
	}
	if r.Permission != "" {
		text += "needs " + r.Permission + "\n"
	}
	_, err = fmt.Fprint(a.Out, a.Secrets.Redact(text))
	return err
}

// Rehearse reports whether this is a dry run, and says what the command would
// change here. What it would send is shown by the request itself.
func (a *App) Rehearse(format string, args ...any) bool {
	if a.Globals.DryRun {
		a.Say("Would "+format+".", args...)
	}
	return a.Globals.DryRun
}
