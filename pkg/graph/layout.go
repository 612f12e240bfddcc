package graph

import (
	"cmp"
	"slices"
	"strings"
)

// rectangle is the box of a node.
type rectangle struct{ x, y, width, height int }

// path is an edge from the right side of a box to the left side of another.
type path struct{ fromX, fromY, toX, toY int }

// layout has the position of everything in a picture.
type layout struct {
	width, height int
	left          []int         // of the columns
	boxes         [][]rectangle // by column and node
	paths         []path        // by edge
	labels        []int         // width of the labels that lead from a column
}

// arrange places columns from left to right, each centered vertically, with its nodes in
// an order in which few edges cross.
func arrange(g Graph) layout {
	l := layout{left: make([]int, len(g.Columns)), boxes: make([][]rectangle, len(g.Columns)), paths: make([]path, len(g.Edges)), labels: make([]int, len(g.Columns))}
	order, near := untangle(g), g.neighbors()
	x := margin
	for i, c := range g.Columns {
		l.left[i] = x
		l.boxes[i] = make([]rectangle, len(c.Nodes))
		widest := max(minWidth, textWidth(c.Heading, nameSize))
		y := top
		for _, j := range order[i] {
			n := c.Nodes[j]
			widest = max(widest, textWidth(n.Name, nameSize)+2*padding)
			for _, text := range n.Details {
				widest = max(widest, textWidth(text, detailSize)+2*padding)
			}
			height := max(2*padding+nameHeight+lineHeight*len(n.Details), portGap*(1+max(len(near[i].before[j]), len(near[i].after[j]))))
			l.boxes[i][j] = rectangle{x, y, 0, height}
			y += height + gap
		}
		for j := range l.boxes[i] {
			l.boxes[i][j].width = widest
		}
		l.height = max(l.height, y-gap+margin)
		l.width = x + widest + margin
		l.labels[i] = g.labelWidth(i)
		x += widest + laneWidth + l.labels[i]
	}
	l.width = max(l.width, 2*margin+textWidth(g.Title, titleSize))
	for i := range l.boxes {
		l.center(i)
	}
	l.connect(g)
	return l
}

// labelWidth is the width of the widest label between a column and the next.
func (g Graph) labelWidth(column int) int {
	w := 0
	for _, e := range g.Edges {
		if e.Column == column && e.Label != "" {
			w = max(w, textWidth(e.Label, labelSize)+labelSpace)
		}
	}
	return w
}

// textWidth estimates the width of a shortened text in a bold font, in the widest of the
// fonts that systems commonly have, DejaVu Sans.
func textWidth(s string, size float64) int {
	ems := 0.0
	for _, r := range shorten(s) {
		switch {
		case runeWidth(r) != 1:
			ems += float64(runeWidth(r)) * 0.55
		case strings.ContainsRune("MWmw@%…—", r):
			ems += 1.1
		case strings.ContainsRune("ijlI.,:;'|!()[] ", r):
			ems += 0.46
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-':
			ems += 0.71
		default:
			ems += 0.84
		}
	}
	return int(ems*size) + 1
}

// center moves the nodes of a column to the middle of the picture.
func (l layout) center(column int) {
	bottom := top
	for _, b := range l.boxes[column] {
		bottom = max(bottom, b.y+b.height)
	}
	down := (l.height - margin - bottom) / 2
	for j := range l.boxes[column] {
		l.boxes[column][j].y += down
	}
}

