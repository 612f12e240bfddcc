//go:build unix

package cmd_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"

	"github.com/astra-admin/astra/pkg/iam"
)

// control matches what the list writes to move the cursor, erase and color.
var control = regexp.MustCompile(`^\x1b\[\??([0-9;]*)([A-Za-z])`)

// lines returns the screen of a terminal as wide as cols, as a person sees it after
// all that was written.
func (term *terminal) lines(cols int) []string {
	var screen [][]rune
	row, col := 0, 0
	put := func(r rune) {
		for len(screen) <= row {
			screen = append(screen, nil)
		}
		for len(screen[row]) <= col {
			screen[row] = append(screen[row], ' ')
		}
		screen[row][col] = r
		col++
	}
	for text := term.screen.String(); text != ""; {
		r, size := utf8.DecodeRuneInString(text)
		if r == '\x1b' {
			m := control.FindStringSubmatch(text[:min(len(text), 16)])
			if m == nil {
				break // the rest of it has not arrived
			}
			text = text[len(m[0]):]
			n, _ := strconv.Atoi(m[1])
			switch m[2] {
			case "A":
				row = max(0, row-n)
			case "J":
				screen = screen[:min(row, len(screen))]
			}
			continue
		}
		text = text[size:]
		switch r {
		case '\r':
			col = 0
		case '\n':
			row++
		default:
			if col == cols {
				row, col = row+1, 0
			}
			put(r)
		}
	}
	lines := make([]string, len(screen))
	for i := range screen {
		lines[i] = strings.TrimRight(string(screen[i]), " ")
	}
	return lines
}

// drawn matches the end of a list on the screen: the cursor goes back to its first
// line.
var drawn = regexp.MustCompile(`\r\x1b\[[0-9]+A$`)

// resize changes the size of the terminal.
func (term *terminal) resize(size pty.Winsize) {
	term.t.Helper()
	check(term.t, pty.Setsize(term.file, &size))
	check(term.t, syscall.SetNonblock(int(term.file.Fd()), true)) // as in onTerminal
}

// until reads until a list is on the screen, whole, and as wanted.
func (term *terminal) until(what string, cols int, condition func(lines []string) bool) {
	term.t.Helper()
	wanted := func(lines []string) bool {
		return drawn.MatchString(term.screen.String()[max(0, term.screen.Len()-16):]) && condition(lines)
	}
	check(term.t, term.file.SetReadDeadline(time.Now().Add(20*time.Second)))
	buffer := make([]byte, 4096)
	for !wanted(term.lines(cols)) {
		n, err := term.file.Read(buffer)
		term.screen.Write(buffer[:n])
		if err != nil && !wanted(term.lines(cols)) {
			term.t.Fatalf("%v before %s:\n%s", err, what, strings.Join(term.lines(cols), "\n"))
		}
	}
}

// cursorOn reads until the cursor of the list is on the row of an option.
func (term *terminal) cursorOn(label string, cols int) {
	term.t.Helper()
	term.until("the cursor is on "+label, cols, func(lines []string) bool { return isOn(lines, label) })
}

func isOn(lines []string, label string) bool {
	return slices.ContainsFunc(lines, func(line string) bool {
		rest, found := strings.CutPrefix(line, "> ")
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "[ ] "), "[x] ")
		if _, after, grouped := strings.Cut(rest, " · "); grouped {
			rest = after
		}
		rest, _, _ = strings.Cut(rest, " - ")
		rest, _, _ = strings.Cut(rest, " (")
		return found && rest == label
	})
}

// search types a filter, waits until the list shows what it means, and moves down
// to an option if the filter means others as well.
func (term *terminal) search(filter, label string, cols int) {
	term.t.Helper()
	term.typed(filter)
	term.until("the filter is "+filter, cols, func(lines []string) bool {
		return slices.ContainsFunc(lines, func(line string) bool { return strings.HasSuffix(line, ": "+filter+"_") })
	})
	for range 30 {
		lines := term.lines(cols)
		if isOn(lines, label) {
			return
		}
		term.typed("\x1b[B")
		before := strings.Join(lines, "\n")
		term.until("the cursor moves", cols, func(lines []string) bool { return strings.Join(lines, "\n") != before })
	}
	term.t.Fatalf("%s does not find %s:\n%s", filter, label, strings.Join(term.lines(cols), "\n"))
}

// typings are what people type for a role: its name, the Portal's, two words.
func typings(r iam.Role) []string {
	all := []string{r.Name, strings.ToLower(r.Name), iam.DisplayName(r.ID)}
	words := strings.Fields(iam.DisplayName(r.ID))
	all = append(all, words[len(words)-1]+" "+words[0])
	words = strings.Fields(r.Name)
	return append(all, words[0]+" "+words[1])
}

