package token

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/tokens"
)

// pair finds the two tokens of each rotation whose old token is not revoked. The
// description of the new one names the old one; it counts only where nothing else
// contradicts it: the mark is on one token alone, which is the younger one. A rotation
// that was run again without its journal leaves several new ones for one old one.
func pair(all []tokenRow) {
	marks, places := map[string]int{}, map[string][]int{}
	for i, r := range all {
		marks[r.operation]++
		id := strings.ToLower(r.ClientID) // a service may change the letter case of descriptions
		places[id] = append(places[id], i)
	}
	for i := range all {
		old := onetime.Replaces(all[i].Description)
		if old == "" || marks[all[i].operation] > 1 {
			continue
		}
		at := places[strings.ToLower(old)]
		if len(at) != 1 || at[0] == i || all[i].GeneratedOn.Before(all[at[0]].GeneratedOn) || all[at[0]].expired() {
			continue
		}
		all[i].replaces = all[at[0]].ClientID
		if !all[i].expired() {
			all[at[0]].successors = append(all[at[0]].successors, all[i])
		}
	}
	for i := range all {
		if s := all[i].successors; len(s) > 0 {
			slices.SortStableFunc(s, func(a, b tokenRow) int { return a.GeneratedOn.Compare(b.GeneratedOn) })
			all[i].replacedBy = s[len(s)-1].ClientID
		}
	}
}

// replacements names the live tokens that replace r.
func (r tokenRow) replacements() string {
	ids := make([]string, 0, len(r.successors))
	for _, s := range r.successors {
		ids = append(ids, s.ClientID)
	}
	return strings.Join(ids, ", ")
}

// unreplaced refuses to rotate a token that another rotation replaced already, here or
// on another machine: a second replacement would be one too many that works.
func unreplaced(old tokenRow) error {
	if len(old.successors) == 0 {
		return nil
	}
	var made []string
	for _, s := range old.successors {
		made = append(made, s.ClientID+", generated at "+formatExpiry(s.GeneratedOn))
	}
	word, discard := "replacement", "otherwise revoke "+old.successors[0].ClientID
	if len(made) > 1 {
		word, discard = "replacements", "revoke the replacements that are not in use"
	}
	// No command to run: which of the two is in use, and which may be revoked, only people know.
	return exit.Failf(exit.Conflict, "%s already has the %s %s; nothing was generated", old.ClientID, word, strings.Join(made, "; ")).
		WithHint("if the secret of the replacement is in use, revoke %s; %s", old.ClientID, discard).WithNext("astra token list -o wide")
}

// confirmed is a command line as it runs in CI too, where no question can be answered.
func confirmed(app *cli.App, line string) string {
	if app.Terminal.CI {
		line += " --yes"
	}
	return line
}

// tellReplaced says which of the tokens still work although a rotation replaced them,
// and how each is revoked: by the rotation if this machine knows of it.
func tellReplaced(app *cli.App, chosen []tokenRow) error {
	if !slices.ContainsFunc(chosen, func(r tokenRow) bool { return r.replacedBy != "" }) {
		return nil
	}
	_, open, err := tokens.PendingOperations(app)
	if err != nil {
		return err
	}
	for _, r := range chosen {
		if r.replacedBy == "" {
			continue
		}
		at := slices.IndexFunc(open, func(o onetime.PendingOperation) bool {
			return o.Record.Kind == onetime.Rotating && o.Record.Old == r.ClientID || o.ID == r.ClientID
		})
		switch {
		case at < 0:
			app.Say("%s still works; a rotation generated %s to replace it. Its overlap is not known here. Once nothing uses it: %s",
				r.ClientID, r.replacements(), app.Command(confirmed(app, "astra token delete "+r.ClientID)))
		case open[at].Record.Step == onetime.Switched:
			app.Say("%s still works; its rotation is due %s. To revoke it now: %s",
				r.ClientID, formatExpiry(open[at].Record.Retire), app.Command(confirmed(app, "astra token rotate "+r.ClientID+" --finish")))
		}
	}
	return nil
}
