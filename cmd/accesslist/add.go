package accesslist

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

type add struct {
	dbFlag

	addresses         []string
	description, from string
}

func newAdd(app *cli.App) *cobra.Command {
	var in add
	cmd := &cobra.Command{
		Use:        "add [CIDR…]",
		SuggestFor: []string{"create", "allow"},
		Short:      "Add addresses to an access list",
		Long: `Add addresses to an access list: IPv4 networks such as 203.0.113.0/24, or single
IPv4 addresses. Existing addresses are kept. Adding an existing address updates
its description.

--from reads a text file of addresses, a CSV file with the columns address and
description, or JSON lines such as
{"address":"203.0.113.0/24","description":"office"}, which "astra access-list
export" writes. Rows without a description get that of --description. A row
with "enabled":false is added without effect; an existing address is never
disabled. All addresses are checked before anything is sent.

The access list of a database restricts nothing until "astra access-list
enable". That of the DevOps API takes effect immediately.`,
		Example: "  astra access-list add 203.0.113.0/24 --db demo --description office\n" +
			"  printf 'address,description\\n198.51.100.7,build server\\n' | astra access-list add --db demo --from -",
		Args: cli.Args("[CIDR…]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.addresses = args
			return in.run(cmd.Context(), app)
		},
	}
	in.add(cmd)
	cmd.Flags().StringVar(&in.description, "description", "", "`text` that describes the addresses")
	cmd.Flags().StringVar(&in.from, "from", "", "read addresses and descriptions from a `file`; - reads standard input")
	completion.Flags(cmd.Flags(), completion.Files, "from")
	return cmd
}

