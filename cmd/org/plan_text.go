package org

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/plan"
)

// text returns the plan for people.
func (p made) text(foreign bool) string {
	var b strings.Builder
	line := func(format string, args ...any) {
		for i, arg := range args {
			if text, ok := arg.(string); ok {
				args[i] = output.Sanitize(text)
			}
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
	}
	line("%s", p.title())
	rows := p.rows()
	widths := columnWidths(rows)
	for _, r := range rows {
		var cells []string
		for i, cell := range r.cells {
			cells = append(cells, pad(output.Sanitize(cell), widths[i]))
		}
		b.WriteString("  " + strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
		for _, note := range r.notes {
			line("     %s", note)
		}
	}
	for i, e := range plan.EffectLines(p.state, p.Effect) {
		head := "means"
		if i > 0 {
			head = "     "
		}
		line("%s  %s %s %s", head, e.Who, e.Verb, e.What)
	}
	if foreign {
		for _, s := range p.unlisted() {
			line("not in the file: %s %s", s.Kind, label(s))
		}
	}
	refused := p.refusals(p.allowed)
	for _, r := range p.refusals(nil) {
		if slices.Contains(refused, r) {
			line("refused  %s", r)
		} else {
			line("allowed  %s", r)
		}
	}
	summary := p.summaryText()
	if p.foreignText() != "" && !foreign {
		summary = strings.Replace(summary, p.foreignText()+".", p.foreignText()+" (--show foreign lists them).", 1)
	}
	line("%s", summary)
	return b.String()
}

// row is a step or a finding in a text.
type row struct {
	cells []string // number, sign, kind, name, description, position
	notes []string // lines below it
}

func (p made) rows() []row {
	describer := plan.NewDescriber(p.state, p.Steps)
	var rows []row
	for _, s := range p.Steps {
		r := row{cells: []string{fmt.Sprint(s.Number), s.Sign(), string(s.Kind), stepName(s), describer.Describe(s), s.At.String()}}
		if s.Moment != "" {
			r.notes = append(r.notes, "! "+s.Moment)
		}
		if remark := describer.Remark(s); remark != "" {
			r.notes = append(r.notes, remark)
		}
		rows = append(rows, r)
	}
	for _, f := range p.Findings {
		r := row{cells: []string{"", "!", f.Subject.Kind, label(f.Subject), f.Message, f.At}}
		for _, command := range f.Fix {
			r.notes = append(r.notes, "run: "+command)
		}
		rows = append(rows, r)
	}
	return rows
}

// stepName names the object of a step.
func stepName(s plan.Step) string {
	if s.Kind == plan.TokenStep {
		return cmp.Or(s.TokenBefore.Description, s.TokenBefore.SavedName, s.ID)
	}
	return cmp.Or(s.Name, s.ID)
}

func label(s plan.Subject) string { return cmp.Or(s.Name, s.ID) }

// maxWidth is the most that a column is widened for the alignment of the next one.
const maxWidth = 44

func columnWidths(rows []row) []int {
	var widths []int
	for _, r := range rows {
		for i, cell := range r.cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if n := utf8.RuneCountInString(output.Sanitize(cell)); n <= maxWidth {
				widths[i] = max(widths[i], n)
			}
		}
	}
	return widths
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}
