package pcu

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
)

func newUnpark(app *cli.App) *cobra.Command {
	wait := false
	cmd := &cobra.Command{
		Use:        "unpark GROUP",
		SuggestFor: []string{"resume", "wake"},
		Short:      "Unpark a PCU group and its databases",
		Long: `Unpark a PCU group. Its databases resume, and its hourly costs
begin again. A database can be used when "astra db get" shows it as active.`,
		Example: "  astra pcu create batch --cloud gcp --region us-east1 --min 1 --max 4 --yes\n" +
			"  astra pcu add batch --db demo --wait\n" +
			"  astra pcu park batch --yes --wait\n" +
			"  astra pcu unpark batch --wait -o json",
		Args:        cli.Args("GROUP"),
		Annotations: completion.Args(completion.PCUGroups),
		RunE:        func(cmd *cobra.Command, args []string) error { return unpark(cmd.Context(), app, args[0], wait) },
	}
	cli.AddWait(cmd.Flags(), &wait)
	return cmd
}

func unpark(ctx context.Context, app *cli.App, ref string, wait bool) error {
	session, g, err := openGroup(ctx, app, ref)
	if err != nil {
		return err
	}
	begun := func(g devops.PCUGroup) bool { return !g.IsParked() }
	c := change{
		doing: "unparking " + g.Title, done: "Unparked " + g.Title, waits: true, wait: wait,
		send: func(ctx context.Context) error { return session.PCUs.Unpark(ctx, g.ID) },
		look: lookAt(session, g.ID, begun, isUsable),
	}
	if begun(g) {
		app.Say("%s is not parked; it is %s.", g.Title, strings.ToLower(g.Status))
		return c.resume(ctx, app, session, g.ID, groupState(g, begun, isUsable))
	}
	if err := c.run(ctx, app); err != nil {
		return err
	}
	return show(ctx, app, session, g.ID)
}