// connect distributes the edges over the sides of their boxes, in the order of the boxes
// at their other ends.
func (l layout) connect(g Graph) {
	type side struct {
		column, node int
		leaving      bool
	}
	edges := map[side][]int{}
	var sides []side
	for i, e := range g.Edges {
		for _, s := range []side{{e.Column, e.From, true}, {e.Column + 1, e.To, false}} {
			if edges[s] == nil {
				sides = append(sides, s)
			}
			edges[s] = append(edges[s], i)
		}
	}
	other := func(s side, i int) int {
		e := g.Edges[i]
		if s.leaving {
			return l.boxes[e.Column+1][e.To].y
		}
		return l.boxes[e.Column][e.From].y
	}
	for _, s := range sides {
		slices.SortStableFunc(edges[s], func(a, b int) int { return cmp.Compare(other(s, a), other(s, b)) })
		box := l.boxes[s.column][s.node]
		for k, i := range edges[s] {
			y := box.y + box.height*(k+1)/(len(edges[s])+1)
			if s.leaving {
				l.paths[i].fromX, l.paths[i].fromY = box.x+box.width, y
			} else {
				l.paths[i].toX, l.paths[i].toY = box.x, y
			}
		}
	}
}

// sweeps is the number of passes over the columns, after which orders hardly change.
const sweeps = 8

// untangle returns the order of the nodes of each column. Each pass sorts a column by the
// mean position of the neighbors of its nodes, and the order with the fewest crossings
// is the result.
func untangle(g Graph) [][]int {
	order := make([][]int, len(g.Columns))
	for i, c := range g.Columns {
		for j := range c.Nodes {
			order[i] = append(order[i], j)
		}
	}
	near := g.neighbors()
	best, fewest := clone(order), g.crossings(order)
	for pass := range sweeps {
		for step := range order {
			if pass%2 == 0 {
				sortColumn(order, step, step-1, near[step].before)
			} else {
				last := len(order) - 1 - step
				sortColumn(order, last, last+1, near[last].after)
			}
		}
		if n := g.crossings(order); n < fewest {
			best, fewest = clone(order), n
		}
	}
	return best
}

func clone(order [][]int) [][]int {
	copied := make([][]int, len(order))
	for i := range order {
		copied[i] = slices.Clone(order[i])
	}
	return copied
}

// neighbors has the nodes of the columns before and after to which each node of a column
// has an edge.
type neighbors struct{ before, after [][]int }

func (g Graph) neighbors() []neighbors {
	near := make([]neighbors, len(g.Columns))
	for i, c := range g.Columns {
		near[i] = neighbors{make([][]int, len(c.Nodes)), make([][]int, len(c.Nodes))}
	}
	for _, e := range g.Edges {
		near[e.Column].after[e.From] = append(near[e.Column].after[e.From], e.To)
		near[e.Column+1].before[e.To] = append(near[e.Column+1].before[e.To], e.From)
	}
	return near
}

// sortColumn sorts a column by the mean position of the neighbors in the column beside.
func sortColumn(order [][]int, column, beside int, near [][]int) {
	if beside < 0 || beside >= len(order) {
		return
	}
	at, there := positions(order[column]), positions(order[beside])
	weight := make([]float64, len(near))
	for j, others := range near {
		weight[j] = float64(at[j])
		sum := 0
		for _, k := range others {
			sum += there[k]
		}
		if len(others) > 0 {
			weight[j] = float64(sum) / float64(len(others))
		}
	}
	slices.SortStableFunc(order[column], func(a, b int) int { return cmp.Compare(weight[a], weight[b]) })
}

// positions returns the position of each node in the order of its column.
func positions(order []int) []int {
	at := make([]int, len(order))
	for position, j := range order {
		at[j] = position
	}
	return at
}

// crossings counts the pairs of edges that cross, by a tree of the positions at which
// earlier edges end.
func (g Graph) crossings(order [][]int) int {
	n := 0
	for column := range len(order) - 1 {
		from, to := positions(order[column]), positions(order[column+1])
		var ends [][2]int
		for _, e := range g.Edges {
			if e.Column == column {
				ends = append(ends, [2]int{from[e.From], to[e.To]})
			}
		}
		slices.SortFunc(ends, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
		tree := make([]int, len(to)+1)
		for seen, e := range ends {
			notAbove := 0
			for i := e[1] + 1; i > 0; i -= i & -i {
				notAbove += tree[i]
			}
			n += seen - notAbove
			for i := e[1] + 1; i < len(tree); i += i & -i {
				tree[i]++
			}
		}
	}
	return n
}
