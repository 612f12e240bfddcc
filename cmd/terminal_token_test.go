//go:build unix

package cmd_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
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
		term.see("Roles for the token")
		term.see("Organization · Billing Admin (Billing Administrator) - 4 permissions")
		term.see("Database, keyspace, table · R/W Svc Acct (Read/Write Service Account)")
		return term
	}
	t.Run("two roles", func(t *testing.T) {
		term := begin(t)
		term.typed("\x1b[B\x1b[B\x1b[B\t") // the fourth one
		term.see("[x]")
		term.typed("\x1b[B\x1b[B\t")
		term.typed("\r")
		term.see("UI View Only has 3 permissions: accesslist-read, org-db-view, org-user-read")
		term.see("Admin User has 38 permissions: ")
		term.see("as long as the organization permits")
		term.see("Generate a token (")
		term.typed("y\r")
		term.ends(0)
		if !strings.Contains(term.text(), "AstraCS:") {
			t.Errorf("no token:\n%s", term.text())
		}
	})
	t.Run("none", func(t *testing.T) {
		term := begin(t)
		term.typed("\r")
		term.see("Nothing selected.")
		term.typed("\x1b")
		term.see("Cancelled.")
		term.ends(8)
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		term := begin(t)
		term.typed("\x03")
		term.see("interrupted; nothing was generated")
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

// TestPanicOnTerminal pastes lines with a token, which do not appear on the
// screen.
func TestPanicOnTerminal(t *testing.T) {
	t.Parallel()
	leaked := func(t *testing.T, b *bench) string {
		t.Helper()
		b.run("astra --sandbox token generate --role 'RO User' --jq .token > leaked")
		token, err := os.ReadFile(filepath.Join(b.dir, "leaked"))
		check(t, err)
		return "curl -v \\\r  -H 'Token: " + string(token[:40]) + "\\\r" + strings.TrimSpace(string(token[40:])) + "' https://x\r\r"
	}
	for _, c := range []struct {
		name, keys, answer string
		status             int
		says               string
	}{
		{"yes", "\x04", "y\r", 0, "Revoked 1 of 1"},
		{"no", "\x04", "n\r", 8, "Cancelled."},
		{"Ctrl-C", "\x03", "", 130, "interrupted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			text := leaked(t, b)
			term := b.onTerminal("--sandbox", "token", "panic")
			term.see("press Ctrl-D:")
			term.typed(text + c.keys)
			if c.answer != "" {
				term.see("Revoke ")
				term.typed(c.answer)
			}
			term.ends(c.status)
			if !strings.Contains(term.text(), c.says) || strings.Contains(term.text(), "AstraCS") || strings.Contains(term.text(), "curl") {
				t.Errorf("%q or its absence:\n%s", c.says, term.text())
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		term := newBench(t).onTerminal("--sandbox", "token", "panic")
		term.see("press Ctrl-D:")
		term.typed("\r\x04")
		term.ends(8)
	})
}

// TestCopyOnTerminal copies by the terminal itself, where there is no display.
func TestCopyOnTerminal(t *testing.T) {
	t.Parallel()
	term := newBench(t).onTerminal("--sandbox", "token", "generate", "--role", "RO User", "--copy", "--jq", ".token")
	term.see("Generate a token (")
	term.typed("y\r")
	term.see("The token is also in the clipboard of the terminal, if supported.")
	term.ends(0)
	token := regexp.MustCompile(`AstraCS:[A-Za-z]{24}:[0-9a-f]{64}`).FindString(term.text())
	if code := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(token)) + "\a"; token == "" || !strings.Contains(term.screen.String(), code) {
		t.Errorf("the token is not copied:\n%q", term.screen.String())
	}
}
