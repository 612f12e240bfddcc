package graph

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Sizes of an SVG picture, in pixels.
const (
	margin     = 32
	top        = 104 // below the title and the headings
	nameHeight = 18
	lineHeight = 15
	padding    = 13
	gap        = 16 // between nodes of a column
	portGap    = 17 // between edges of a node, which leaves room for their labels
	minWidth   = 120
	laneWidth  = 110 // between columns, without labels
	labelSpace = 20  // between a label and both ends of its line
	titleSize  = 20
	nameSize   = 13
	detailSize = 11
	labelSize  = 10
)

// SVG returns the graph as a picture that follows the color scheme of its reader, and
// depends on no font, script or other file.
func SVG(g Graph) string {
	l := arrange(g)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="astra-title astra-desc">`+"\n", l.width, l.height, l.width, l.height)
	fmt.Fprintf(&b, "<title id=\"astra-title\">%s</title>\n<desc id=\"astra-desc\">%s</desc>\n", xmlText(g.Title), xmlText(g.Description))
	b.WriteString(style())
	fmt.Fprintf(&b, `<rect class="paper" width="%d" height="%d" rx="10"/>`+"\n", l.width, l.height)
	fmt.Fprintf(&b, `<text class="heading" x="%d" y="44">%s</text>`+"\n", margin, xmlText(shorten(g.Title)))
	for i, c := range g.Columns {
		fmt.Fprintf(&b, `<text class="column" x="%d" y="%d">%s</text>`+"\n", l.left[i], top-24, xmlText(shorten(c.Heading)))
	}
	for i, e := range g.Edges {
		b.WriteString(edge(g, l, i, e))
	}
	for i, e := range g.Edges {
		if p := l.paths[i]; e.Label != "" {
			fmt.Fprintf(&b, `<text class="label h%d" x="%d" y="%d">%s</text>`+"\n", g.hub(e)%len(hues()), p.toX-14, p.toY-4, xmlText(shorten(e.Label)))
		}
	}
	for i, c := range g.Columns {
		for j, n := range c.Nodes {
			b.WriteString(node(n, l.boxes[i][j]))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func edge(g Graph, l layout, i int, e Edge) string {
	p := l.paths[i]
	flat := p.toX - l.labels[e.Column] - 8 // where the line under the label begins
	bend := (flat - p.fromX) / 2
	name := visible(g.Columns[e.Column].Nodes[e.From].Name) + " → " + visible(g.Columns[e.Column+1].Nodes[e.To].Name)
	if e.Detail != "" {
		name += ": " + e.Detail
	}
	h := g.hub(e) % len(hues())
	return fmt.Sprintf(`<g class="edge h%d"><title>%s</title><path d="M%d %dC%d %d %d %d %d %dH%d"/><path class="tip" d="M%d %dl-7 -4v8z"/></g>`+"\n",
		h, xmlText(name), p.fromX, p.fromY, p.fromX+bend, p.fromY, flat-bend, p.toY, flat, p.toY, p.toX-7, p.toX-1, p.toY)
}

func node(n Node, box rectangle) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<g class="node %s"><title>%s</title><rect x="%d" y="%d" width="%d" height="%d" rx="8"/>`, n.Kind,
		xmlText(strings.Join(append([]string{n.Name}, n.Details...), "; ")), box.x, box.y, box.width, box.height)
	text := nameHeight + lineHeight*len(n.Details)
	y := box.y + (box.height-text)/2 + 14
	fmt.Fprintf(&b, `<text class="name" x="%d" y="%d">%s</text>`, box.x+padding, y, xmlText(shorten(n.Name)))
	for _, d := range n.Details {
		y += lineHeight + 1
		fmt.Fprintf(&b, `<text class="detail" x="%d" y="%d">%s</text>`, box.x+padding, y, xmlText(shorten(d)))
	}
	b.WriteString("</g>\n")
	return b.String()
}

func style() string {
	var b strings.Builder
	b.WriteString(`<style>
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:#1f2933}
.paper{fill:#ffffff}
.heading{font-size:20px;font-weight:600}
.column{font-size:11px;font-weight:600;letter-spacing:.08em;fill:#5f6c7b}
.name{font-size:13px;font-weight:600}
.detail{font-size:11px;fill:#526070}
.node rect{stroke-width:1.2}
.edge path{fill:none;stroke-width:1.6;stroke-opacity:.75}
.edge .tip{stroke:none}
.edge:hover path{stroke-width:3;stroke-opacity:1}
.label{font-size:10px;text-anchor:end;paint-order:stroke;stroke:#ffffff;stroke-width:3px;stroke-linejoin:round}
`)
	for _, k := range Kinds() {
		c := colors(k)
		fmt.Fprintf(&b, ".%s rect{fill:%s;stroke:%s}\n", k, c.fill, c.stroke)
	}
	for i, h := range hues() {
		fmt.Fprintf(&b, ".edge.h%d path{stroke:%s}.edge.h%d .tip,.label.h%d{fill:%s}\n", i, h.light, i, i, h.light)
	}
	b.WriteString(`@media (prefers-color-scheme:dark){
text{fill:#e6ebf1}
.paper{fill:#14181d}
.column{fill:#96a3b3}
.detail{fill:#aab6c4}
.label{stroke:#14181d}
`)
	for _, k := range Kinds() {
		c := darkColors(k)
		fmt.Fprintf(&b, ".%s rect{fill:%s;stroke:%s}\n", k, c.fill, c.stroke)
	}
	for i, h := range hues() {
		fmt.Fprintf(&b, ".edge.h%d path{stroke:%s}.edge.h%d .tip,.label.h%d{fill:%s}\n", i, h.dark, i, i, h.dark)
	}
	b.WriteString("}\n</style>\n")
	return b.String()
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(visible(s))) // a Builder returns no error
	return b.String()
}
