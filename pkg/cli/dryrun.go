package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
)

// dryRunRequest is a request of a dry run, which is not sent.
type dryRunRequest struct {
	Method, Path, Permission string
	Body                     any
}

func requestColumns() []output.Column[dryRunRequest] {
	return []output.Column[dryRunRequest]{
		{Key: "method", Value: func(r dryRunRequest) any { return r.Method }},
		{Key: "path", Value: func(r dryRunRequest) any { return r.Path }, Name: true},
		{Key: "permission", Value: func(r dryRunRequest) any { return output.OrNull(r.Permission) }},
		{Key: "body", Value: func(r dryRunRequest) any { return r.Body }},
	}
}

// showRequest writes a request of a dry run to standard output.
func (a *App) showRequest(r devops.Request) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	if !isHumanReadable(options) {
		one := dryRunRequest{r.Method, r.Path, r.Permission, r.Body}
		if a.requests == nil {
			return output.One(a.Out, options, requestColumns(), one)
		}
		*a.requests = append(*a.requests, one)
		return nil
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

// isHumanReadable reports whether a request is shown as text, and not as data of which
// the user chose a format or a part.
func isHumanReadable(o output.Options) bool {
	format := o.Format == output.Table || o.Format == output.Wide || o.Format == output.TSV
	return format && o.JQ == "" && o.Template == "" && len(o.Columns)+len(o.Filter) == 0 && o.Sort == ""
}

// DryRun runs the requests of a dry run. As data they are one list, also if there is only
// one or none.
func (a *App) DryRun(ctx context.Context, requests []func(context.Context) error) error {
	options, err := a.outputOptions()
	if err != nil {
		return err
	}
	all := []dryRunRequest{}
	a.requests = &all
	for _, request := range requests {
		if err := request(ctx); err != nil && !errors.Is(err, exit.ErrDone) {
			return err
		}
	}
	if !isHumanReadable(options) {
		if err := output.List(a.Out, options, requestColumns(), all); err != nil {
			return err
		}
	}
	return exit.ErrDone
}

// DryRunf reports whether this is a dry run, and prints the change that the command would
// make. The request itself shows what would be sent.
func (s *Streams) DryRunf(format string, args ...any) bool {
	if s.Globals.DryRun {
		s.Say("Would "+format+".", args...)
	}
	return s.Globals.DryRun
}
