package privatelink

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

type accept struct {
	regionFlags

	endpoint, description string
}

func newAccept(app *cli.App) *cobra.Command {
	var in accept
	cmd := &cobra.Command{
		Use:        "accept --endpoint ID",
		SuggestFor: []string{"approve", "connect"},
		Short:      "Accept a private endpoint",
		Long: `Accept a private endpoint that you created in your own network, for a database
in one region. Its principal must be allowed first: "astra private-link create".

An endpoint that is accepted already is left alone; a new --description replaces
the old one. At Azure and Google Cloud, the service may list the endpoint with
another ID, which is printed.`,
		Example: "  astra private-link accept --db demo --endpoint psc-1\n" +
			"  astra private-link accept --db demo --endpoint psc-2 --description billing --jq '.endpoints[].endpointId'",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	in.add(cmd)
	cmd.Flags().StringVar(&in.endpoint, "endpoint", "", "`ID` of the endpoint at the cloud provider")
	cmd.Flags().StringVar(&in.description, "description", "", "`text` that describes the endpoint")
	return cmd
}

func (in accept) run(ctx context.Context, app *cli.App) error {
	if in.endpoint == "" {
		return exit.Usagef("--endpoint is required")
	}
	if err := checkID("endpoint", in.endpoint); err != nil {
		return err
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
	if i := before.findEndpoint(in.endpoint); i >= 0 && isAccepted(before.Endpoints[i]) {
		return in.describe(ctx, app, t, before, before.Endpoints[i])
	}
	made, err := t.session.PrivateLinks.AcceptEndpoint(ctx, t.database.ID, t.datacenter.ID, in.endpoint, in.description)
	if errors.Is(err, devops.ErrConflict) { // perhaps by another client
		if now, lookErr := t.read(ctx); lookErr == nil && in.isAccepted(before, now) {
			err = nil
		}
	}
	if err = t.reconcile(ctx, app, err, func(l link) bool { return in.isAccepted(before, l) }); err != nil {
		err = fmt.Errorf("accept endpoint %s for %s: %w", in.endpoint, t, err)
		if devops.MaybeApplied(err) {
			return exit.Hint(err, "it is unknown whether the service received the request; if it is not listed, run the command again", "astra private-link get --db "+t.database.ID)
		}
		return err
	}
	now, err := t.readAfter(ctx)
	if err != nil {
		return err
	}
	i := in.indexCreated(before, now, made.ID)
	switch {
	case i < 0:
		return exit.Failf(exit.Server, "the API accepted endpoint %s for %s, but does not list it", in.endpoint, t)
	case !isAccepted(now.Endpoints[i]):
		return exit.Failf(exit.Conflict, "endpoint %s of %s is %s", in.endpoint, t, strings.ToLower(now.Endpoints[i].Status)).
			WithHint("its principal may not be allowed").WithNext("astra private-link get --db " + t.database.ID)
	}
	app.Say("Accepted endpoint %s of %s.", in.endpoint, t)
	if id := now.Endpoints[i].ID; id != in.endpoint {
		app.Say("The service lists it as %s.", id)
	}
	return cli.PrintOne(app, columns(), now)
}

// describe changes the description of an accepted endpoint, if there is a new
// one.
func (in accept) describe(ctx context.Context, app *cli.App, t target, before link, e devops.PrivateEndpoint) error {
	if in.description == "" || in.description == e.Description {
		app.Say("Endpoint %s of %s is already accepted.", e.ID, t)
		return cli.PrintOne(app, columns(), before)
	}
	described := func(l link) bool {
		i := l.findEndpoint(e.ID)
		return i >= 0 && l.Endpoints[i].Description == in.description
	}
	err := t.session.PrivateLinks.DescribeEndpoint(ctx, t.database.ID, t.datacenter.ID, e.ID, in.description)
	if err = t.reconcile(ctx, app, err, described); err != nil {
		return fmt.Errorf("describe endpoint %s of %s: %w", e.ID, t, err)
	}
	now, err := t.readAfter(ctx)
	if err != nil {
		return err
	}
	if !described(now) {
		return exit.Failf(exit.Server, "the API accepted the description of endpoint %s, but does not show it", e.ID)
	}
	app.Say("Updated the description of endpoint %s of %s.", e.ID, t)
	return cli.PrintOne(app, columns(), now)
}

// isAccepted reports whether the endpoint is accepted now.
func (in accept) isAccepted(before, now link) bool {
	i := in.indexCreated(before, now, "")
	return i >= 0 && isAccepted(now.Endpoints[i])
}

// indexCreated returns the index of the endpoint: by its ID or by that of the
// response, else the only new one, which the service may list with another ID.
func (in accept) indexCreated(before, now link, answered string) int {
	for _, id := range []string{in.endpoint, answered} {
		if i := now.findEndpoint(id); id != "" && i >= 0 {
			return i
		}
	}
	only := -1
	for i, e := range now.Endpoints {
		if before.findEndpoint(e.ID) >= 0 {
			continue
		}
		if only >= 0 || e.Description != in.description {
			return -1
		}
		only = i
	}
	return only
}

func isAccepted(e devops.PrivateEndpoint) bool { return strings.EqualFold(e.Status, "accepted") }
