package db

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
)

func newUnpark(app *cli.App) *cobra.Command {
	wait := false
	cmd := &cobra.Command{
		Use:        "unpark DB",
		SuggestFor: []string{"start"},
		Short:      "Unpark a classic database",
		Example: "  astra db park legacy --yes --wait\n" +
			"  astra db unpark legacy --wait",
		Args:        cli.Args("DB"),
		Annotations: completion.Args(completion.Databases),
		RunE:        func(cmd *cobra.Command, args []string) error { return unpark(cmd.Context(), app, args[0], wait) },
	}
	cli.AddWait(cmd.Flags(), &wait)
	return cli.LimitSuggestion(cmd, "It is for parked classic databases; to wake a hibernated serverless database: astra db wake DB")
}

func unpark(ctx context.Context, app *cli.App, ref string, wait bool) error {
	session, d, err := findClassic(ctx, app, ref, "parked and unparked", hibernateNote)
	if err != nil {
		return err
	}
	return runChange(ctx, app, session, d, dbchange.Spec{
		Doing: "unparking " + d.Name, Wait: wait,
		Send:  func(ctx context.Context) error { return session.Databases.Unpark(ctx, d.ID) },
		Begun: func(d devops.Database) bool { return d.Status == "UNPARKING" },
		Done:  func(d devops.Database) bool { return d.Status == "ACTIVE" },
	}, "")
}
