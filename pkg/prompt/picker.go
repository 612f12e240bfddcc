package prompt

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/AlecAivazis/survey/v2/terminal"

	"github.com/astra-admin/astra/pkg/spelling"
)

// maxRows is the maximum number of options on the screen.
const maxRows = 16

// picker is the state of a list: filter, selection and cursor. It is
// independent of the terminal, so that a test can press every key at every
// size.
type picker struct {
	text    string
	options []Option
	several bool

	filter  string
	fresh   bool  // the next character starts a new filter
	shown   []int // matching options
	cursor  int   // index in shown
	top     int   // index in shown of the first row on the screen
	checked []bool
	warned  bool // Enter was pressed without a selection
}

func newPicker(q Question, options []Option, multiple bool) *picker {
	p := &picker{text: q.Text, options: options, several: multiple, checked: make([]bool, len(options))}
	p.match()
	if multiple {
		for _, i := range q.Selected {
			p.checked[i] = true
		}
	} else {
		p.cursor = q.Default
	}
	return p
}

// press applies one key and reports whether the answer is complete. A space
// belongs to the filter, since names of roles have spaces.
func (p *picker) press(key rune) (done bool) {
	p.warned = false
	switch key {
	case terminal.KeyEnter, '\n':
		p.warned = len(p.answer()) == 0
		return !p.warned
	case terminal.KeyTab:
		if p.several && len(p.shown) > 0 {
			at := p.shown[p.cursor]
			p.checked[at], p.fresh = !p.checked[at], true
		}
	case terminal.KeyArrowUp:
		p.move(p.cursor - 1)
	case terminal.KeyArrowDown:
		p.move(p.cursor + 1)
	case terminal.SpecialKeyHome:
		p.move(0)
	case terminal.SpecialKeyEnd:
		p.move(len(p.shown) - 1)
	case terminal.KeyBackspace, terminal.KeyDelete:
		filter := p.editedFilter()
		_, size := utf8.DecodeLastRuneInString(filter)
		p.search(filter[:len(filter)-size])
	case terminal.KeyDeleteWord:
		filter := strings.TrimRightFunc(p.editedFilter(), unicode.IsSpace)
		p.search(filter[:strings.LastIndexFunc(filter, unicode.IsSpace)+1])
	case terminal.KeyDeleteLine, ctrlU, terminal.KeyEscape: // Esc without a filter goes back
		p.search("")
	default:
		if key >= terminal.KeySpace && utf8.ValidRune(key) && len(p.filter) < longest {
			p.search(p.editedFilter() + string(key))
		}
	}
	return false
}

// editedFilter returns the filter to edit. After a selection it is empty, so
// that names can be typed one after the other.
func (p *picker) editedFilter() string {
	if p.fresh {
		return ""
	}
	return p.filter
}

// move moves the cursor to a row, wrapping around.
func (p *picker) move(row int) {
	if n := len(p.shown); n > 0 {
		p.cursor = (row + n) % n
	}
}

// search replaces the filter.
func (p *picker) search(filter string) {
	p.filter, p.fresh = filter, false
	p.match()
}

// match updates the matching options and moves the cursor to the best one.
func (p *picker) match() {
	under := -1
	if p.cursor < len(p.shown) {
		under = p.shown[p.cursor]
	}
	p.shown, p.cursor = p.shown[:0], 0
	best := noMatch
	for i, o := range p.options {
		rank := o.rank(p.filter)
		if rank == noMatch {
			continue
		}
		if rank < best {
			best, p.cursor = rank, len(p.shown)
		}
		p.shown = append(p.shown, i)
	}
	if strings.TrimSpace(p.filter) == "" {
		p.cursor = max(slices.Index(p.shown, under), 0)
	}
}

// answer returns the indexes of the answer.
func (p *picker) answer() []int {
	if !p.several {
		if len(p.shown) == 0 {
			return nil
		}
		return p.shown[p.cursor : p.cursor+1]
	}
	var all []int
	for i, yes := range p.checked {
		if yes {
			all = append(all, i)
		}
	}
	return all
}

// labels returns the labels of options.
func labels(options []Option, indexes []int) string {
	names := make([]string, len(indexes))
	for n, i := range indexes {
		names[n] = options[i].Label
	}
	return strings.Join(names, ", ")
}

// screenLine is one line on the screen with its color.
type screenLine struct{ Style, Text string }

// screen returns the lines of the list for a terminal of this size. They always
// include the cursor's row.
func (p *picker) screen(width, height int) []screenLine {
	head := append(p.question(width, height), screenLine{"cyan", p.help(width)})
	if p.several {
		head = append(head, p.selectionLine(width))
	}
	head = head[:max(1, min(len(head), height-1))] // at least one row
	room := min(height-len(head), maxRows+2)
	rows := len(p.shown)
	marks := rows > min(room, maxRows)
	if marks && room > 2 {
		rows = room - 2 // two lines count the rows above and below
	} else if marks {
		rows, marks = max(room, 1), false
	}
	p.top = max(0, min(p.top, p.cursor, len(p.shown)-rows))
	p.top = max(p.top, p.cursor-rows+1)
	lines := head
	if marks {
		lines = append(lines, moreLine(p.top, "above"))
	}
	for at := p.top; at < p.top+rows && at < len(p.shown); at++ {
		lines = append(lines, p.row(at, width))
	}
	if len(p.shown) == 0 {
		lines = append(lines, screenLine{"", "  No matches. Press Ctrl-U to clear the filter."})
	}
	if marks {
		lines = append(lines, moreLine(len(p.shown)-p.top-rows, "below"))
	}
	for i := range lines {
		lines[i].Text = cut(lines[i].Text, width)
	}
	return lines
}

