package billing

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/browser"
	"github.com/astra-admin/astra/pkg/cli"
)

func newOpen(app *cli.App) *cobra.Command {
	printOnly := false
	cmd := &cobra.Command{
		Use:   "open",
		Short: "Open the billing page of the Portal",
		Long: `Open the billing page of the Portal: plan, payment method and invoices. This is
the same as "astra open billing".`,
		Example: "  astra billing open",
		Args:    cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			session, err := app.Session(cmd.Context())
			if err != nil {
				return err
			}
			return browser.OpenPortal(cmd.Context(), app, session, "Settings, Billing", printOnly, "billing")
		},
	}
	cmd.Flags().BoolVar(&printOnly, "print", false, "print the URL without opening it")
	return cmd
}
