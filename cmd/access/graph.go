package access

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/graph"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
)

// maxEdges is the number of edges above which a graph is not readable.
const maxEdges = 200

type graphOptions struct{ all bool }

func newGraph(app *cli.App) *cobra.Command {
	var in graphOptions
	cmd := &cobra.Command{
		Use:     "graph [WHO…]",
		Aliases: []string{"draw"},
		Short:   "Draw who has which roles, and where they apply",
		Long: `Draw users and tokens, their roles, and the places to which the roles apply. Users
and tokens with the same roles are one node. Without WHO, all of them are drawn.

The output is Mermaid, which GitHub, GitLab and many editors display. Other
formats: -o dot for Graphviz, -o svg for a picture that every browser shows, and
-o json for the data:

    classes  [{principals,roles,rights}]: users and tokens with the same roles;
             rights is equal for classes whose roles grant the same
    roles    [{id,name,custom,readable}]
    grants   [{role,place,permissions}], at the level at which they are checked
    edges    the number of lines of the picture

A graph of more than 200 edges is refused unless --all is given. Roles that were
deleted grant nothing and are not drawn. Places in a picture are without
trailing wildcards: "demo" is the database with everything in it.`,
		Example: "  astra access graph > access.mmd\n  astra access graph -o svg > access.svg\n" +
			"  astra access graph viewer@example.com role:'R/W User' -o dot\n  astra access graph -o json",
		Args:        cli.Args("[WHO…]"),
		Annotations: completion.Args(completion.Repeat(completion.Principals)),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args) },
	}
	cmd.Flags().BoolVar(&in.all, "all", false, "draw also a graph of more than 200 edges")
	return cli.OwnFormats(cmd, "mermaid", "dot", "svg")
}

func (in graphOptions) run(ctx context.Context, app *cli.App, refs []string) error {
	if err := cli.CheckOne(app, pictureColumns()); err != nil {
		return err
	}
	snapshot, found, err := principals(ctx, app, refs...)
	if err != nil {
		return err
	}
	name, err := snapshot.Session.OrgName(ctx)
	if err != nil {
		return err
	}
	p := newPicture(snapshot, found)
	if p.Edges() > maxEdges && !in.all {
		return exit.Usagef("the graph has %d edges; more than %d are not readable", p.Edges(), maxEdges).
			WithHint("name users or tokens to draw a part of it").WithNext("astra access graph --all")
	}
	for _, section := range snapshot.HiddenPrincipals() {
		app.Warn("%s", section)
	}
	draw := graph.Mermaid
	switch app.OwnFormat() {
	case "dot":
		draw = graph.DOT
	case "svg":
		draw = graph.SVG
	case "mermaid":
	default:
		if app.OutputFlag() != "" || app.Globals.Output != "" {
			return cli.PrintOne(app, pictureColumns(), p)
		}
	}
	_, err = app.Out.Write([]byte(draw(p.graph("Access in "+name, snapshot.HiddenPrincipals()))))
	return err
}

func pictureColumns() []output.Column[picture] {
	return []output.Column[picture]{
		{Key: "classes", Value: func(p picture) any { return p.classes }, Lines: func(p picture) []string {
			var lines []string
			for _, c := range p.classes {
				lines = append(lines, strings.Join(labels(c.Principals), "; ")+": "+strings.Join(roleNames(c.Roles), ", "))
			}
			return lines
		}},
		{Key: "roles", Value: func(p picture) any { return p.roles }, Lines: func(p picture) []string {
			var lines []string
			for _, r := range p.roles {
				lines = append(lines, r.Name)
			}
			return lines
		}},
		{Key: "grants", Value: func(p picture) any { return p.grants }, Lines: func(p picture) []string {
			var lines []string
			for _, g := range p.grants {
				lines = append(lines, g.Role.Name+" in "+rights.DescribePlace(g.Place)+": "+strings.Join(g.Permissions, ", "))
			}
			return lines
		}},
		{Key: "edges", Value: func(p picture) any { return p.Edges() }},
	}
}

func labels(principals []access.Principal) []string {
	var all []string
	for _, p := range principals {
		all = append(all, rights.Label(p))
	}
	return all
}

func roleNames(refs []access.Ref) []string {
	names := []string{}
	for _, r := range refs {
		names = append(names, r.Name)
	}
	return slices.Compact(names)
}
