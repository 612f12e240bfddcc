package org

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/spelling"
)

func newCheck(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:        "check FILE…",
		SuggestFor: []string{"validate", "lint"},
		Short:      "Check access files for errors",
		Long: `Check access files, which describe the roles, users, tokens and access lists of an
organization, with the fragments that they include. The service is not called. Of a
directory, its files *.yaml and *.yml are checked; - is standard input.

All errors are listed, each with file, line and column. Exits with status 0 if there
are none, and 2 otherwise. "astra help access-files" describes the format.

With -o json: [{"position", "file", "line", "column", "message"}].`,
		Example:     "  astra org export > astra-access.yaml\n  astra org check astra-access.yaml\n  astra org check astra-access.yaml -o json",
		Args:        cli.Args("FILE…"),
		Annotations: completion.Args(completion.Repeat(completion.Files)),
		RunE:        func(cmd *cobra.Command, args []string) error { return check(cmd.Context(), app, args) },
	}, problemColumns())
}

func check(ctx context.Context, app *cli.App, names []string) error {
	if err := cli.CheckList(app, problemColumns()); err != nil {
		return err
	}
	files, problems, err := loadFiles(ctx, app, names)
	if err != nil {
		return err
	}
	if err := cli.PrintRead(app, problemColumns(), problems, ""); err != nil {
		return err
	}
	if len(problems) > 0 {
		return unsound(problems)
	}
	sources := 0
	for _, f := range files {
		sources += len(f.Sources)
	}
	app.Say("No errors in %s.", spelling.Count(sources, "file"))
	return nil
}

func unsound(problems []plan.Problem) error {
	return exit.Usagef("%s in access files", spelling.Count(len(problems), "error"))
}

// problemColumns are those of errors in files. Text has the position in one word, which
// editors open.
func problemColumns() []output.Column[plan.Problem] {
	return []output.Column[plan.Problem]{
		{Key: "position", Value: func(p plan.Problem) any { return p.Position.String() }, Name: true},
		{Key: "file", Value: func(p plan.Problem) any { return p.Path }, Wide: true},
		{Key: "line", Value: func(p plan.Problem) any { return p.Line }, Wide: true},
		{Key: "column", Value: func(p plan.Problem) any { return p.Column }, Wide: true},
		{Key: "message", Value: func(p plan.Problem) any { return p.Why }, Wrap: true},
	}
}
