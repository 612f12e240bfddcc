package role

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
)

type list struct {
	kind   string
	matrix bool
}

func newList(app *cli.App) *cobra.Command {
	var in list
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List default and custom roles",
		Long: `List default and custom roles.

--matrix shows the default roles by kind and level, with the columns kind,
administrator, readWrite and readOnly. It sends no request. API roles have no
CQL access; service account roles below administrator cannot list users or
databases.`,
		Example: "  astra role list\n  astra role list --kind custom -o json\n  astra role list --matrix",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	flags.Enum(cmd.Flags(), &in.kind, "kind", "", []string{"default", "custom"}, "list only roles of this `kind`")
	cmd.Flags().BoolVar(&in.matrix, "matrix", false, "show the default roles by kind and level")
	cmd.MarkFlagsMutuallyExclusive("kind", "matrix")
	return cli.Listing(cmd, columns())
}

func (in list) run(ctx context.Context, app *cli.App) error {
	if in.kind != "" && in.kind != "default" && in.kind != "custom" {
		return exit.Usagef("--kind must be default or custom, not %q", in.kind)
	}
	if in.matrix {
		return printMatrix(app)
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	roles, err := session.Roles.List(ctx)
	if err != nil {
		return err
	}
	roles = slices.DeleteFunc(roles, func(r devops.Role) bool { return in.kind != "" && kind(r) != in.kind })
	return cli.Print(app, columns(), roles, "No roles match.")
}

// permissionCount is the short form of permissions for the list.
func permissionCount(r devops.Role) string { return fmt.Sprint(permissions(r)) }

// permissions returns the sort key: the number of permissions.
func permissions(r devops.Role) any { return len(distinct(r.Policy.Actions)) }
