package main

import (
	"fmt"
	"html"
	"strings"
	"time"
)

// The measures of the picture in pixels.
const (
	letter  = 8.4 // width; each text is stretched to it, whatever the font
	size    = 14
	leading = 20
	margin  = 18
	bar     = 34
	width   = columns*letter + 2*margin
	height  = rows*leading + 2*margin + bar - 10
)

// colors are the variables of a theme, light and dark. They have a contrast of at least
// 4.5 to the background.
const colors = `svg{--back:#fff;--bar:#f0f2f5;--line:#d1d9e0;--text:#1f2328;--comment:#59636e;--red:#cf222e;--green:#116329;--yellow:#7d4e00;--cursor:#1f2328}
@media(prefers-color-scheme:dark){svg{--back:#0d1117;--bar:#161b22;--line:#3d444d;--text:#e6edf3;--comment:#9198a1;--red:#ff7b72;--green:#7ee787;--yellow:#e3b341;--cursor:#e6edf3}}
`

const classes = `text{font:14px ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;fill:var(--text);white-space:pre}
.back{fill:var(--back)}.bar{fill:var(--bar)}.line{fill:none;stroke:var(--line)}.title{font-size:12px;fill:var(--comment);text-anchor:middle}
.bold{font-weight:bold}.comment,.prompt{fill:var(--comment)}.red{fill:var(--red)}.green{fill:var(--green)}.yellow{fill:var(--yellow)}
.cursor{fill:var(--cursor)}.cover{opacity:0;pointer-events:none}
`

// svg returns the recording as an animated picture. Without animation it shows the end.
func (p play) svg() string {
	var style, body strings.Builder
	at := func(t time.Duration) string {
		return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f", 100*float64(t)/float64(p.end)), "0"), ".") + "%"
	}
	animated := func(selector, name, frames string) {
		fmt.Fprintf(&style, "%s{animation:%s %.2fs step-end infinite}@keyframes %s{%s}\n", selector, name, p.end.Seconds(), name, frames)
	}
	y, scrolled, scroll := 0, 0, "0%{transform:none}"
	for i, b := range p.blocks {
		fmt.Fprintf(&body, "<g class=\"b%d\">\n", i)
		for _, r := range b.rows {
			y++
			writeRow(&body, r, y)
		}
		if b.typed > 0 {
			text := b.rows[0][1].text
			n := len([]rune(text))
			left := float64(len(prompt)) * letter
			fmt.Fprintf(&body, "<g class=\"cover c%d\"><rect class=\"back\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/><rect class=\"cursor\" x=\"%.1f\" y=\"%d\" width=\"8\" height=\"17\"/></g>\n",
				i, left, (y-1)*leading, float64(n+1)*letter, leading, left, (y-1)*leading+2)
			end := fmt.Sprintf("transform:translateX(%.1fpx)", float64(n)*letter)
			animated(fmt.Sprintf(".c%d", i), fmt.Sprintf("c%d", i), fmt.Sprintf("0%%{opacity:1;transform:none}%s{opacity:1;transform:none;animation-timing-function:steps(%d)}%s{opacity:1;%s}%s{opacity:0;%s}",
				at(b.at), n, at(b.at+b.typed), end, at(b.at+b.typed+time.Millisecond), end))
		} else if i == len(p.blocks)-1 {
			fmt.Fprintf(&body, "<rect class=\"cursor\" x=\"%.1f\" y=\"%d\" width=\"8\" height=\"17\"/>\n", float64(len(prompt))*letter, (y-1)*leading+2)
		}
		body.WriteString("</g>\n")
		if i > 0 {
			animated(fmt.Sprintf(".b%d", i), fmt.Sprintf("b%d", i), fmt.Sprintf("0%%{opacity:0}%s{opacity:1}", at(b.at)))
		}
		if y > rows {
			scrolled = (y - rows) * leading
			scroll += fmt.Sprintf("%s{transform:translateY(-%dpx)}", at(b.at), scrolled)
		}
	}
	animated(".all", "all", scroll)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]g %[2]d" width="%[1]g" height="%[2]d" role="img" aria-labelledby="title">
<title id="title">astra at work: a role for one keyspace, an invitation, the rotation of a token, and the variables of a database</title>
<style>
%[3]s%[4]s.all{transform:translateY(-%[5]dpx)}
@media(prefers-reduced-motion:no-preference){
%[6]s}
</style>
<rect class="back" x=".5" y=".5" width="%[7]g" height="%[8]d" rx="8"/>
<path class="bar" d="M.5 %[9]dV8.5a8 8 0 0 1 8-8H%[10]ga8 8 0 0 1 8 8V%[9]dz"/>
<rect class="line" x=".5" y=".5" width="%[7]g" height="%[8]d" rx="8"/>
<text class="title" x="%[11]g" y="22">astra</text>
<svg x="%[12]d" y="%[13]d" width="%[14]g" height="%[15]d">
<g class="all">
%[16]s</g>
</svg>
</svg>
`, width, height, colors, classes, scrolled, style.String(), width-1, height-1, bar, width-8.5, width/2, margin, bar+margin-10, columns*letter, rows*leading, body.String())
}

// writeRow writes the text of a row, stretched to the columns of a terminal.
func writeRow(b *strings.Builder, r row, y int) {
	if r.width() == 0 {
		return
	}
	fmt.Fprintf(b, `<text y="%d" textLength="%.1f">`, y*leading-(leading-size), float64(r.width())*letter)
	for _, s := range r {
		if s.style == "" {
			b.WriteString(html.EscapeString(s.text))
		} else {
			fmt.Fprintf(b, `<tspan class="%s">%s</tspan>`, s.style, html.EscapeString(s.text))
		}
	}
	b.WriteString("</text>\n")
}
