//go:build unix

package cmd_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/output"
)

// TestRolesAreChosenOnTerminal invites and updates without naming a role: the
// list shows roles in groups, can be searched, and begins with what there is.
func TestRolesAreChosenOnTerminal(t *testing.T) {
	t.Parallel()
	t.Run("invite", func(t *testing.T) {
		t.Parallel()
		term := newBench(t).onTerminal("--sandbox", "user", "invite", "ada@example.com")
		term.see("Roles for ada@example.com")
		term.see("Organization · Billing Admin (Billing Administrator)")
		term.see("Database, keyspace, table · ")
		term.typed("view")
		term.see("Organization · UI View Only")
		term.typed("\t\r")
		term.see("Invite ada@example.com to Acme Production as UI View Only?")
		term.typed("y\r")
		term.see("as UI View Only")
		term.ends(0)
	})
	t.Run("no role", func(t *testing.T) {
		t.Parallel()
		term := newBench(t).onTerminal("--sandbox", "user", "invite", "ada@example.com")
		term.see("Selected: none")
		term.typed("\r")
		term.see("Nothing selected. Press Tab to select Billing Admin")
		term.typed("\x04")
		term.ends(8)
	})
	t.Run("update", func(t *testing.T) {
		t.Parallel()
		term := newBench(t).onTerminal("--sandbox", "user", "update", "developer@example.com")
		term.see("Roles for developer@example.com")
		term.see("Selected: R/W User")
		term.typed("billing")
		term.see("Organization · Billing Admin")
		term.typed("\t\r")
		term.see("+ Billing Admin")
		term.see("Add Billing Admin to the roles of developer@example.com?")
		term.typed("y\r")
		term.ends(0)
		if strings.Contains(term.text(), "- R/W User\r") {
			t.Errorf("a role was lost:\n%s", term.text())
		}
	})
	t.Run("the last administrator", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		term := b.onTerminal("--sandbox", "user", "remove", "owner@example.com", "--force")
		term.see("Type owner@example.com to confirm")
		term.typed("yes\r")
		term.ends(8)
		term = b.onTerminal("--sandbox", "user", "remove", "owner@example.com", "--force")
		term.see("Type owner@example.com to confirm")
		term.typed("owner@example.com\r")
		term.ends(0)
	})
	t.Run("several", func(t *testing.T) {
		t.Parallel()
		term := newBench(t).onTerminal("--sandbox", "user", "invite", "ada@example.com,bob@example.com", "--role", "RO User")
		term.see("Invite 2 people to ")
		term.typed("y\r")
		term.see("2 done")
		term.ends(0)
	})
}

// TestPeopleChangedDuringPrompt changes a user while a prompt is open: the command
// must not do something else than it showed.
func TestPeopleChangedDuringPrompt(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"update", "developer@example.com", "--role", "RO User"},
		{"remove", "developer@example.com"},
		{"remove", "developer@example.com", "viewer@example.com"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			term := b.onTerminal(append([]string{"--sandbox", "user"}, args...)...)
			term.see("(y/N) ")
			b.run("astra --sandbox user update developer@example.com --add-role 'Billing Admin'")
			term.typed("y\r")
			term.see("were changed by another client")
			term.ends(7)
		})
	}
}

// TestListOnTerminal has room for three of four columns in 80: the addresses and
// roles are whole, and what is not shown is said.
func TestListOnTerminal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	term := b.onTerminal("--sandbox", "user", "list")
	term.ends(0)
	for _, want := range []string{"EMAIL                  STATUS   ROLES\n", "owner@example.com      active   Organization Administrator\n", "1 column hidden: ID. Show all with -o wide."} {
		if !strings.Contains(output.StripStyles(term.text()), want) {
			t.Errorf("want %q:\n%s", want, term.text())
		}
	}
	for _, more := range []string{"--quiet", "--output=wide", "--columns=id,email,status,roles"} {
		term := b.onTerminal("--sandbox", "user", "list", more)
		term.ends(0)
		if strings.Contains(term.text(), " hidden") {
			t.Errorf("%s:\n%s", more, term.text())
		}
	}
}

