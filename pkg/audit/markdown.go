package audit

import (
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Markdown returns the report as a page for people.
func (r Report) Markdown() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Access audit of %s\n\n%s: %s.\n", markdownText(r.Organization.Name), r.AsOf.UTC().Format(time.RFC3339), r.Summary)
	if notRun := r.NotRun(); len(notRun) > 0 {
		b.WriteString("\n## Rules that were not run\n\n")
		for _, run := range notRun {
			rule, _ := FindRule(run.Rule)
			fmt.Fprintf(&b, "- %s (%s): %s\n", run.Rule, rule.Title, markdownText(*run.Why))
		}
	}
	if open := r.Open(); len(open) > 0 {
		b.WriteString("\n## Findings\n\n| Severity | Rule | Finding | To fix it |\n|---|---|---|---|\n")
		for _, f := range open {
			fix := ""
			if f.Fix != nil {
				fix = markdownCode(*f.Fix)
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.Severity, f.Rule, markdownText(f.Message), fix)
		}
	}
	if r.Summary.Ignored > 0 {
		b.WriteString("\n## Ignored findings\n\n| Rule | Finding | Reason | Until |\n|---|---|---|---|\n")
		for _, f := range r.Findings {
			if f.Ignored != nil {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.Rule, markdownText(f.Message), markdownText(f.Ignored.Reason), f.Ignored.Until)
			}
		}
	}
	return []byte(b.String())
}

// String counts the findings: "1 error, 2 warnings, 0 info, 1 ignored".
func (s Summary) String() string {
	return fmt.Sprintf("%s, %s, %d info, %d ignored", spelling.Count(s.Error, "error"), spelling.Count(s.Warning, "warning"), s.Info, s.Ignored)
}

// markdownText escapes a text of the service, which may contain marks and elements.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range output.Sanitize(s) {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_{}[]()#+!|~", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// markdownCode returns a command as code in a cell of a table.
func markdownCode(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(output.Sanitize(s), "|", "\\|") + fence
}
