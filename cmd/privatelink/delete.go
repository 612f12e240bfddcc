package privatelink

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

type deleteCmd struct {
	regionFlags

	principal, endpoint string
	ifExists            bool
}

func newDelete(app *cli.App) *cobra.Command {
	var in deleteCmd
	cmd := &cobra.Command{
		Use:     "delete",
		Aliases: []string{"rm", "remove"},
		Short:   "Remove a principal or a private endpoint",
		Long: `Remove a principal, which can then connect no new endpoint, or delete a private
endpoint, which ends its connection, for a database in one region. The endpoint
in your own network remains; delete it at your cloud provider.`,
		Example: "  astra private-link accept --db demo --endpoint psc-1\n" +
			"  astra private-link delete --db demo --endpoint psc-1 --yes\n" +
			"  astra private-link delete --db demo --principal acme-project --if-exists --yes",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	in.add(cmd)
	f := cmd.Flags()
	f.StringVar(&in.principal, "principal", "", "remove this `principal`")
	f.StringVar(&in.endpoint, "endpoint", "", "delete the endpoint with this `ID`")
	f.BoolVar(&in.ifExists, "if-exists", false, "succeed if it does not exist")
	cmd.MarkFlagsMutuallyExclusive("principal", "endpoint")
	cmd.MarkFlagsOneRequired("principal", "endpoint")
	return cmd
}

// removal is the deletion of a principal or an endpoint.
type removal struct {
	kind, name string
	known      []string // names of this kind
	find       func(link) bool
	send       func(context.Context) error
	question   string
	done       string
}

func (in deleteCmd) run(ctx context.Context, app *cli.App) error {
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
	r := in.removal(t, before)
	if !r.find(before) {
		if in.ifExists {
			app.Say("%s %s of %s does not exist.", cli.Capitalize(r.kind), r.name, t)
			return cli.PrintOne(app, columns(), before)
		}
		e := exit.NotFoundf(r.kind, r.name, r.known)
		e.Message += " for " + t.String()
		return e.WithNext("astra private-link get --db " + t.database.ID)
	}
	if err := app.Confirm(ctx, r.question, r.name, t); err != nil {
		return err
	}
	err = r.send(ctx)
	if errors.Is(err, devops.ErrNotFound) { // it was deleted by another client
		err = nil
	}
	if err = t.reconcile(ctx, app, err, func(l link) bool { return !r.find(l) }); err != nil {
		return fmt.Errorf("delete %s %s of %s: %w", r.kind, r.name, t, err)
	}
	now, err := t.readAfter(ctx)
	if err != nil {
		return err
	}
	if r.find(now) {
		return cli.StillListedError(r.name)
	}
	app.Say(r.done, r.name, t)
	return cli.PrintOne(app, columns(), now)
}

func (in deleteCmd) removal(t target, before link) removal {
	links, id, dc := t.session.PrivateLinks, t.database.ID, t.datacenter.ID
	if in.endpoint == "" {
		return removal{
			"principal", in.principal, before.Principals,
			func(l link) bool { return slices.Contains(l.Principals, in.principal) },
			func(ctx context.Context) error { return links.Deny(ctx, id, dc, in.principal) },
			"Remove principal %s from %s? It can connect no new endpoints.", "Removed principal %s from %s.",
		}
	}
	name := in.endpoint
	if i := before.findEndpoint(name); i >= 0 {
		name = before.Endpoints[i].ID
	}
	var known []string
	for _, e := range before.Endpoints {
		known = append(known, e.ID)
	}
	return removal{
		"endpoint", name, known,
		func(l link) bool {
			return slices.ContainsFunc(l.Endpoints, func(e devops.PrivateEndpoint) bool { return e.ID == name })
		},
		func(ctx context.Context) error { return links.DeleteEndpoint(ctx, id, dc, name) },
		"Delete endpoint %s of %s? Clients that connect through it lose their connection.", "Deleted endpoint %s of %s.",
	}
}
