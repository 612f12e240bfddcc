//go:build unix

package cmd_test

import (
	"strings"
	"testing"
)

// TestAccessListChangedMeanwhile changes a list while a question is open: what
// was shown is not what would be done, and the service has nothing that notices.
func TestAccessListChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for line, enabled := range map[string]bool{
		"add 192.0.2.1 192.0.2.2": false,
		"remove 203.0.113.1":      false,
		"clear":                   false,
		"enable":                  false,
		"disable":                 true,
		"remove 203.0.113.1 203.0.113.2 --devops-api": true,
		"clear --devops-api":                          true,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			where := "--db demo"
			if strings.HasSuffix(line, "--devops-api") {
				where = "--devops-api"
			} else {
				line += " --db demo"
			}
			b := newBench(t)
			b.run("astra --sandbox access-list add 203.0.113.1 203.0.113.2 203.0.113.3 --yes " + where)
			if enabled && where != "--devops-api" {
				b.run("astra --sandbox access-list enable --yes " + where)
			}
			term := b.onTerminal(strings.Fields("--sandbox access-list " + line)...)
			term.see("(y/N) ")
			b.run("astra --sandbox access-list add 198.51.100.7 --yes " + where)
			b.run("astra --sandbox access-list get -o json " + where + " > before")
			term.typed("y\r")
			term.see("was changed by another client; nothing was changed")
			term.ends(7)
			b.run("astra --sandbox access-list get -o json " + where + " > after; cmp before after")
		})
	}
}
