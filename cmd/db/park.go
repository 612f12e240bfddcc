package db

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
)

// hibernateNote explains that serverless databases hibernate.
const hibernateNote = "serverless databases hibernate automatically when unused; \"astra db wake\" wakes them"

func newPark(app *cli.App) *cobra.Command {
	wait := false
	cmd := &cobra.Command{
		Use:        "park DB",
		SuggestFor: []string{"pause", "hibernate"},
		Short:      "Park a classic database",
		Long: `Park a classic database. It keeps its data, costs less, and cannot be used until
"astra db unpark". Serverless databases hibernate automatically.`,
		Example:     "  astra db park legacy --yes --wait",
		Args:        cli.Args("DB"),
		Annotations: completion.Args(completion.Databases),
		RunE:        func(cmd *cobra.Command, args []string) error { return park(cmd.Context(), app, args[0], wait) },
	}
	cli.AddWait(cmd.Flags(), &wait)
	return cli.LimitSuggestion(cmd, "It is for classic databases; serverless databases hibernate automatically")
}

func park(ctx context.Context, app *cli.App, ref string, wait bool) error {
	session, d, err := findClassic(ctx, app, ref, "parked", hibernateNote)
	if err != nil {
		return err
	}
	return runChange(ctx, app, session, d, dbchange.Spec{
		Doing: "parking " + d.Name, Wait: wait, Parks: true,
		Send:  func(ctx context.Context) error { return session.Databases.Park(ctx, d.ID) },
		Begun: func(d devops.Database) bool { return d.Status == "PARKING" },
		Done:  func(d devops.Database) bool { return d.Status == "PARKED" },
	}, "Park %s? Applications cannot use it until it is unparked.", d.Name)
}
