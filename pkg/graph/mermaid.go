package graph

import (
	"fmt"
	"strings"
)

// Mermaid returns the graph as a flowchart of Mermaid.
func Mermaid(g Graph) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	fmt.Fprintf(&b, "  accTitle: %s\n  accDescr: %s\n", mermaidText(g.Title), mermaidText(g.Description))
	for i, c := range g.Columns {
		if len(c.Nodes) == 0 {
			continue // a syntax error in Mermaid
		}
		fmt.Fprintf(&b, "  subgraph column%d[\"%s\"]\n", i, mermaidText(c.Heading))
		for j, n := range c.Nodes {
			fmt.Fprintf(&b, "    %s[\"%s\"]:::%s\n", nodeID(i, j), mermaidText(shorten(n.Name))+mermaidDetails(n.Details), n.Kind)
		}
		b.WriteString("  end\n")
	}
	for _, e := range g.Edges {
		label := ""
		if e.Label != "" {
			label = `|"` + mermaidText(e.Label) + `"|`
		}
		fmt.Fprintf(&b, "  %s -->%s %s\n", nodeID(e.Column, e.From), label, nodeID(e.Column+1, e.To))
	}
	for _, k := range Kinds() {
		c := colors(k)
		fmt.Fprintf(&b, "  classDef %s fill:%s,stroke:%s,color:%s\n", k, c.fill, c.stroke, ink)
	}
	return b.String()
}

func nodeID(column, node int) string { return fmt.Sprintf("n%d_%d", column, node) }

func mermaidDetails(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString("<br>" + mermaidText(shorten(line)))
	}
	return b.String()
}

// mermaidText writes every character that may mean something to Mermaid, to Markdown or
// to HTML as the code of an entity. Quotes alone are not enough: a directive is
// found anywhere in the text, and a colon before a code loses the end of it. Two dollar
// signs begin a formula in any form, so they become wide ones.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(visible(s), "$$", "＄＄") {
		if r < 0x80 && !isPlain(r) {
			fmt.Fprintf(&b, "#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isPlain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" .,@-/+", r)
}
