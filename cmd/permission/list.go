package permission

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/iam"
)

type list struct{ group string }

func newList(app *cli.App) *cobra.Command {
	var in list
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List all permissions",
		Long: `List all permissions with their Portal name and API parameter.

--group capability lists the capabilities that "astra access" knows: tasks, each
of which takes all of its permissions at the same place. Where there is a choice,
such as between data APIs, the permissions of each way are joined by +.`,
		Example: "  astra permission list\n  astra permission list --group keyspace -o json\n  astra permission list --group capability",
		Args:    cli.Args(),
		RunE:    func(*cobra.Command, []string) error { return in.run(app) },
	}
	flags.Enum(cmd.Flags(), &in.group, "group", "", groupNames(), "list only permissions of this `group`")
	return cli.Listing(cmd, columns())
}

func (in list) run(app *cli.App) error {
	if in.group != "" && !slices.Contains(groupNames(), in.group) {
		return exit.Usagef("--group must be one of %s, not %q", strings.Join(groupNames(), ", "), in.group)
	}
	if in.group == capabilityGroup {
		return cli.Print(app, columns(), capabilities(), "")
	}
	var all []entry
	for _, p := range iam.Permissions() {
		if in.group == "" || p.Group == iam.Group(in.group) {
			all = append(all, newEntry(p))
		}
	}
	return cli.Print(app, columns(), all, "")
}

const capabilityGroup = "capability"

// capabilities returns the capabilities as entries. A default role has one if it has all
// permissions of a way.
func capabilities() []entry {
	var all []entry
	for _, c := range access.Capabilities() {
		e := entry{Permission: iam.Permission{Name: c.Name, Parameter: c.Name, Group: capabilityGroup, Description: c.Description}, defaultRoles: []string{}}
		for _, way := range c.Ways {
			if words := wayWords(way); len(c.Ways) == 1 {
				e.permissions = words
			} else {
				e.permissions = append(e.permissions, strings.Join(words, "+"))
			}
		}
		for _, r := range iam.DefaultRoles() {
			if slices.ContainsFunc(c.Ways, func(way access.Way) bool { return grants(r, way) }) {
				e.defaultRoles = append(e.defaultRoles, r.Name)
			}
		}
		all = append(all, e)
	}
	return all
}

// wayWords returns the permissions of a way, with the keyspace of those that are needed
// in one of the system.
func wayWords(way access.Way) []string {
	var words []string
	for _, atom := range way.Atoms {
		word := atom.Permission
		if atom.Keyspace != "" {
			word += "@" + atom.Keyspace
		}
		words = append(words, word)
	}
	return words
}

func grants(r iam.Role, way access.Way) bool {
	return !slices.ContainsFunc(way.Atoms, func(atom access.Atom) bool { return !slices.Contains(r.Policy.Actions, atom.Permission) })
}