// TestTablesOnTerminal shows headings, states, times and the current row as people
// read them, and in colors unless they want none.
func TestTablesOnTerminal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.run("astra token generate --role 'RO User' --description report --expires 12d --yes --out made.json")
	shows := func(what string, env []string, args string, want, never []string) {
		t.Helper()
		b := *b
		b.env = append(slices.Clone(b.env), env...)
		term := b.onTerminal(strings.Fields(args)...)
		term.ends(0)
		for _, want := range want {
			if !strings.Contains(term.text(), want) {
				t.Errorf("%s: want %q:\n%q", what, want, term.text())
			}
		}
		for _, never := range never {
			if strings.Contains(term.text(), never) {
				t.Errorf("%s: %q is not wanted:\n%q", what, never, term.text())
			}
		}
	}
	const bold, green, yellow, end = "\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[0m"
	utf8, ascii := "LC_ALL=C.UTF-8", "LC_ALL=C"
	shows("states", []string{utf8}, "user list", []string{bold + "EMAIL" + end, green + "active" + end, yellow + "pending" + end}, nil)
	for what, env := range map[string]string{"NO_COLOR": "NO_COLOR=1", "a dumb terminal": "TERM=dumb"} {
		shows(what, []string{utf8, env}, "user list", []string{"EMAIL ", "active ", "pending "}, []string{"\x1b"})
	}
	shows("--color never", []string{utf8}, "user list --color never", []string{"active "}, []string{"\x1b"})
	shows("--color always", []string{utf8, "NO_COLOR=1"}, "user list --color always", []string{green + "active" + end}, nil)
	shows("times", []string{utf8}, "token list", []string{"in 12 days\n", "never\n", "report "}, []string{"AGE", "Z\n"})
	shows("exact times", []string{utf8}, "token list -o wide", []string{"Z ", "✓"}, []string{"  in 12 days"})
	shows("the current row", []string{utf8}, "profile list --columns name,current", []string{"production  ✓\n"}, []string{"true"})
	shows("ASCII", []string{ascii}, "profile list --columns name,current", []string{"production  *\n"}, []string{"✓"})
	shows("a dumb terminal", []string{utf8, "TERM=dumb"}, "profile list --columns name,current", []string{"production  *\n"}, []string{"✓"})
	shows("data", []string{utf8}, "user list -o json", []string{`"status": "active"`}, []string{"\x1b"})
	shows("status", []string{utf8}, "auth status", []string{bold + "TOKEN" + end, "never\n"}, []string{"SOURCES"})
	b.run(`out=$(astra token list -o table; astra user list -o table)
case $out in *$(printf '\033')* | *days* | *✓*) echo "$out"; exit 1 ;; esac
case $out in *AGE*) ;; *) echo "$out"; exit 1 ;; esac`)
}

// TestLess is the pager where PAGER is not set. It keeps the headings where it can, and
// shows colors.
func TestLess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, version string
		env           []string
		want          string
		never         string
	}{
		{"new", "less 643 (POSIX regular expressions)", nil, "paged -FRX LESS=-R --header=1$ FRX", ""},
		{"old", "less 590 (GNU regular expressions)", nil, "paged -FRX LESS=-R FRX", "--header"},
		{"without a version", "", nil, "paged -FRX LESS=-R FRX", "--header"},
		{"chosen", "less 643", []string{"PAGER=less -S", "LESS=-i"}, "paged -S LESS=-R --header=1$ -i", ""},
		{"none", "less 643", []string{"PAGER="}, "org-audits-read", "paged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			check(t, testkit.Executable(filepath.Join(b.dir, "bin", "less"), "#!/bin/sh\n[ \"$1\" = --version ] && { echo '"+c.version+"'; exit; }\necho \"paged $* LESS=$LESS\"\nexec cat\n"))
			b.env = append(slices.DeleteFunc(b.env, func(s string) bool { return strings.HasPrefix(s, "LESS=") || strings.HasPrefix(s, "PAGER=") }), c.env...)
			term := b.onTerminal("--sandbox", "permission", "list")
			term.ends(0)
			if text := term.text(); !strings.Contains(text, c.want) || c.never != "" && strings.Contains(text, c.never) || !strings.Contains(text, "\x1b[1m") {
				t.Errorf("want %q:\n%q", c.want, text)
			}
			short := b.onTerminal("--sandbox", "user", "list")
			short.ends(0)
			if strings.Contains(short.text(), "paged") {
				t.Errorf("a short list is paged: %s", short.text())
			}
		})
	}
}

