package token

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/onetime"
)

// pair finds the two tokens of each rotation whose old token is not revoked. The
// description of the new one names the old one; it counts only where nothing else
// contradicts it: the mark is on one token alone, which is the younger one.
func pair(all []row) {
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
		if len(at) != 1 || at[0] == i || all[i].GeneratedOn.Before(all[at[0]].GeneratedOn) || all[at[0]].replacedBy != "" {
			continue
		}
		all[i].replaces, all[at[0]].replacedBy = all[at[0]].ClientID, all[i].ClientID
	}
}

// tellReplaced says which of the tokens still work although a rotation replaced them,
// and how each is revoked: by the rotation if this machine knows of it.
func tellReplaced(app *cli.App, chosen []row) error {
	if !slices.ContainsFunc(chosen, func(r row) bool { return r.replacedBy != "" }) {
		return nil
	}
	journal, err := app.Journal()
	if err != nil {
		return err
	}
	open, err := journal.List()
	if err != nil {
		return err
	}
	for _, r := range chosen {
		if r.replacedBy == "" {
			continue
		}
		at := slices.IndexFunc(open, func(o onetime.Open) bool {
			return o.Record.Kind == onetime.Rotating && o.Record.Old == r.ClientID || o.ID == r.ClientID
		})
		switch {
		case at < 0:
			app.Say("%s still works; a rotation generated %s to replace it. Once nothing uses it: %s",
				r.ClientID, r.replacedBy, app.Command("astra token delete "+r.ClientID))
		case open[at].Record.Step == onetime.Switched:
			app.Say("%s still works; its rotation is due %s. To revoke it now: %s",
				r.ClientID, lifetime(open[at].Record.Retire), app.Command("astra token rotate "+r.ClientID+" --finish"))
		}
	}
	return nil
}
