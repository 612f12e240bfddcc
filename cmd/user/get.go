package user

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:         "get USER",
		Aliases:     []string{"show", "describe"},
		Short:       "Show a user",
		Long:        "Show a user, by email address or ID.",
		Example:     "  astra user get developer@example.com\n  astra user get developer@example.com -o json",
		Args:        cli.Args("USER"),
		Annotations: completion.Args(completion.Users),
		RunE: func(cmd *cobra.Command, args []string) error {
			session, err := app.Session(cmd.Context())
			if err != nil {
				return err
			}
			found, err := session.User(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return cli.PrintOne(app, columns(), found)
		},
	}
}