// TestPager hands what is longer than the terminal to the user's pager, without
// what could be a credential.
func TestPager(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	check(t, testkit.Executable(filepath.Join(b.dir, "bin", "pager"), "#!/bin/sh\necho \"paged $1 $LESS [$ASTRA_CONFIG_DIR]\"\nexec head -n 3\n"))
	for _, c := range []struct {
		pager, args string
		paged       bool
	}{
		{"pager -x", "permission list", true},
		{"pager -x", "permission list -o wide", true},
		{"pager -x", "permission list --no-input", false},
		{"pager -x", "permission list -o json", false},
		{"pager -x", "user list", false},
		{"pager -x", "user list --filter email=nobody", false},
		{"/no/such/pager", "permission list", false},
		{"", "permission list", false},
	} {
		b := *b
		b.env = append(slices.Clone(b.env), "PAGER="+c.pager, "LESS=")
		term := b.onTerminal(append([]string{"--sandbox"}, strings.Fields(c.args)...)...)
		term.ends(0)
		if got := strings.Contains(term.text(), "paged -x FRX []\n"); got != c.paged {
			t.Errorf("PAGER=%s %s: paged %v:\n%s", c.pager, c.args, got, term.text())
		}
		nobody := strings.Contains(c.args, "nobody")
		if whole := strings.Contains(term.text(), "db-rest") || strings.Contains(term.text(), "owner@example.com") || nobody; whole == c.paged {
			t.Errorf("PAGER=%s %s: whole %v:\n%s", c.pager, c.args, whole, term.text())
		}
	}
}

// TestPagerHasItsKeys interrupts in the pager, which goes on.
func TestPagerHasItsKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	check(t, testkit.Executable(filepath.Join(b.dir, "bin", "pager"), `#!/bin/sh
trap '' INT
cat > /dev/null
echo reading
while read line; do echo read-$line; [ $line != end ] || exit; done < /dev/tty
`))
	b.env = append(b.env, "PAGER=pager")
	term := b.onTerminal("permission", "list")
	term.see("reading")
	for _, line := range []string{"once", "twice", "end"} {
		term.typed("\x03")
		term.typed(line + "\r")
		term.see("read-" + line)
	}
	term.ends(0)
}

// TestPagerEndsWithTheCommand ends a pager, also one that does not read and does not
// want to end, by the time limit and by a signal.
func TestPagerEndsWithTheCommand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	check(t, testkit.Executable(filepath.Join(b.dir, "bin", "reader"), "#!/bin/sh\ncat >/dev/null\necho reading\nexec sleep 1000\n"))
	check(t, testkit.Executable(filepath.Join(b.dir, "bin", "stubborn"), "#!/bin/sh\ntrap '' TERM\necho reading\nexec sleep 1000\n"))
	for _, pager := range []string{"reader", "stubborn"} {
		b := *b
		b.env = append(slices.Clone(b.env), "PAGER="+pager)
		term := b.onTerminal("--timeout", "1s", "permission", "list")
		term.see("reading")
		term.ends(12)
		if !strings.Contains(term.text(), "the time limit of 1s was reached") {
			t.Errorf("%s: %s", pager, term.text())
		}
		term = b.onTerminal("permission", "list")
		term.see("reading")
		check(t, term.cmd.Process.Signal(syscall.SIGTERM))
		term.ends(143)
	}
}

