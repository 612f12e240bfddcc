package org

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/apply"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/output"
)

func newRuns(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:   "runs [RUN]",
		Short: "List applied plans, or show one",
		Long: `List the plans that "astra org apply" and "astra org undo" applied from this
machine, latest first. With a run, show its steps. The service is not called.

A run is interrupted if it ended before its last step. The outcome of a step that was
sent without an answer is unknown: "astra org plan" shows whether it took effect.`,
		Example: "  astra org export --out astra-access.yaml\n  astra user update viewer@example.com --add-role 'RO User'\n" +
			"  astra org apply --yes\n  astra org runs -o json",
		Args:        cli.Args("[RUN]"),
		Annotations: completion.Args(completion.Runs),
		RunE: func(_ *cobra.Command, args []string) error {
			j, err := openJournal(app)
			if err != nil {
				return err
			}
			runs, damaged := j.List()
			if damaged != nil {
				app.Warn("unreadable runs are left out: %v", damaged)
			}
			if len(args) == 0 {
				return cli.PrintRead(app, runColumns(), runs, "No runs recorded on this machine.")
			}
			run, err := apply.Find(runs, args[0], "")
			if err != nil {
				return err
			}
			return cli.PrintRead(app, stepColumns(), run.Lines, "This run has no steps.")
		},
	}, runColumns())
}

func runColumns() []output.Column[apply.Run] {
	return []output.Column[apply.Run]{
		{Key: "run", Value: func(r apply.Run) any { return r.Run }, Name: true},
		{Key: "began", Value: func(r apply.Run) any { return r.Began }},
		{Key: "organization", Value: func(r apply.Run) any { return output.OrNull(r.Organization.Name) }},
		{Key: "steps", Value: func(r apply.Run) any { return r.Steps }},
		{Key: "done", Value: func(r apply.Run) any { return len(r.Done) }},
		{Key: "state", Value: func(r apply.Run) any { return r.Describe() }, State: true},
	}
}

func stepColumns() []output.Column[apply.Line] {
	return []output.Column[apply.Line]{
		{Key: "step", Value: func(l apply.Line) any { return l.Number }},
		{Key: "action", Value: func(l apply.Line) any { return string(l.Action) }},
		{Key: "object", Value: func(l apply.Line) any { return l.Label }},
		{Key: "id", Value: func(l apply.Line) any { return output.OrNull(l.ID) }, Name: true, Spare: 1},
		{Key: "outcome", Value: func(l apply.Line) any { return string(l.Outcome) }, State: true},
		{Key: "error", Value: func(l apply.Line) any { return output.OrNull(l.Error) }, Wrap: true},
	}
}
