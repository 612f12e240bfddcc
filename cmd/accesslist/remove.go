package accesslist

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

type remove struct {
	dbFlag

	addresses       []string
	from            string
	ifExists, force bool
}

func newRemove(app *cli.App) *cobra.Command {
	var in remove
	cmd := &cobra.Command{
		Use:     "remove [CIDR…]",
		Aliases: []string{"delete", "rm"},
		Short:   "Remove addresses from an access list",
		Long: `Remove addresses from an access list, one request per address. If an address is
not on the list, nothing is removed.

--from reads a text file of addresses, a CSV file with the column address, or
JSON lines such as {"address":"203.0.113.0/24"}, which "astra access-list export"
writes. All rows are checked before the first address is removed. After an
interruption, run the command again with --if-exists.

Removing the last address of an enabled list requires --force, because an empty
list admits every address. The last address of the DevOps API list cannot be
removed. To delete a whole list, use "astra access-list clear".`,
		Example: "  astra access-list add --yes 203.0.113.0/24 198.51.100.7 --db demo\n" +
			"  astra access-list remove 198.51.100.7 --db demo --yes\n" +
			"  printf '203.0.113.0/24\\n' | astra access-list remove --from - --db demo --yes",
		Args: cli.Args("[CIDR…]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.addresses = args
			return in.run(cmd, app)
		},
	}
	in.add(cmd)
	cmd.Flags().StringVar(&in.from, "from", "", "read addresses from a `file`; - reads standard input")
	completion.Flags(cmd.Flags(), completion.Files, "from")
	cmd.Flags().BoolVar(&in.ifExists, "if-exists", false, "succeed if an address is not on the list")
	cmd.Flags().BoolVar(&in.force, "force", false, "allow removing the last address of an enabled list")
	return cmd
}

func (in remove) run(cmd *cobra.Command, app *cli.App) error {
	ctx := cmd.Context()
	networks, err := in.networks(ctx, app)
	if err != nil {
		return err
	}
	several := len(networks) > 1 || in.from != ""
	if several {
		if err := cli.CheckList(app, bulkcmd.Columns()); err != nil {
			return err
		}
	}
	p, err := in.open(ctx, app)
	if err != nil {
		return err
	}
	before, err := p.read(ctx)
	if err != nil {
		return err
	}
	leaving, err := in.entriesToRemove(p, networks, before)
	if err != nil {
		return err
	}
	if len(leaving) == 0 {
		app.Say("None of the addresses is on the access list of %s; nothing to remove.", p.name)
		if several && !p.api {
			return p.removeAll(ctx, app, networks, before)
		}
		return bulkcmd.PrintAbsent(app, networks[0].Prefix.String())
	}
	after := before
	after.Addresses = slices.DeleteFunc(slices.Clone(before.Addresses), func(a devops.Address) bool { return slices.Contains(leaving, a) })
	if err := in.confirm(ctx, app, p, before, after, leaving); err != nil {
		return err
	}
	if err := p.checkUnchanged(ctx, before); err != nil {
		return err
	}
	switch {
	case p.api:
		err = p.session.APIAccess.Replace(ctx, p.id, after.Addresses)
	case several:
		longer, cancel := app.ExtendTimeout(cmd, time.Duration(len(networks))*time.Second)
		defer cancel()
		return p.removeAll(longer, app, networks, before)
	default:
		err = p.session.AccessLists.Remove(ctx, p.id, leaving[0].Address)
	}
	if err != nil && !errors.Is(err, devops.ErrNotFound) { // it is no longer on the list
		return fmt.Errorf("remove from the access list of %s: %w", p.name, err)
	}
	if err := p.verifyRemoved(ctx, leaving); err != nil {
		return err
	}
	app.Say("Removed %s from the access list of %s.", spelling.Count(len(leaving), "address"), p.name)
	return nil
}

// networks reads the addresses to remove, and reports all input errors.
func (in remove) networks(ctx context.Context, app *cli.App) ([]bulk.Network, error) {
	networks, faults := bulk.EntryNetworks(in.addresses)
	if err := bulkcmd.CheckInput(app, faults); err != nil {
		return nil, err
	}
	more, err := bulkcmd.ReadRows(ctx, app, in.from, bulk.ReadEntryNetworks)
	if err == nil && len(networks)+len(more) == 0 {
		err = exit.Usagef("CIDR is required").WithHint("name addresses, or a file of addresses with --from")
	}
	return append(networks, more...), err
}

// entriesToRemove returns the entries to remove, in the spelling of the list.
func (in remove) entriesToRemove(p target, networks []bulk.Network, before devops.AccessList) ([]devops.Address, error) {
	var found []devops.Address
	var absent []string
	for _, n := range networks {
		a, there := find(before, n)
		switch {
		case there && !slices.Contains(found, a):
			found = append(found, a)
		case !there && !in.ifExists && n.Line > 0:
			absent = append(absent, fmt.Sprintf("line %d: address %q does not exist on the access list of %s", n.Line, n.Prefix, p.name))
		case !there && !in.ifExists:
			var known []string
			for _, a := range before.Addresses {
				known = append(known, a.Address)
			}
			e := exit.NotFoundf("address", n.Prefix.String(), known)
			e.Message += " on the access list of " + p.name
			return nil, e.WithNext("astra access-list get " + p.flag())
		}
	}
	if len(absent) > 0 {
		return nil, exit.Failf(exit.NotFound, "%s", strings.Join(absent, "; ")).WithHint("no addresses were removed").WithNext("astra access-list get " + p.flag())
	}
	return found, nil
}

func (in remove) confirm(ctx context.Context, app *cli.App, p target, before, after devops.AccessList, leaving []devops.Address) error {
	if restricts(before) && !restricts(after) {
		switch {
		case p.api:
			return exit.Refusef("cannot remove the last address from the access list of %s", p.name).
				WithHint("to admit every address, clear the list").WithNext("astra access-list clear --devops-api")
		case !in.force:
			return exit.Refusef("cannot remove the last address from the access list of %s: an empty list admits every address", p.name).
				WithHint("add another address first, or use --force")
		}
		app.Warn("the list will be empty, and every address can reach %s", p.name)
	}
	for _, text := range p.listRow(devops.AccessList{Addresses: leaving}).words() {
		app.Say("- %s", text)
	}
	if restricts(after) {
		p.warnLockout(ctx, app, after)
	}
	return app.Confirm(ctx, "Remove %s from the access list of %s?", spelling.Count(len(leaving), "address"), p.name)
}

// verifyRemoved verifies that addresses are no longer on the list.
func (p target) verifyRemoved(ctx context.Context, leaving []devops.Address) error {
	now, err := p.read(ctx)
	if err != nil {
		return exit.Hint(err, "the addresses were removed, but this could not be verified")
	}
	for _, a := range leaving {
		if isListed(now, a) {
			return cli.StillListedError(a.Address)
		}
	}
	return nil
}

func isListed(list devops.AccessList, a devops.Address) bool {
	return slices.ContainsFunc(list.Addresses, func(b devops.Address) bool { return b.Address == a.Address })
}