// TestPagerEndsWithItsPipeline ends every program of a pager's pipeline by the time limit
// and by a signal, also what ignores the end of the terminal or the wish to end.
func TestPagerEndsWithItsPipeline(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	check(t, testkit.Executable(filepath.Join(b.dir, "bin", "reader"), "#!/bin/sh\ntrap '' HUP\ncat >/dev/null\necho $$ >$1\necho reading\nexec sleep 1000\n"))
	check(t, testkit.Executable(filepath.Join(b.dir, "bin", "stubborn"), "#!/bin/sh\ntrap '' HUP TERM\ncat >/dev/null\necho $$ >$1\necho reading\nexec sleep 1000\n"))
	for i, pager := range []string{"cat | reader %s", "reader %s | cat", "cat | stubborn %s", "sh -c 'cat | (cat | stubborn %s); true'", "cat | reader %s; true"} {
		for _, signalled := range []bool{false, true} {
			b := *b
			note := filepath.Join(b.dir, fmt.Sprintf("member-%d-%t", i, signalled))
			b.env = append(slices.Clone(b.env), "PAGER="+fmt.Sprintf(pager, note))
			args := []string{"--timeout", "1s", "permission", "list"}
			if signalled {
				args = args[2:]
			}
			term := b.onTerminal(args...)
			if signalled {
				term.see("reading")
				check(t, term.cmd.Process.Signal(syscall.SIGTERM))
				term.ends(143)
			} else {
				term.see("reading")
				term.ends(12)
			}
			text, err := os.ReadFile(note)
			check(t, err)
			pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
			check(t, err)
			if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) && !isZombie(pid) {
				t.Errorf("PAGER=%s, signalled %v: %d has not ended: %v", pager, signalled, pid, err)
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// isZombie reports whether a process has ended and only its parent does not know.
func isZombie(pid int) bool {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return strings.Contains(string(stat), ") Z ")
}

// TestLowScreenHasNoPager writes a list as it is where a pager would show a few lines.
func TestLowScreenHasNoPager(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env = append(b.env, "PAGER=echo paged; cat")
	for rows, paged := range map[uint16]bool{0: false, 1: false, 9: false, 10: true, 24: true} {
		term := b.inWindow(pty.Winsize{Rows: rows, Cols: 80}, "--sandbox", "permission", "list")
		term.ends(0)
		if got := strings.Contains(term.text(), "paged"); got != paged || strings.Count(term.text(), "org-audits-read") != 1 {
			t.Errorf("%d lines: paged %v:\n%s", rows, got, term.text())
		}
	}
}

// TestNoPagerLosesAList gives PAGER what the shell takes for several words, and what
// fails or reads nothing. The list is on the screen, once.
func TestNoPagerLosesAList(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	check(t, os.Mkdir(filepath.Join(b.dir, "with blank"), 0o700))
	check(t, testkit.Executable(filepath.Join(b.dir, "with blank", "pager"), "#!/bin/sh\ncat\n"))
	for _, pager := range []string{
		"cat", `sh -c "cat"`, "cat | cat", "sh -c 'cat'", "X=1 cat", "cat; true", "'" + b.dir + "/with blank/pager'",
		"no-such-pager", "no-such-pager | cat", "/no/such/pager -R", "false", "true", "exit 3", "'", "sh -c 'exit 1'", "no-such-pager; true", "cat < /dev/null", "   ",
	} {
		b := *b
		b.env = append(slices.Clone(b.env), "PAGER="+pager)
		term := b.onTerminal("--sandbox", "permission", "list")
		term.ends(0)
		if n := strings.Count(term.text(), "org-audits-read"); n != 1 {
			t.Errorf("PAGER=%s: the list is there %d times:\n%s", pager, n, term.text())
		}
	}
}

// TestHelpOnATerminal shows help with bold headings, unless colors are off, and with the
// pager if it is longer than the screen.
func TestHelpOnATerminal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, name := range []string{"pager", "less"} {
		check(t, testkit.Executable(filepath.Join(b.dir, "bin", name), "#!/bin/sh\necho paged\ncat\n"))
	}
	plain := b.env
	for _, c := range []struct {
		env  string
		args []string
		rows uint16
		bold bool
		page bool
	}{
		{"X=", []string{"token", "get", "--help"}, 50, true, false},
		{"NO_COLOR=1", []string{"token", "get", "--help"}, 50, false, false},
		{"TERM=dumb", []string{"token", "get", "--help"}, 50, false, false},
		{"X=", []string{"token", "get", "--help", "--color", "never"}, 50, false, false},
		{"NO_COLOR=1", []string{"token", "get", "--help", "--color", "always"}, 50, true, false},
		{"PAGER=less", []string{"token", "rotate", "--help"}, 15, true, true},
		{"PAGER=less", []string{"help", "environment"}, 15, true, true},
		{"X=", []string{"help", "environment"}, 15, false, true}, // not every pager shows bold text
		{"X=", []string{"help", "environment", "--color", "always"}, 15, true, true},
	} {
		b.env = append(slices.Clone(plain), "PAGER=pager", c.env)
		term := b.inWindow(pty.Winsize{Rows: c.rows, Cols: 60}, c.args...)
		term.ends(0)
		text := term.screen.String()
		if got := strings.Contains(text, "\x1b[1m"); got != c.bold {
			t.Errorf("%s %v: bold %v:\n%s", c.env, c.args, got, text)
		}
		if got := strings.Contains(text, "paged"); got != c.page {
			t.Errorf("%s %v: paged %v:\n%s", c.env, c.args, got, text)
		}
	}
}
