package graph

import (
	"fmt"
	"strings"
)

// DOT returns the graph in the language of Graphviz.
func DOT(g Graph) string {
	var b strings.Builder
	b.WriteString("digraph access {\n")
	fmt.Fprintf(&b, "  graph [rankdir=LR, ranksep=1.4, nodesep=0.2, splines=true, label=%s, labelloc=t, fontname=\"Helvetica\", tooltip=%s]\n", dotText(g.Title), dotText(g.Description))
	b.WriteString("  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11]\n")
	b.WriteString("  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.6]\n")
	for i, c := range g.Columns {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s; color=\"transparent\"\n", i, dotText(c.Heading))
		for j, n := range c.Nodes {
			look := colors(n.Kind)
			lines := []string{shorten(n.Name)}
			for _, d := range n.Details {
				lines = append(lines, shorten(d))
			}
			fmt.Fprintf(&b, "    %s [label=%s, tooltip=%s, fillcolor=%q, color=%q, fontcolor=%q]\n",
				nodeID(i, j), dotText(lines...), dotText(append([]string{n.Name}, n.Details...)...), look.fill, look.stroke, ink)
		}
		b.WriteString("  }\n")
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s -> %s [label=%s, tooltip=%s, color=%q]\n", nodeID(e.Column, e.From), nodeID(e.Column+1, e.To),
			dotText(e.Label), dotText(e.Detail), hue(g.hub(e)).light)
	}
	b.WriteString("}\n")
	return b.String()
}

// dotText quotes lines. Graphviz reads escapes, such as \N, and HTML entities in labels.
func dotText(lines ...string) string {
	quoted := make([]string, len(lines))
	for i, line := range lines {
		quoted[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(visible(line))
	}
	return `"` + strings.Join(quoted, `\n`) + `"`
}
