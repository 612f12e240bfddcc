//go:build unix

package cmd_test

import (
	"strings"
	"testing"
)

// TestPickRole makes a role out of lists on a terminal.
func TestPickRole(t *testing.T) {
	t.Parallel()
	const down = "\x1b[B"
	start := func(t *testing.T, args ...string) (*bench, *terminal) {
		t.Parallel()
		b := newBench(t)
		term := b.onTerminal(append([]string{"--sandbox", "role", "create", "Reporting"}, args...)...)
		term.see("Permissions of the role")
		term.typed("cql") // the list shows what matches
		term.see("Access CQL")
		return b, term
	}
	t.Run("for a keyspace", func(t *testing.T) {
		b, term := start(t)
		term.typed("\t\r")
		term.see("Scope of the role")
		term.typed(down + "\r")
		term.see("Databases of the role")
		term.typed("demo\t\r")
		term.see("Keyspaces of demo")
		term.typed("\r")
		term.see("Nothing selected. Press Tab to select All keyspaces")
		term.typed("app\t\r")
		term.see("keyspace demo/app")
		term.see("Create role Reporting?")
		term.typed("y\r")
		term.see("Created role Reporting")
		term.ends(0)
		b.run("astra --sandbox role get Reporting -o table | grep 'Access CQL (db-cql)'")
	})
	t.Run("declined", func(t *testing.T) {
		b, term := start(t, "--db", "demo")
		term.typed("\t\r")
		term.see("Create role Reporting?")
		term.typed("n\r")
		term.ends(8)
		b.run("! astra --sandbox role get Reporting")
	})
	t.Run("nothing chosen", func(t *testing.T) {
		_, term := start(t)
		term.typed("\r")
		term.see("Nothing selected. Press Tab to select Access CQL")
		term.typed("\x04")
		term.ends(8)
	})
	t.Run("Esc goes back", func(t *testing.T) {
		b, term := start(t)
		esc := func(before string) {
			term.typed("\x1b")
			term.again(before)
		}
		term.typed("\t\r")
		term.see("Scope of the role")
		esc("Permissions of the role")
		term.see("Selected: Access CQL") // it is still selected
		term.typed("\r")
		term.see("Scope of the role")
		term.typed(down + "\r")
		term.see("Databases of the role")
		esc("Scope of the role")
		term.see("> Some databases")
		term.typed("\r")
		term.see("Databases of the role")
		term.typed("demo\t\r")
		term.see("Keyspaces of demo")
		term.typed("app\t\r")
		term.see("Create role Reporting?")
		esc("Keyspaces of demo")
		term.typed("app\tall\t\r")
		term.see("Scope of role ")
		term.see("Create role Reporting?")
		term.typed("y\r")
		term.ends(0)
		b.run("astra --sandbox role get Reporting -o table | grep 'database demo'; ! astra --sandbox role get Reporting -o table | grep 'demo/app'")
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		_, term := start(t)
		term.typed("\x03")
		term.ends(130)
	})
}

// TestRoleChangedMeanwhile changes a role while somebody is asked about another
// change of it.
func TestRoleChangedMeanwhile(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.run("astra --sandbox role create Reporting --permission org-user-read")
	term := b.onTerminal("--sandbox", "role", "update", "Reporting", "--add-permission", "org-db-view")
	term.see("Change role Reporting, held by no users or tokens?")
	b.run("astra --sandbox role update Reporting --add-permission org-role-read --yes")
	term.typed("y\r")
	term.ends(7)
	if !strings.Contains(term.text(), "changed by another client; nothing was sent") {
		t.Error(term.text())
	}
	b.run("astra --sandbox role get Reporting -o json | grep org-role-read")
	b.run("! astra --sandbox role get Reporting -o json | grep org-db-view")
}
