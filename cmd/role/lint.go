package role

import (
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
)

// lintPolicy warns about a policy that would not work, or refuses it with --lint error.
// Findings of the lowest severity are notes.
func (t policyFlags) lintPolicy(app *cli.App, policy iam.Policy) error {
	if t.lint == "off" {
		return nil
	}
	var grave []iam.Finding
	for _, f := range iam.Lint(policy) {
		switch {
		case f.Severity == iam.SeverityInfo:
			app.Say("note: %s", f.Message)
		case f.Severity == iam.SeverityError && t.lint == "error":
			grave = append(grave, f)
		default:
			app.Warn("%s", f.Message)
		}
	}
	if len(grave) == 0 {
		return nil
	}
	for _, f := range grave[1:] {
		app.Warn("%s", f.Message)
	}
	e := exit.Usagef("the role would not work: %s", grave[0].Message)
	e.Name = "LINT"
	return e.WithHint("nothing was sent; use --lint warn to proceed")
}
