// Package accesslist is "astra access-list": the addresses that may reach a
// database, or the DevOps API.
package accesslist

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "access-list",
		SuggestFor: []string{"acl", "ip", "allowlist", "whitelist", "firewall"},
		Short:      "Manage IP access lists",
		Long: `Manage the IP access lists of databases and of the DevOps API.

Each database has its own access list. Addresses on it restrict nothing until
the list is enabled; from then on only they can reach the public endpoints of
the database. An enabled list without addresses restricts nothing.

The DevOps API has one access list for the organization (--devops-api). It
rejects calls from all other addresses, including calls of this program. It
restricts access as soon as it holds an address, so make sure that your own
address is on it. To remove the restriction, clear the list.

The service accepts IPv4 addresses and networks. The sandbox stores access lists
without enforcing them.`,
		Example: "  astra access-list list",
	}, newAdd, newClear, newDisable, newEnable, newExport, newGet, newList, newRemove, newTemplate)
}

// listRow is an access list with the name of its database.
type listRow struct {
	devops.AccessList

	name string // of the database; empty for the DevOps API
}

// entryRow is the printed form of an address.
type entryRow struct {
	Address     string `json:"address" yaml:"address"`
	Description string `json:"description" yaml:"description"`
	Enabled     bool   `json:"enabled" yaml:"enabled"`
}

func columns() []output.Column[listRow] {
	return []output.Column[listRow]{
		{Key: "database", Value: func(l listRow) any { return output.OrNull(l.name) }, Sorted: true},
		{Key: "databaseId", Value: func(l listRow) any { return output.OrNull(l.DatabaseID) }, Name: true, Wide: true},
		{Key: "enabled", Value: func(l listRow) any { return l.Enabled }},
		{
			Key: "addresses", Value: func(l listRow) any { return l.entries() },
			Text: func(l listRow) string { return strings.Join(l.words(), ", ") }, Lines: listRow.words,
		},
	}
}

func (l listRow) entries() []entryRow {
	all := make([]entryRow, 0, len(l.Addresses))
	for _, a := range l.Addresses {
		all = append(all, entryRow{a.Address, a.Description, a.Enabled})
	}
	return all
}

func (l listRow) words() []string {
	var all []string
	for _, a := range l.Addresses {
		text := a.Address
		if a.Description != "" {
			text += " (" + a.Description + ")"
		}
		if !a.Enabled {
			text += " [disabled]"
		}
		all = append(all, text)
	}
	return all
}

// enabledAddresses returns the enabled addresses.
func enabledAddresses(list devops.AccessList) []devops.Address {
	var found []devops.Address
	for _, a := range list.Addresses {
		if a.Enabled {
			found = append(found, a)
		}
	}
	return found
}

// restricts reports whether the list rejects any address.
func restricts(list devops.AccessList) bool { return list.Enabled && len(enabledAddresses(list)) > 0 }
