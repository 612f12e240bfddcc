//go:build unix

package cmd_test

import (
	"strings"
	"testing"
)

// TestRolePicker generates a token without --role: the roles are picked from a
// list, and what they allow is shown before the question.
func TestRolePicker(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) *terminal {
		t.Parallel()
		term := newBench(t).onTerminal("--sandbox", "token", "generate")
		term.see("Roles of the token")
		term.see("Organization · Billing Admin - ")
		term.see("Database, keyspace, table · R/W Svc Acct - ")
		return term
	}
	t.Run("two roles", func(t *testing.T) {
		term := begin(t)
		term.typed("\x1b[B\x1b[B\x1b[B ") // the fourth one
		term.see("[x]")
		term.typed("\x1b[B\x1b[B ")
		term.typed("\r")
		term.see("UI View Only has 3 permissions: accesslist-read, org-db-view, org-user-read")
		term.see("Admin User has 38 permissions: ")
		term.see("The token will not expire")
		term.see("Generate this token?")
		term.typed("y\r")
		term.ends(0)
		if !strings.Contains(term.text(), "AstraCS:") {
			t.Errorf("no token:\n%s", term.text())
		}
	})
	t.Run("none", func(t *testing.T) {
		term := begin(t)
		term.typed("\r")
		term.see("no role was chosen")
		term.ends(8)
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		term := begin(t)
		term.typed("\x03")
		term.ends(130)
	})
}

// TestVerifyOnTerminal types a token, which does not appear on the screen.
func TestVerifyOnTerminal(t *testing.T) {
	t.Parallel()
	term := newBench(t).onTerminal("--sandbox", "token", "verify", "-")
	term.see("Application token:")
	term.typed(tokenOf(theirID) + "\r")
	term.see("is not valid")
	term.ends(10)
	if strings.Contains(term.text(), "AstraCS") {
		t.Errorf("the token is on the screen:\n%s", term.text())
	}
}
