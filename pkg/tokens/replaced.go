package tokens

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
)

// pairRotations finds the two tokens of each rotation whose old token is not revoked.
// The description of the new one names the old one. It counts only if its mark is on no
// other token and it is the younger one. Rotations without a common journal may leave
// several new tokens for one old token.
func pairRotations(all []Token) {
	marks, positions := map[string]int{}, map[string][]int{}
	for i, r := range all {
		marks[r.Mark]++
		id := strings.ToLower(r.ClientID) // a service may change the letter case of descriptions
		positions[id] = append(positions[id], i)
	}
	for i := range all {
		old := onetime.Replaces(all[i].Description)
		if old == "" || marks[all[i].Mark] > 1 {
			continue
		}
		at := positions[strings.ToLower(old)]
		if len(at) != 1 || at[0] == i || all[i].GeneratedOn.Before(all[at[0]].GeneratedOn) || all[at[0]].IsExpired() {
			continue
		}
		all[i].Replaces = all[at[0]].ClientID
		if !all[i].IsExpired() {
			all[at[0]].Successors = append(all[at[0]].Successors, all[i])
		}
	}
	for i := range all {
		if s := all[i].Successors; len(s) > 0 {
			slices.SortStableFunc(s, func(a, b Token) int { return a.GeneratedOn.Compare(b.GeneratedOn) })
			all[i].ReplacedBy = s[len(s)-1].ClientID
		}
	}
}

// Replacements names the valid tokens that replace r.
func (r Token) Replacements() string {
	ids := make([]string, 0, len(r.Successors))
	for _, s := range r.Successors {
		ids = append(ids, s.ClientID)
	}
	return strings.Join(ids, ", ")
}

// checkNotReplaced refuses to rotate a token that was replaced already, here or on
// another machine: a second replacement would be one valid token too many.
func checkNotReplaced(old Token) error {
	if len(old.Successors) == 0 {
		return nil
	}
	var made []string
	for _, s := range old.Successors {
		made = append(made, s.ClientID+", generated at "+FormatTime(s.GeneratedOn))
	}
	word, discard := "replacement", "otherwise revoke "+old.Successors[0].ClientID
	if len(made) > 1 {
		word, discard = "replacements", "revoke the replacements that are not in use"
	}
	// No command to run: only the user knows which of the two is in use.
	return exit.Failf(exit.Conflict, "%s already has the %s %s; nothing was generated", old.ClientID, word, strings.Join(made, "; ")).
		WithHint("if the secret of the replacement is in use, revoke %s; %s", old.ClientID, discard).WithNext("astra token list -o wide")
}

// withYesInCI is a command line as it runs in CI too, where no question can be answered.
func withYesInCI(app *cli.App, line string) string {
	if app.Terminal.CI {
		line += " --yes"
	}
	return line
}

// ReplacedNotes says which of the tokens still work although a rotation replaced them, and
// how each is revoked: by the rotation if this machine knows it.
func ReplacedNotes(app *cli.App, chosen []Token) (notes []string, err error) {
	if !slices.ContainsFunc(chosen, func(r Token) bool { return r.ReplacedBy != "" }) {
		return nil, nil
	}
	_, open, err := pendingOperations(app)
	if err != nil {
		return nil, err
	}
	for _, r := range chosen {
		if r.ReplacedBy == "" {
			continue
		}
		at := slices.IndexFunc(open, func(o onetime.PendingOperation) bool {
			return o.Record.Kind == onetime.Rotating && o.Record.Old == r.ClientID || o.ID == r.ClientID
		})
		switch {
		case at < 0:
			notes = append(notes, fmt.Sprintf("%s still works; a rotation generated %s to replace it. Its overlap is not known here. Once nothing uses it: %s",
				r.ClientID, r.Replacements(), app.Command(withYesInCI(app, "astra token delete "+r.ClientID))))
		case open[at].Record.Step == onetime.Switched:
			notes = append(notes, fmt.Sprintf("%s still works; its rotation is due %s. To revoke it now: %s",
				r.ClientID, FormatTime(open[at].Record.Retire), app.Command(withYesInCI(app, "astra token rotate "+r.ClientID+" --finish"))))
		}
	}
	return notes, nil
}
