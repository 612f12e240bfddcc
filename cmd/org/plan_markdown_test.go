package org

import (
	"fmt"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/plan"
)

// TestMarkdownFits makes the Markdown of a plan that is larger than a comment may be.
func TestMarkdownFits(t *testing.T) {
	t.Parallel()
	var p made
	for i := range 3000 {
		s := plan.Step{Number: i + 1, Kind: plan.UserStep, Action: plan.Invite, Name: fmt.Sprintf("user|%d<b>@acme.example", i), UserAfter: &plan.StateUser{Roles: []string{"r"}}}
		p.Steps = append(p.Steps, s)
		p.Fuses = append(p.Fuses, plan.Fuse{Word: plan.FuseEscalation, Tripped: true, Why: []string{strings.Repeat("because\n", 20)}})
		p.Findings = append(p.Findings, plan.Finding{Rule: "TOK002", Message: "never expires"})
	}
	text := p.markdown(true)
	if len(text) > 60_000 {
		t.Errorf("%d characters", len(text))
	}
	for _, want := range []string{"lines left out.", "| 1 | `+` | user | user&#124;0&#60;b&#62;&#64;acme.example | + id:r |"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %.3000s", want, text)
		}
	}
	if strings.Count(text, "<details") != strings.Count(text, "</details>") {
		t.Error("a part is not closed")
	}
}
