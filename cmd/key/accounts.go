package key

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

func newAccounts(app *cli.App) *cobra.Command {
	var in location
	cmd := &cobra.Command{
		Use:   "accounts --cloud PROVIDER --region REGION",
		Short: "List the accounts that need access to a key",
		Long: `List the accounts of the service at a cloud provider that need access to your
key before you register it: see "astra key --help" for the steps.`,
		Example: "  astra key accounts --cloud aws --region us-east-1\n  astra key accounts --cloud gcp --region us-east1 -o name",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.accounts(cmd.Context(), app) },
	}
	in.add(cmd)
	return cmd
}

func (p location) accounts(ctx context.Context, app *cli.App) error {
	if err := p.check(); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if err := p.checkRegion(ctx, app, session); err != nil {
		return err
	}
	accounts, err := session.Keys.Accounts(ctx, p.cloud, p.region, p.classic)
	if err != nil {
		return err
	}
	return cli.PrintRead(app, []output.Column[devops.CloudAccount]{
		{Key: "cloud", Value: func(a devops.CloudAccount) any { return a.Cloud }, Sorted: true},
		{Key: "account", Value: func(a devops.CloudAccount) any { return a.ID }, Name: true, Sorted: true},
	}, accounts, "No accounts in this region.")
}
