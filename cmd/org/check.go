package org

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/spelling"
)

func newCheck(app *cli.App) *cobra.Command {
	return cli.Listing(&cobra.Command{
		Use:   "check FILE...",
		Short: "Check access files for errors",
		Long: `Check files that describe the roles, users, tokens and access lists of an
organization, with the fragments that they include. The service is not called.

All errors are printed at once, each with file, line and column. Exits with status 0
if the files have no errors, 2 otherwise. The format is described by
docs/astra-access.schema.json.`,
		Example:     "  astra org check astra-access.yaml\n  astra org check astra-access.yaml -o json",
		Args:        cli.Args("FILE..."),
		Annotations: completion.Args(completion.Files),
		RunE:        func(_ *cobra.Command, args []string) error { return check(app, args) },
	}, problemColumns())
}

func check(app *cli.App, names []string) error {
	var problems []plan.Problem
	for _, name := range names {
		_, err := loadFile(name)
		if unsound, ok := errors.AsType[*plan.Error](err); ok {
			problems = append(problems, unsound.Problems...)
		} else if err != nil {
			return err
		}
	}
	if err := cli.PrintRead(app, problemColumns(), problems, "No errors found."); err != nil {
		return err
	}
	if len(problems) > 0 {
		return exit.Usagef("%s found", spelling.Count(len(problems), "error"))
	}
	return nil
}

// loadFile reads an access file. Its fragments cannot be outside of its directory, also
// not by a symbolic link.
func loadFile(name string) (plan.File, error) {
	dir, base := filepath.Split(filepath.Clean(name))
	root, err := os.OpenRoot(filepath.Clean(dir))
	if err != nil {
		return plan.File{}, exit.Usagef("%s: not readable: %v", name, atomicfile.Cause(err))
	}
	defer root.Close()
	return plan.Load(root.FS(), filepath.ToSlash(filepath.Clean(dir)), base)
}

func problemColumns() []output.Column[plan.Problem] {
	return []output.Column[plan.Problem]{
		{Key: "file", Value: func(p plan.Problem) any { return p.Path }},
		{Key: "line", Value: func(p plan.Problem) any { return p.Line }},
		{Key: "column", Value: func(p plan.Problem) any { return p.Column }},
		{Key: "message", Value: func(p plan.Problem) any { return p.Why }},
	}
}