// find types one of the names of a role. A whole name needs no arrow.
func (term *terminal) find(r iam.Role, typed string) {
	term.t.Helper()
	if strings.EqualFold(typed, r.Name) || typed == iam.DisplayName(r.ID) {
		term.typed(typed)
		term.cursorOn(r.Name, 80)
		return
	}
	term.search(typed, r.Name, 80)
}

// TestEveryRoleIsFoundByName types the names of each default role into each list of
// roles, and selects that role and no other.
func TestEveryRoleIsFoundByName(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"user", "invite", "ada@example.com"}, {"user", "update", "viewer@example.com"}, {"token", "generate"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			term := newBench(t).onTerminal(append([]string{"--sandbox"}, args...)...)
			selected := func(name string) {
				t.Helper()
				term.until(name+" is selected", 80, func(lines []string) bool { return slices.Contains(lines, "  Selected: "+name) })
				term.screen.Reset() // the cursor is where the next frame begins
			}
			if args[1] == "update" {
				selected("UI View Only")
				term.typed("view\t")
			}
			selected("none")
			for _, r := range iam.DefaultRoles() {
				for _, typed := range typings(r) {
					term.find(r, typed)
					term.typed("\t")
					selected(r.Name)
					term.typed("\t")
					selected("none")
				}
			}
			term.typed("\x03")
			term.ends(130)
		})
	}
}

// TestEveryRoleIsGranted invites people with each default role by its whole name.
func TestEveryRoleIsGranted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i, r := range iam.DefaultRoles() {
		address := fmt.Sprintf("guest%d@example.com", i)
		term := b.onTerminal("--sandbox", "user", "invite", address, "--jq", ".roles[].name")
		term.see("Selected: none")
		term.find(r, iam.DisplayName(r.ID))
		term.typed("\t\r")
		term.see("Invite " + address + " to Acme Production as " + r.Name)
		term.typed("y\r")
		term.ends(0)
		if !strings.HasSuffix(term.text(), "\n"+r.Name+"\n") {
			t.Errorf("not %s alone:\n%s", r.Name, term.text())
		}
	}
}

// TestPickerSizes uses the list in windows of several sizes, and in one that
// shrinks while the list is open.
func TestPickerSizes(t *testing.T) {
	t.Parallel()
	for _, size := range []pty.Winsize{{Rows: 24, Cols: 80}, {Rows: 15, Cols: 40}, {Rows: 8, Cols: 30}} {
		for _, shrunk := range []bool{false, true} {
			t.Run(fmt.Sprint(size.Cols, "x", size.Rows, " ", shrunk), func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				begin := size
				if shrunk {
					begin = pty.Winsize{Rows: 40, Cols: 120}
				}
				term := b.inWindow(begin, "--sandbox", "user", "invite", "ada@example.com")
				cols := int(size.Cols)
				term.see("Selected: none")
				if shrunk {
					term.typed("\x1b[F")
					term.cursorOn("API RO User", int(begin.Cols))
					term.screen.Reset()
					term.resize(size)
				} else {
					term.typed("\x1b[F") // the last row
				}
				term.cursorOn("API RO User", cols)
				lines := term.lines(cols)
				if len(lines) > int(size.Rows) {
					t.Errorf("%d lines in a window of %d", len(lines), size.Rows)
				}
				for _, line := range lines {
					if len([]rune(line)) >= cols {
						t.Errorf("%q is wrapped", line)
					}
				}
				rows := strings.Count(strings.Join(lines, "\n"), "[ ]")
				if left := 16 - rows; left > 0 && !slices.Contains(lines, fmt.Sprintf("    %d more above", left)) {
					t.Errorf("%d rows above are not said:\n%s", left, strings.Join(lines, "\n"))
				}
				term.typed("\x1b[H") // the first row
				term.cursorOn("Billing Admin", cols)
				if left := 16 - rows; left > 0 && !slices.Contains(term.lines(cols), fmt.Sprintf("    %d more below", left)) {
					t.Errorf("%d rows below are not said:\n%s", left, strings.Join(term.lines(cols), "\n"))
				}
				term.search("read only api", "API RO User", cols)
				term.typed("\t\r")
				term.see("as API RO User?")
				term.typed("y\r")
				term.ends(0)
			})
		}
	}
}

