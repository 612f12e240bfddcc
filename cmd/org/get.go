package org

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:         "get [ORG]",
		Aliases:     []string{"show", "describe"},
		Short:       "Show an organization",
		Long:        "Show an organization, by default the active one.",
		Example:     "  astra org get\n  astra org get -o json",
		Args:        cli.Args("[ORG]"),
		Annotations: completion.Args(completion.Organizations),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				active, err := activeOrg(cmd.Context(), app)
				if err != nil {
					return err
				}
				return cli.PrintOne(app, columns(), active)
			}
			all, err := knownWithActive(cmd.Context(), app)
			if err != nil {
				return err
			}
			found, err := find(all, args[0])
			if err != nil {
				return err
			}
			warnAlike(app, all, found, args[0])
			return cli.PrintOne(app, columns(), found)
		},
	}
}
