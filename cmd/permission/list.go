package permission

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/iam"
)

type list struct{ group string }

func newList(app *cli.App) *cobra.Command {
	var in list
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List all permissions",
		Long:    "List all permissions with their Portal name and API parameter.",
		Example: "  astra permission list\n  astra permission list --group keyspace -o json",
		Args:    cli.Args(),
		RunE:    func(*cobra.Command, []string) error { return in.run(app) },
	}
	flags.Enum(cmd.Flags(), &in.group, "group", "", groupNames(), "list only permissions of this `group`")
	return cli.Listing(cmd, columns())
}

func (in list) run(app *cli.App) error {
	if in.group != "" && !slices.Contains(iam.Groups(), iam.Group(in.group)) {
		return exit.Usagef("--group must be one of %s, not %q", strings.Join(groupNames(), ", "), in.group)
	}
	all := slices.DeleteFunc(iam.Permissions(), func(p iam.Permission) bool {
		return in.group != "" && p.Group != iam.Group(in.group)
	})
	return cli.Print(app, columns(), all, "")
}
