package privatelink

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

type create struct {
	regionFlags

	principals []string
}

func newCreate(app *cli.App) *cobra.Command {
	var in create
	cmd := &cobra.Command{
		Use:        "create --principal PRINCIPAL",
		SuggestFor: []string{"add", "allow", "new"},
		Short:      "Allow principals to connect endpoints",
		Long: `Allow principals of your cloud provider to connect private endpoints to a
database in one region: ARNs at AWS, projects at Google Cloud, subscriptions at
Azure. Principals that are allowed already are kept.

Then create an endpoint to the printed service in your own network, and accept
it with "astra private-link accept".`,
		Example: "  astra private-link create --db demo --principal acme-project\n" +
			"  astra private-link create --db demo --principal acme-project --jq .serviceName",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	in.add(cmd)
	cmd.Flags().StringArrayVar(&in.principals, "principal", nil, "allow this `principal`; repeatable")
	return cmd
}

func (in create) run(ctx context.Context, app *cli.App) error {
	if len(in.principals) == 0 {
		return exit.Usagef("--principal is required")
	}
	for _, p := range in.principals {
		if err := checkID("principal", p); err != nil {
			return err
		}
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	t, err := in.open(ctx, app)
	if err != nil {
		return err
	}
	before, err := t.read(ctx)
	if err != nil {
		return err
	}
	added := in.missingPrincipals(before)
	if len(added) == 0 {
		app.Say("All principals are already allowed to connect to %s.", t)
		return cli.PrintOne(app, columns(), before)
	}
	if slices.Contains(added, "*") {
		if err := app.Confirm(ctx, "Allow every account of the cloud provider to connect endpoints to %s?", t); err != nil {
			return err
		}
	}
	err = t.session.PrivateLinks.Allow(ctx, t.database.ID, t.datacenter.ID, added)
	if err = t.reconcile(ctx, app, err, func(l link) bool { return len(in.missingPrincipals(l)) == 0 }); err != nil {
		return fmt.Errorf("allow principals for %s: %w", t, err)
	}
	now, err := t.readAfter(ctx)
	if err != nil {
		return err
	}
	if missing := in.missingPrincipals(now); len(missing) > 0 {
		return exit.Failf(exit.Server, "the API accepted %s for %s, but does not list it", missing[0], t)
	}
	app.Say("Allowed %s to connect to %s.", spelling.Count(len(added), "principal"), t)
	app.Say("Create an endpoint to %s in your network. To accept it: %s", now.ServiceName, app.Command("astra private-link accept "+t.flags()+" --endpoint ID"))
	return cli.PrintOne(app, columns(), now)
}

// missingPrincipals returns the principals that are not allowed yet, each once.
func (in create) missingPrincipals(l link) []string {
	var all []string
	for _, p := range in.principals {
		if !slices.Contains(l.Principals, p) && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}
