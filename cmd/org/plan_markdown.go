package org

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/spelling"
)

// maxMarkdown is the size from which on lines are left out. A comment on a pull request may
// be a little larger.
const maxMarkdown = 59_000

// markdown returns the plan for a comment on a pull request. Steps that do not fit are
// counted.
func (p made) markdown(foreign bool) string {
	text := fmt.Sprintf("### %s\n\n**%s**\n", escape(p.title()), escape(p.summaryText()))
	var unlisted []string
	if foreign {
		for _, s := range p.unlisted() {
			unlisted = append(unlisted, "- "+s.Kind+" "+escape(label(s)))
		}
	}
	const most = 20 // reasons; the steps matter more
	refusals := p.refusals(nil)
	if more := len(refusals) - most; more > 0 {
		refusals = append(refusals[:most], fmt.Sprintf("%d more reasons", more))
	}
	for i, r := range refusals {
		refusals[i] = "- " + escape(r)
	}
	sections := []struct {
		title string
		open  bool
		lines []string
	}{
		{"Refused", true, refusals},
		{spelling.Count(len(p.Steps), "step"), true, p.markdownSteps()},
		{"Who gains and loses access", true, p.markdownEffects()},
		{spelling.Count(len(p.Findings), "finding"), false, p.markdownFindings()},
		{"Not in the file: " + p.foreignText(), false, unlisted},
	}
	cut := 0
	for _, s := range sections {
		if len(s.lines) == 0 {
			continue
		}
		open := ""
		if s.open {
			open = " open"
		}
		body := fmt.Sprintf("\n<details%s><summary>%s</summary>\n\n", open, escape(s.title))
		for i, line := range s.lines {
			if len(text)+len(body)+len(line) > maxMarkdown {
				cut += len(s.lines) - i
				break
			}
			body += line + "\n"
		}
		text += body + "\n</details>\n"
	}
	if cut > 0 {
		text += fmt.Sprintf("\n%s left out.\n", spelling.Count(cut, "line"))
	}
	return text
}

func (p made) markdownSteps() []string {
	if len(p.Steps) == 0 {
		return nil
	}
	describer := plan.NewDescriber(p.state, p.Steps)
	lines := []string{"| Step | | | Name | Change | At |", "|---|---|---|---|---|---|"}
	for _, s := range p.Steps {
		notes := slices.DeleteFunc([]string{describer.Describe(s), s.Moment, describer.Remark(s)}, func(text string) bool { return text == "" })
		change := strings.Join(escapeAll(notes), "<br>")
		lines = append(lines, fmt.Sprintf("| %d | `%s` | %s | %s | %s | %s |", s.Number, s.Sign(), s.Kind, escape(stepName(s)), change, escape(s.At.String())))
	}
	return lines
}

func (p made) markdownEffects() []string {
	var lines []string
	for _, e := range plan.EffectLines(p.state, p.Effect) {
		lines = append(lines, fmt.Sprintf("- %s **%s** %s", escape(e.Who), escape(e.Verb), escape(e.What)))
	}
	return lines
}

func (p made) markdownFindings() []string {
	var lines []string
	for _, f := range p.Findings {
		line := fmt.Sprintf("- %s: %s", f.Rule, escape(f.Message))
		if f.At != "" {
			line += " (" + escape(f.At) + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

func escapeAll(texts []string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, escape(text))
	}
	return all
}

// escape returns a text that Markdown shows as it is, on one line.
func escape(text string) string {
	var b strings.Builder
	for _, r := range output.Sanitize(text) {
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case strings.ContainsRune("\\`*_{}[]<>#|~&!@$", r):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
