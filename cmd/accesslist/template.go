package accesslist

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newTemplate(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:        "template",
		SuggestFor: []string{"example", "sample"},
		Short:      "Write an example of an access list",
		Long: `Write the service's example of an access list as JSON lines. Edit it and add it
with "astra access-list add --from".`,
		Example: "  astra access-list template > addresses.jsonl\n" +
			"  astra access-list add --db demo --from addresses.jsonl --yes",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return template(cmd.Context(), app) },
	}
}

func template(ctx context.Context, app *cli.App) error {
	if err := checkLines(app); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	example, err := session.AccessLists.Template(ctx)
	if err != nil {
		return err
	}
	return writeEntries(app, example.Addresses)
}
