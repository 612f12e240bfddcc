package key

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newList(app *cli.App) *cobra.Command {
	classic := false
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the customer keys",
		Example: "  astra key list\n  astra key list --classic -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app, classic) },
	}
	cmd.Flags().BoolVar(&classic, "classic", false, "list the keys for classic databases")
	return cli.Listing(cmd, columns())
}

func list(ctx context.Context, app *cli.App, classic bool) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	keys, err := session.Keys.List(ctx, classic)
	if err != nil {
		return err
	}
	return cli.Print(app, columns(), keys, "No customer keys. Databases use service-managed encryption.")
}
