package org

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

func newGet(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "get [ORG]",
		Aliases: []string{"show", "describe"},
		Short:   "Show one organization, by default the one in use",
		Example: "  astra --sandbox org get\n  astra --sandbox org get -o json",
		Args:    cli.Args("[ORG]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				here, err := current(cmd.Context(), app)
				if err != nil {
					return err
				}
				return cli.PrintOne(app, columns(), here)
			}
			all, err := known(cmd.Context(), app)
			if err != nil {
				return err
			}
			found, err := find(all, args[0])
			if err != nil {
				return err
			}
			return cli.PrintOne(app, columns(), found)
		},
	}
}

// find returns the organization that ref means: an id, a name or a profile.
func find(all []organization, ref string) (organization, error) {
	var names []string
	matches := slices.DeleteFunc(slices.Clone(all), func(o organization) bool {
		names = append(names, o.name)
		return ref != o.id && ref != o.name && ref != o.profile
	})
	switch len(matches) {
	case 0:
		return organization{}, cli.NotFoundf("organization", ref, names)
	case 1:
		return matches[0], nil
	}
	var profiles []string
	for _, m := range matches {
		profiles = append(profiles, m.id+" (profile "+m.profile+")")
	}
	return organization{}, cli.Ambiguous("organization", ref, profiles).WithHint("give the profile: astra profile use NAME")
}
