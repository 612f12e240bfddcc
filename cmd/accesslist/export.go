package accesslist

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
)

func newExport(app *cli.App) *cobra.Command {
	var in dbFlag
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write an access list for access-list add",
		Long: `Write the addresses of an access list as JSON lines, which "astra access-list
add --from" reads: for a copy of the list, or for the list of another database or
organization. Whether the list is enabled is not part of it.

An address with bits outside its mask, such as 203.0.113.7/24, is written as its
network, 203.0.113.0/24, with the same effect. Several addresses of one network are
written once, with the first description, and enabled if one of them is. IPv6
addresses are omitted with a warning: the service no longer accepts them.`,
		Example: "  astra access-list add 203.0.113.0/24 --db demo --description office\n" +
			"  astra access-list export --db demo > office.jsonl\n" +
			"  astra access-list add --db legacy --from office.jsonl --yes",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.export(cmd.Context(), app) },
	}
	in.add(cmd)
	return cmd
}

func (t dbFlag) export(ctx context.Context, app *cli.App) error {
	if err := checkLines(app); err != nil {
		return err
	}
	p, err := t.open(ctx, app)
	if err != nil {
		return err
	}
	list, err := p.read(ctx)
	if err != nil {
		return err
	}
	if len(list.Addresses) == 0 {
		app.Say("The access list of %s is empty.", p.name)
	}
	return writeEntries(app, list.Addresses)
}

// checkLines refuses the formats that JSON lines do not have.
func checkLines(app *cli.App) error {
	if format := app.Globals.Output; app.OutputFlag() != "" && format != string(output.JSON) {
		return exit.Usagef("-o %s does not apply: the output is JSON lines", format)
	}
	return nil
}

// writeEntries writes addresses in the form that add reads: each network once.
func writeEntries(app *cli.App, addresses []devops.Address) error {
	var rows []entryRow
	given := map[string][]string{} // addresses of the list by network
	for _, a := range addresses {
		prefix, err := bulk.ParseEntry(a.Address)
		switch {
		case err != nil:
			app.Warn("%s is not an address and was omitted", a.Address)
			continue
		case prefix.Addr().Is6():
			app.Warn("%s is IPv6 and was omitted: the service accepts only IPv4", a.Address)
			continue
		case prefix != prefix.Masked():
			app.Say("Writing %s for %s.", prefix.Masked(), a.Address)
		}
		network := prefix.Masked().String()
		given[network] = append(given[network], a.Address)
		i := slices.IndexFunc(rows, func(r entryRow) bool { return r.Address == network })
		if i < 0 {
			rows = append(rows, entryRow{network, a.Description, a.Enabled})
			continue
		}
		rows[i].Description = cmp.Or(rows[i].Description, a.Description)
		rows[i].Enabled = rows[i].Enabled || a.Enabled
	}
	for _, r := range rows {
		if all := given[r.Address]; len(all) > 1 {
			app.Warn("%s are the same network, which was written once, as %q", strings.Join(all, " and "), r.Description)
		}
		line, err := output.JSONLine(r)
		if err == nil {
			_, err = app.Out.Write(line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