// question returns the question and the filter, on several lines if there is
// room and no filter.
func (p *picker) question(width, height int) []screenLine {
	const style = "default+hb"
	text := "? " + withColon(p.text) + " " + p.filter + "_"
	folded := fold(text, width)
	if len(folded) == 1 || p.filter == "" && height >= 5+len(folded) && !slices.ContainsFunc(folded, func(line string) bool { return columns(line) > width }) {
		lines := make([]screenLine, len(folded))
		for i, line := range folded {
			lines[i] = screenLine{style, line}
		}
		return lines
	}
	if over := columns(text) - width; over > 0 && p.filter != "" { // the filter is more important
		text = "? " + withColon(cut(p.text, max(columns(p.text)-over, 10))) + " " + p.filter + "_"
	}
	return []screenLine{{style, text}}
}

// moreLine returns the line that counts rows outside of the screen.
func moreLine(n int, position string) screenLine {
	if n == 0 {
		return screenLine{}
	}
	return screenLine{"cyan", fmt.Sprintf("    %d more %s", n, position)}
}

// help describes the keys in the longest form that fits.
func (p *picker) help(width int) string {
	esc := "Esc back"
	if p.filter != "" {
		esc = "Esc clear filter"
	}
	forms := []string{
		"Enter select, " + esc + ", type to filter, arrows move",
		"Enter select, " + esc + ", type to filter",
		"Enter, " + esc + ", type to filter",
		"Enter, Esc, type to filter",
	}
	if p.several {
		forms = []string{
			"Tab select, Enter done, " + esc + ", type to filter, arrows move",
			"Tab select, Enter done, " + esc + ", type to filter",
			"Tab pick, Enter, Esc, type to filter",
			"Tab, Enter, type to filter",
		}
	}
	for _, form := range forms {
		if columns(form)+2 <= width {
			return "  " + form
		}
	}
	return "  type to filter"
}

// selectionLine describes the selection, or how to select.
func (p *picker) selectionLine(width int) screenLine {
	selected := p.answer()
	switch {
	case len(selected) > 1:
		return screenLine{"green", fmt.Sprintf("  Selected (%d): %s", len(selected), labels(p.options, selected))}
	case len(selected) == 1:
		return screenLine{"green", "  Selected: " + labels(p.options, selected)}
	case p.warned && len(p.shown) > 0:
		advice := "Press Tab to select " + p.options[p.shown[p.cursor]].Label
		if full := "Nothing selected. " + advice; columns(full) < width-1 {
			advice = full
		}
		return screenLine{"yellow", "  " + advice}
	case p.warned:
		return screenLine{"yellow", "  Nothing selected."}
	}
	return screenLine{"", "  Selected: none"}
}

// row returns the line of one option.
func (p *picker) row(at, width int) screenLine {
	i := p.shown[at]
	line := screenLine{Text: "  "}
	if p.several && p.checked[i] {
		line.Style = "green"
	}
	if at == p.cursor {
		line = screenLine{"cyan+b", "> "}
	}
	if p.several {
		box := "[ ] "
		if p.checked[i] {
			box = "[x] "
		}
		line.Text += box
	}
	line.Text += p.options[i].truncateOptions(width - columns(line.Text))
	return line
}

// truncateOptions formats an option in at most room columns. The label is most
// important, then the alias, then the group.
func (o Option) truncateOptions(room int) string {
	for _, words := range []string{o.label(), o.names(), o.Label} {
		if columns(words) > room {
			continue
		}
		if o.Description != "" {
			if rest := room - columns(words) - len(" - "); rest >= min(columns(o.Description), minDescription) {
				words += " - " + cut(o.Description, rest)
			}
		}
		return words
	}
	return cut(o.Label, room)
}

// minDescription is the minimum width of a shown description.
const minDescription = 12

// Ranks of a match, best first.
const (
	exactName = iota // the filter is a name of the option
	sameWords        // the words of a name in another order
	inName           // its words are in a name
	inText           // its words are in the description or group
	noMatch
)

// rank returns how well a filter matches the option. Every word of the filter
// must occur, in any order and case.
func (o Option) rank(filter string) int {
	words := strings.Fields(spelling.Fold(filter))
	if !contains(o.label()+" "+o.Description, words) {
		return noMatch
	}
	rank := inText
	for _, name := range []string{o.Label, o.Alias} {
		own := strings.Fields(spelling.Fold(name))
		switch {
		case len(own) == 0:
		case slices.Equal(own, words):
			return exactName
		case slices.Equal(slices.Sorted(slices.Values(own)), slices.Sorted(slices.Values(words))):
			rank = min(rank, sameWords)
		case contains(name, words):
			rank = min(rank, inName)
		}
	}
	return rank
}

// contains reports whether a text contains every word.
func contains(text string, words []string) bool {
	text = spelling.Fold(text)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}
