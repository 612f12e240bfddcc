package key

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newGet(app *cli.App) *cobra.Command {
	var in location
	cmd := &cobra.Command{
		Use:     "get --cloud PROVIDER --region REGION",
		Aliases: []string{"show", "describe"},
		Short:   "Show the customer key of a cloud and region",
		Example: "  astra key create --cloud aws --key-id arn:aws:kms:us-east-1:111122223333:key/0123abcd-0000-4000-8000-000000000000 --yes\n" +
			"  astra key get --cloud aws --region us-east-1",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := in.check(); err != nil {
				return err
			}
			session, err := app.Session(cmd.Context())
			if err != nil {
				return err
			}
			found, err := session.Keys.Get(cmd.Context(), in.cloud, in.region, in.classic)
			if err != nil {
				return err
			}
			return cli.PrintOne(app, columns(), found)
		},
	}
	in.add(cmd)
	return cmd
}