// TestPickerEnds leaves the list and the question after it at each moment.
func TestPickerEnds(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"user", "invite", "ada@example.com"}, {"user", "update", "developer@example.com"}, {"token", "generate"}, {"role", "create", "Reporting"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			plain := *b
			plain.env = append(slices.Clone(b.env), "ASTRA_ACCESSIBLE=1")
			name := "view only"
			if args[0] == "role" {
				name = "org-read"
			}
			for _, c := range []struct {
				b                 *bench
				before, keys, see string
			}{
				{b, "Selected: ", "", ""},
				{b, "Selected: ", name, " " + name + "_"},
				{b, "Selected: ", name + "\t", "[x]"},
				{b, "Selected: ", name + "\t\r", "(y/N) "},
				{&plain, "separated by commas", "", ""},
				{&plain, "separated by commas", "nosuch\r", "No option is named nosuch."},
				{&plain, "separated by commas", name + "\r", "(y/N) "},
			} {
				for key, status := range map[string]int{"\x03": 130, "\x04": 8} {
					term := c.b.onTerminal(append([]string{"--sandbox"}, args...)...)
					term.see(c.before)
					term.typed(c.keys)
					term.see(c.see)
					term.typed(key)
					term.ends(status)
				}
			}
			b.run("! astra --sandbox user get ada@example.com; ! astra --sandbox role get Reporting; astra --sandbox user get developer@example.com --jq '.roles | length' | grep -x 1")
		})
	}
}

// TestPlainPicker chooses on a terminal that does not move its cursor, and for a
// screen reader: rows have numbers, and nothing is drawn twice.
func TestPlainPicker(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"TERM=dumb", "ASTRA_ACCESSIBLE=1"} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.env = append(b.env, variable)
			term := b.onTerminal("--sandbox", "user", "invite", "ada@example.com")
			term.see("Roles for ada@example.com")
			term.see(" 1) Organization · Billing Admin (Billing Administrator) - 4 permissions")
			term.see("Numbers or names, separated by commas: ")
			term.typed("\r")
			term.see("Nothing selected. Enter a number from 1 to 16, or a name.")
			term.typed("user\r")
			term.see("user matches several: ")
			term.typed("api read only user, 4\r")
			term.see("Selected: UI View Only, API RO User")
			term.see("Invite ada@example.com to Acme Production as API RO User, UI ")
			term.typed("y\r")
			term.see("Invited ada@example.com")
			term.ends(0)
			if strings.Contains(term.screen.String(), "\x1b") {
				t.Errorf("not plain: %q", term.screen.String())
			}

			term = b.onTerminal("--sandbox", "role", "create", "Reporting")
			term.see("Permissions of the role")
			term.typed("Access CQL, db-table-select\r")
			term.see("Scope of the role")
			term.see("Number or name: ")
			term.typed("some databases\r")
			term.see("Databases of the role")
			term.typed("\x1b\r") // back
			term.again("Scope of the role")
			term.typed("2\r")
			term.see("Databases of the role")
			term.typed("demo\r")
			term.see("Keyspaces of demo")
			term.typed("app\r")
			term.see("Create role Reporting?")
			term.typed("y\r")
			term.ends(0)
			b.run("astra --sandbox role get Reporting -o table | grep demo/app")

			term = b.onTerminal("--sandbox", "user", "remove", "developer@example.com")
			term.see("(y/N)")
			term.typed("\r") // no default removes anyone
			term.ends(8)
			term = b.onTerminal("--sandbox", "--no-input", "user", "invite", "bob@example.com")
			term.ends(2)
			term = b.onTerminal("--sandbox", "db", "create", "shop", "--cloud", "gcp", "--region", "us-east1", "--wait", "--yes")
			term.ends(0)
			if strings.Contains(term.screen.String(), "\x1b") {
				t.Errorf("progress is drawn: %q", term.screen.String())
			}
		})
	}
}

// TestAdministratorsAreConfirmed invites one person with roles that give access to
// others, and asks; with other roles it does not.
func TestAdministratorsAreConfirmed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	term := b.onTerminal("--sandbox", "user", "invite", "ada@example.com", "--role", "Organization Administrator")
	term.see("Organization Administrator can manage users, roles and tokens.")
	term.see("Invite ada@example.com to Acme Production as Organization Administrator?")
	term.typed("\r")
	term.ends(8)
	term = b.onTerminal("--sandbox", "user", "invite", "ada@example.com", "--role", "RO User")
	term.ends(0)
	term = b.onTerminal("--sandbox", "user", "invite", "bob@example.com", "--role", "Organization Administrator")
	term.see("(y/N)")
	b.run("astra --sandbox user invite bob@example.com --role 'RO User'")
	term.typed("y\r")
	term.see("bob@example.com was added to the organization during the prompt (RO User); nothing was sent")
	term.ends(7)
}
