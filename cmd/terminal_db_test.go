//go:build unix

package cmd_test

import (
	"strings"
	"testing"
)

// TestDatabasesOnTerminal answers the questions about databases, and watches the
// line that says how far a change is.
func TestDatabasesOnTerminal(t *testing.T) {
	t.Parallel()
	t.Run("create", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		term := b.onTerminal("--sandbox", "db", "create", "shop", "--cloud", "gcp", "--region", "us-east1", "--wait", "--jq", ".status")
		term.see("Create vector database shop in us-east1 (gcp)?")
		term.typed("y\r")
		term.see("\r\x1b[KCreating shop: pending (0s)")
		term.see("\r\x1b[KCreating shop: initializing (")
		term.see("Creating shop: done, shop is active")
		term.ends(0)
		if last := strings.Fields(term.text()); last[len(last)-1] != "active" {
			t.Errorf("the data is not by itself:\n%s", term.text())
		}
	})
	t.Run("declined", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		term := b.onTerminal("--sandbox", "db", "create", "shop", "--cloud", "gcp", "--region", "us-east1")
		term.see("Create vector database shop")
		term.typed("\r")
		term.see("Cancelled.")
		term.ends(8)
		b.run("! astra --sandbox db get shop")
	})
	t.Run("somebody else was faster", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		term := b.onTerminal("--sandbox", "db", "create", "shop", "--cloud", "gcp", "--region", "us-east1")
		term.see("Create vector database shop")
		b.run("astra --sandbox db create shop --cloud gcp --region us-east4 --yes")
		term.typed("y\r")
		term.see("database shop already exists")
		term.ends(7)
	})
	t.Run("delete", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		term := b.onTerminal("--sandbox", "db", "delete", "demo", "--yes")
		term.see("Delete vector database demo (us-east1) with all its data")
		term.see("Type demo to confirm")
		term.typed("yes\r")
		term.see("nothing was changed")
		term.ends(8)
		term = b.onTerminal("--sandbox", "db", "delete", "demo")
		term.see("Type demo to confirm")
		term.typed("demo\r")
		term.see("Started deleting demo")
		term.ends(0)
	})
	t.Run("a new password", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		reset := func(second, answer string) *terminal {
			term := b.onTerminal("--sandbox", "db", "reset-password", "legacy", "--username", "legacy")
			term.see("New password of legacy:")
			term.typed("open sesame\r")
			term.see("Repeat the password:")
			term.typed(second + "\r")
			if answer != "" {
				term.see("Reset the password of legacy in legacy")
				term.typed(answer + "\r")
			}
			return term
		}
		term := reset("open sesam", "")
		term.see("the passwords do not match; nothing was changed")
		term.ends(8)
		term = reset("open sesame", "y")
		term.ends(0)
		if strings.Contains(term.text(), "sesame") {
			t.Errorf("the password is on the screen:\n%s", term.text())
		}
		b.run("echo 'open sesame' | astra --sandbox auth session --db legacy --username legacy")
	})
}
