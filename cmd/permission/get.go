package permission

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:         "get PERMISSION",
		Aliases:     []string{"show", "describe"},
		Short:       "Show a permission and its default roles",
		Example:     "  astra permission get 'View DB'\n  astra permission get org-db-view -o json",
		Args:        cli.Args("PERMISSION"),
		Annotations: completion.Args(completion.Permissions),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := iam.FindPermission(args[0])
			if err != nil {
				return unknown(err)
			}
			return cli.PrintOne(app, columns(), newEntry(p))
		},
	}
}

// unknown makes an unknown permission a negative answer instead of a usage error.
func unknown(err error) error {
	err = exit.UnknownPermission(err)
	if e, ok := errors.AsType[*exit.Error](err); ok {
		e.Exit, e.Name = exit.NotFound, "PERMISSION_NOT_FOUND"
	}
	return err
}
