package audit

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/spelling"
)

// An entryList is the access list of a database, or of the DevOps API.
type entryList struct {
	subject Subject
	owner   string   // in a message
	flags   []string // that select it on a command line
	enabled bool
	entries []devops.Address
}

func (a *auditor) databaseSubject(d access.Database) Subject {
	return Subject{"database", d.ID, d.Name}
}

func apiSubject() Subject { return Subject{"api", "devops-api", "DevOps API"} }

// lists returns the access lists of the databases, and that of the DevOps API.
func (a *auditor) lists() []entryList {
	all := []entryList{{apiSubject(), "the DevOps API", []string{"--devops-api"}, true, a.APIAddresses}}
	for _, d := range a.Databases {
		for _, l := range a.AccessLists {
			if l.DatabaseID == d.ID {
				all = append(all, entryList{a.databaseSubject(d), d.Name, []string{"--db", a.databaseRef(d.ID)}, l.Enabled, l.Addresses})
			}
		}
	}
	return all
}

// remove returns the command that removes entries.
func (l entryList) remove(entries []string) string {
	return command(slices.Concat([]string{"access-list", "remove"}, entries, l.flags)...)
}

// choose returns the addresses of entries, sorted.
func (l entryList) choose(matches func(devops.Address) bool) []string {
	var chosen []string
	for _, e := range l.entries {
		if matches(e) {
			chosen = append(chosen, e.Address)
		}
	}
	slices.Sort(chosen)
	return chosen
}

func (a *auditor) openDatabases() []discovery {
	var found []discovery
	for _, d := range a.Databases {
		fix := command("access-list", "get", "--db", a.databaseRef(d.ID))
		restricted, listed := false, 0
		for _, l := range a.AccessLists {
			enabled := func(e devops.Address) bool { return e.Enabled }
			if l.DatabaseID == d.ID && slices.ContainsFunc(l.Addresses, enabled) {
				restricted, listed = l.Enabled, len(l.Addresses)
			}
		}
		for _, l := range a.PrivateLinks {
			accepted := func(e devops.PrivateEndpoint) bool { return strings.EqualFold(e.Status, "accepted") }
			restricted = restricted || l.DatabaseID == d.ID && slices.ContainsFunc(l.Endpoints, accepted)
		}
		if restricted {
			continue
		}
		message := d.Name + " has no access list and no private endpoint"
		if listed > 0 {
			message = d.Name + " has an access list that is not enabled, and no private endpoint"
			fix = command("access-list", "enable", "--db", a.databaseRef(d.ID))
		}
		found = append(found, discovery{
			subject: a.databaseSubject(d), message: message, fix: fix, evidence: map[string]any{"entries": listed}, facts: []string{fmt.Sprint(listed > 0)},
		})
	}
	return found
}

func (a *auditor) wideNetworks() []discovery {
	const widest = 8
	var found []discovery
	for _, l := range a.lists() {
		wide := l.choose(func(e devops.Address) bool {
			prefix, err := netip.ParsePrefix(e.Address)
			return err == nil && e.Enabled && prefix.Bits() < widest
		})
		if len(wide) == 0 || !l.enabled {
			continue
		}
		found = append(found, discovery{
			subject: l.subject, facts: wide, fix: l.remove(wide), evidence: map[string]any{"entries": wide},
			message: fmt.Sprintf("the access list of %s admits %s", l.owner, strings.Join(wide, ", ")),
		})
	}
	return found
}

func (a *auditor) disabledEntries() []discovery {
	var found []discovery
	for _, l := range a.lists() {
		disabled := l.choose(func(e devops.Address) bool { return !e.Enabled })
		if len(disabled) == 0 {
			continue
		}
		count := spelling.Count(len(disabled), "disabled entry")
		found = append(found, discovery{
			subject: l.subject, facts: disabled, fix: l.remove(disabled), evidence: map[string]any{"entries": disabled},
			message: fmt.Sprintf("the access list of %s has %s: %s", l.owner, count, strings.Join(disabled, ", ")),
		})
	}
	return found
}

func (a *auditor) openAPI() []discovery {
	if slices.ContainsFunc(a.APIAddresses, func(e devops.Address) bool { return e.Enabled }) {
		return nil
	}
	return []discovery{{
		subject: apiSubject(), message: "the DevOps API has no access list, so every address can use it",
		fix: command("access-list", "get", "--devops-api"), evidence: map[string]any{},
	}}
}

func (a *auditor) classicDatabases() []discovery {
	var found []discovery
	for _, d := range a.Details {
		if d.Type == "classic" {
			found = append(found, discovery{
				subject: Subject{"database", d.ID, d.Name}, message: d.Name + " is a classic database", evidence: map[string]any{"tier": d.Tier},
			})
		}
	}
	return found
}