func (in add) run(ctx context.Context, app *cli.App) error {
	networks, err := in.networks(ctx, app)
	if err != nil {
		return err
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	p, err := in.open(ctx, app)
	if err != nil {
		return err
	}
	before, err := p.read(ctx)
	if err != nil {
		return err
	}
	plan := in.plan(networks, before)
	if len(plan.made)+len(plan.changed) == 0 {
		app.Say("All addresses are already on the access list of %s.", p.name)
		return cli.PrintOne(app, columns(), p.listRow(before))
	}
	warnAboutNetworks(app, networks)
	if err := plan.confirm(ctx, app, p, before); err != nil {
		return err
	}
	if err := p.checkUnchanged(ctx, before); err != nil {
		return err
	}
	if err := plan.send(ctx, app, p, before); err != nil {
		return fmt.Errorf("add to the access list of %s: %w", p.name, err)
	}
	after, err := p.read(ctx)
	if err != nil {
		return exit.Hint(err, "the addresses were added, but could not be verified")
	}
	if missing := plan.firstDifference(after); missing != "" {
		return exit.Failf(exit.Server, "the API accepted %s for the access list of %s, but does not list it", missing, p.name)
	}
	app.Say("%s the access list of %s.", plan.resultPrefix(), p.name)
	if !after.Enabled {
		app.Say("The list is not enabled and restricts nothing yet. To enable it: %s", app.Command("astra access-list enable "+p.flag()))
	}
	return cli.PrintOne(app, columns(), p.listRow(after))
}

// networks reads the addresses to add, and reports all input errors. It sends
// nothing.
func (in add) networks(ctx context.Context, app *cli.App) ([]bulk.Network, error) {
	if len(in.addresses) == 0 && in.from == "" {
		return nil, exit.Usagef("CIDR is required").WithHint("specify addresses, or a file of addresses with --from")
	}
	networks, faults := bulk.Networks(in.addresses)
	if in.from != "" {
		text, err := app.ReadDocument(ctx, "--from", in.from)
		if err != nil {
			return nil, err
		}
		more, wrong := bulk.ReadNetworks(text)
		networks, faults = append(networks, more...), append(faults, wrong...)
	}
	var once []bulk.Network
	for _, n := range networks {
		if n.Description == "" {
			n.Description = in.description
		}
		if n.Prefix.Addr().Is6() {
			faults = append(faults, bulk.InputError{Line: n.Line, Text: n.Given + " is IPv6; the service accepts only IPv4"})
			continue
		}
		switch i := slices.IndexFunc(once, func(o bulk.Network) bool { return o.Prefix == n.Prefix }); {
		case i < 0:
			once = append(once, n)
		case once[i].Description != n.Description:
			faults = append(faults, bulk.InputError{Line: n.Line, Text: n.Given + " is listed twice with different descriptions"})
		case once[i].Disabled != n.Disabled:
			faults = append(faults, bulk.InputError{Line: n.Line, Text: n.Given + " is listed twice, enabled and disabled"})
		}
	}
	if err := bulkcmd.CheckInput(app, faults); err != nil {
		return nil, err
	}
	if len(once) == 0 {
		return nil, exit.Usagef("no addresses found")
	}
	return once, nil
}

// warnAboutNetworks warns about addresses with an unexpected effect.
func warnAboutNetworks(app *cli.App, networks []bulk.Network) {
	for _, n := range networks {
		text := n.Prefix.String()
		if text != n.Given {
			app.Say("Using %s for %s.", text, n.Given)
		}
		switch a := n.Prefix.Addr(); {
		case n.Prefix.Bits() == 0:
			app.Warn("%s admits every address", text)
		case a.IsPrivate(), a.IsLoopback(), a.IsLinkLocalUnicast():
			app.Warn("%s is a private address: the service sees public addresses, so it admits no connection from the internet", text)
		}
	}
}

// plan is the changes of an addition.
type plan struct{ made, changed []devops.Address }

// resultPrefix returns the start of the result message.
func (p plan) resultPrefix() string {
	made, changed := spelling.Count(len(p.made), "address"), spelling.Count(len(p.changed), "address")
	switch {
	case len(p.changed) == 0:
		return "Added " + made + " to"
	case len(p.made) == 0:
		return "Updated " + changed + " on"
	}
	return fmt.Sprintf("Added %s and updated %d on", made, len(p.changed))
}

func (in add) plan(networks []bulk.Network, before devops.AccessList) plan {
	var p plan
	for _, n := range networks {
		old, found := find(before, n)
		switch {
		case !found:
			p.made = append(p.made, devops.Address{Address: n.Prefix.String(), Description: n.Description, Enabled: !n.Disabled})
		case n.Description != "" && n.Description != old.Description || !old.Enabled && !n.Disabled:
			if n.Description != "" {
				old.Description = n.Description
			}
			old.Enabled = old.Enabled || !n.Disabled
			p.changed = append(p.changed, old)
		}
	}
	return p
}

// find returns the entry of a network in any spelling.
func find(list devops.AccessList, n bulk.Network) (devops.Address, bool) {
	i := slices.IndexFunc(list.Addresses, func(a devops.Address) bool {
		prefix, err := bulk.ParseEntry(a.Address)
		return err == nil && prefix == n.Prefix
	})
	if i < 0 {
		return devops.Address{}, false
	}
	return list.Addresses[i], true
}

// confirm asks for confirmation of several addresses, and of the first ones,
// which restrict access.
func (p plan) confirm(ctx context.Context, app *cli.App, at target, before devops.AccessList) error {
	total := len(p.made) + len(p.changed)
	after := devops.AccessList{Enabled: at.api || before.Enabled, Addresses: slices.Concat(before.Addresses, p.made, p.changed)}
	begins := !restricts(before) && restricts(after)
	if begins {
		at.warnLockout(ctx, app, after)
	}
	summary := slices.Concat(p.made, p.changed)[0].Address
	if total > 1 {
		summary = "these " + spelling.Count(total, "address")
		for _, a := range slices.Concat(p.made, p.changed) {
			text := strings.TrimSpace("+ " + a.Address + " " + a.Description)
			if !a.Enabled {
				text += " [disabled]"
			}
			app.Say("%s", text)
		}
	}
	switch {
	case begins:
		return app.Confirm(ctx, "Restrict %s to %s now?", at.name, summary)
	case total > 1:
		return app.Confirm(ctx, "Add %s to the access list of %s?", summary, at.name)
	}
	return nil
}

// request is one request of an addition.
type request struct {
	do   func(context.Context) error
	made []devops.Address // new addresses
}

// requests returns the requests: one for all new addresses and one for all others,
// or one for each address on an existing list of the DevOps API.
func (p plan) requests(at target, before devops.AccessList) []request {
	var steps []request
	switch {
	case at.api && len(before.Addresses) > 0:
		for _, a := range p.made {
			steps = append(steps, request{func(ctx context.Context) error { return at.session.APIAccess.Extend(ctx, at.id, a) }, []devops.Address{a}})
		}
	case len(p.made) > 0:
		steps = append(steps, request{func(ctx context.Context) error { return at.addFirst(ctx, p.made) }, p.made})
	}
	if len(p.changed) > 0 && !at.api {
		steps = append(steps, request{func(ctx context.Context) error { return at.session.AccessLists.Change(ctx, at.id, p.changed) }, p.changed})
		return steps
	}
	for _, a := range p.changed {
		steps = append(steps, request{func(ctx context.Context) error { return at.session.APIAccess.Change(ctx, at.id, a) }, []devops.Address{a}})
	}
	return steps
}

// send sends the requests. A dry run shows them all.
func (p plan) send(ctx context.Context, app *cli.App, at target, before devops.AccessList) error {
	steps := p.requests(at, before)
	if app.Globals.DryRun && len(p.made)+len(p.changed) > 1 {
		requests := make([]func(context.Context) error, len(steps))
		for i, step := range steps {
			requests[i] = step.do
		}
		return app.DryRun(ctx, requests)
	}
	for i, step := range steps {
		err := step.do(ctx)
		if devops.MaybeApplied(err) { // the list shows the outcome
			if now, lookErr := at.read(ctx); lookErr == nil && (plan{made: step.made}).firstDifference(now) == "" {
				err = nil
			}
		}
		switch {
		case err == nil:
		case i > 0:
			return exit.Partial(err, "some addresses were added; run the command again to add the rest")
		default:
			return err
		}
	}
	return nil
}

// firstDifference returns the first address that the list lacks.
func (p plan) firstDifference(list devops.AccessList) string {
	for _, a := range slices.Concat(p.made, p.changed) {
		prefix, err := bulk.ParseNetwork(a.Address)
		if now, found := find(list, bulk.Network{Prefix: prefix}); err != nil || !found || now.Enabled != a.Enabled || now.Description != a.Description {
			return a.Address
		}
	}
	return ""
}
