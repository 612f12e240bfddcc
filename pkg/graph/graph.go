// Package graph draws a graph of nodes in columns, whose edges lead from one column to
// the next, as Mermaid, DOT or SVG. It performs no input or output. The same graph
// always gives the same text, and a label may hold any text.
package graph

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is the kind of a node, which decides its color.
type Kind string

// The kinds of nodes.
const (
	Users   Kind = "users"
	Tokens  Kind = "tokens"
	Both    Kind = "both" // users and tokens
	Role    Kind = "role"
	Custom  Kind = "custom"  // a custom role
	Unknown Kind = "unknown" // not readable
	Place   Kind = "place"
)

// Kinds returns the kinds of nodes.
func Kinds() []Kind { return []Kind{Users, Tokens, Both, Role, Custom, Unknown, Place} }

// Node is a box with a name, and lines of smaller text below it.
type Node struct {
	Kind    Kind
	Name    string
	Details []string
}

// Column is a list of nodes under a heading.
type Column struct {
	Heading string
	Nodes   []Node
}

// Edge leads from a node of a column to one of the next column.
type Edge struct {
	Column   int // index of the column in which it begins
	From, To int // indices of the nodes in their columns
	Label    string
	Detail   string // all that the label abbreviates
}

// Graph is what is drawn. Colors follow the nodes of the column Hub: all edges of one of
// its nodes have the same color.
type Graph struct {
	Title       string
	Description string // for readers who do not see the picture
	Columns     []Column
	Edges       []Edge
	Hub         int
}

// hub returns the index in the column Hub of the node by which an edge is colored.
func (g Graph) hub(e Edge) int {
	if e.Column == g.Hub {
		return e.From
	}
	return e.To
}

// maxMarks is the maximum number of combining marks on a character; no written language
// needs more.
const maxMarks = 4

// visible replaces line breaks and what cannot be seen or not be part of a document, and
// removes combining marks that would cover other text.
func visible(s string) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		if !unicode.Is(unicode.M, r) {
			marks = 0
		} else if marks++; marks > maxMarks {
			return -1
		}
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case !unicode.IsGraphic(r):
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// maxWidth is the maximum width of a name in a picture, in columns of a terminal.
const maxWidth = 32

// shorten returns text that is at most maxWidth wide. Its end remains, because names of
// a series, such as those of environments, differ there.
func shorten(s string) string {
	s = visible(s)
	if width(s) <= maxWidth {
		return s
	}
	const tail = 10
	runes := []rune(s)
	head, end, used := 0, len(runes), 1
	for w := 0; end > 0 && w+runeWidth(runes[end-1]) <= tail; end-- {
		w += runeWidth(runes[end-1])
		used += runeWidth(runes[end-1])
	}
	for head < end && used+runeWidth(runes[head]) <= maxWidth {
		used += runeWidth(runes[head])
		head++
	}
	for end < len(runes) && unicode.Is(unicode.M, runes[end]) {
		end++ // no mark without its character
	}
	return string(runes[:head]) + "…" + string(runes[end:])
}

func width(s string) int {
	w := 0
	for _, r := range s {
		w += runeWidth(r)
	}
	return w
}

// runeWidth is 2 for a character that may be as wide as high, which is never too small.
func runeWidth(r rune) int {
	switch {
	case unicode.Is(unicode.M, r):
		return 0
	case r >= 0x1100:
		return 2
	}
	return 1
}
