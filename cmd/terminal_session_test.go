//go:build unix

package cmd_test

import (
	"strings"
	"testing"
)

// TestPasswordIsHiddenOnTerminal opens a session as the user of a classic
// database.
func TestPasswordIsHiddenOnTerminal(t *testing.T) {
	t.Parallel()
	term := newBench(t).onTerminal("--sandbox", "auth", "session", "--db", "legacy", "--username", "legacy", "-o", "header")
	term.see("Password of legacy")
	term.typed("legacy-password\r")
	term.see("X-Cassandra-Token: ")
	term.ends(0)
	if strings.Contains(term.text(), "legacy-password") {
		t.Errorf("the password is shown:\n%s", term.text())
	}
}
