package cmd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestProfilesAfterAKill kills commands that change secrets and configuration together
// at every place. The next command leaves no secret that no profile names, and no
// profile without its secret.
func TestProfilesAfterAKill(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	check(t, err)
	b := newBench(t)
	b.run("astra -p old token generate --role 'RO User' --save app")
	for name, line := range map[string]string{
		"rename":      "profile rename old new",
		"delete":      "profile delete old --yes",
		"login":       "auth login fresh --store file --token-file token.txt",
		"login again": "auth login old --store file --token-file other.txt",
		"login moved": "auth login old --store env --yes < token.txt",
	} {
		b.run("astra -p default token generate --role 'Organization Administrator' --jq .token > other.txt; chmod 600 other.txt")
		step := 1
		if !testkit.InCI() {
			step = 3
		}
		for place := 1; ; place += step {
			const most = 100
			if place > most {
				t.Fatalf("%s has more than %d places", name, most)
			}
			dir := filepath.Join(b.dir, fmt.Sprintf("%s-%d", strings.ReplaceAll(name, " ", "-"), place))
			check(t, os.CopyFS(dir, os.DirFS(filepath.Join(b.dir, "config"))))
			b.run("chmod -R go= " + dir)
			status, said := b.fails(fmt.Sprintf("ASTRA_CONFIG_DIR=%s ASTRA_FAILPOINT=%d exec %s %s", dir, place, program, line))
			if status == 0 {
				if place == 1 {
					t.Errorf("%s has no place", name)
				}
				break
			}
			if status != -1 && status != 137 { // it was not killed
				t.Fatalf("%s at place %d: status %d\n%s", name, place, status, said)
			}
			after := "ASTRA_CONFIG_DIR=" + dir + " astra "
			profiles := strings.Fields(b.output(after + "profile list -o name"))
			want := len(profiles)
			moved := b.output(after+"profile list --jq '[.[] | select(.store == \"env\")] | length'") != "0"
			if moved {
				want--
			}
			for _, p := range profiles {
				if p != "production" && p != "default" && !moved { // which no line is about, or whose secret is elsewhere
					b.run(after + "-p " + p + " org get > answer")
				}
			}
			if b.output(after+"profile list --jq '[.[] | select(.name == \"old\" or .name == \"new\")] | length'") != "0" {
				want++ // the saved token
			}
			stored, err := filepath.Glob(filepath.Join(dir, "credentials", "astra-*"))
			check(t, err)
			notes, err := filepath.Glob(filepath.Join(dir, "transfers", "*"))
			check(t, err)
			if len(stored) != want || len(notes) > 0 {
				t.Errorf("%s at place %d: %d secrets of profiles %v, notes %v\n%s", name, place, len(stored), profiles, notes, strings.Join(stored, "\n"))
			}
		}
	}
}

// TestProfilesAfterAnError lets system calls fail while commands change secrets and
// configuration together: one at a time, and all from the first on. The next command
// leaves no secret that no profile names, no profile without its secret, and a status
// that says whether the change was made.
func TestProfilesAfterAnError(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	there, err := testkit.HasPart("strace")
	check(t, err)
	if !there {
		t.Skip("strace is missing")
	}
	t.Parallel()
	b := newBench(t)
	b.run("astra -p old token generate --role 'RO User' --save app\n" +
		"astra -p default token generate --role 'Organization Administrator' --jq .token > other.txt; chmod 600 other.txt")
	calls := []struct{ call, dir string }{ // each call, or those for a directory
		{"rename,renameat,renameat2", ""},
		{"fsync", ""},
		{"link,linkat", ""},
		{"unlink,unlinkat", ""},
		{"flock", ""},
		{"mkdir,mkdirat", ""},
		{"fsync", "."},
		{"fsync", "credentials"},
		{"fsync", "transfers"},
	}
	for _, c := range []struct {
		name, line string
		changed    string // what of the profiles says that the change was made
	}{
		{"rename", "profile rename old new", `any(.name == "new")`},
		{"delete", "profile delete old --yes", `all(.name != "old")`},
		{"login", "auth login fresh --store file --token-file token.txt", `any(.name == "fresh")`},
		{"login again", "auth login old --store file --token-file other.txt", `any(.name == "old" and .clientId == "'$(cut -d: -f2 other.txt)'")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for i, call := range calls {
				if !testkit.InCI() && i%3 != len(c.name)%3 {
					continue
				}
				for k, when := range []string{"1", "2", "3", "1+"} { // strace counts for each thread
					if !testkit.InCI() && k != (i+len(c.name))%4 {
						continue
					}
					what := fmt.Sprintf("%s, %s %s %s", c.name, call.call, call.dir, when)
					dir := filepath.Join(b.dir, fmt.Sprintf("%s-%d-%s", strings.ReplaceAll(c.name, " ", "-"), i, when))
					check(t, os.CopyFS(dir, os.DirFS(filepath.Join(b.dir, "config"))))
					within := *b
					within.t = t
					within.run("chmod -R go= " + dir)
					after := "ASTRA_CONFIG_DIR=" + dir + " astra "
					only := ""
					if call.dir != "" {
						only = "-P " + filepath.Join(dir, call.dir)
					}
					status, said := within.fails(fmt.Sprintf("ASTRA_CONFIG_DIR=%s strace -f -o %s.calls %s -e trace=%s -e inject=%s:error=EIO:when=%s astra %s", dir, dir, only, call.call, call.call, when, c.line))
					changed := within.output(after+"profile list --jq '"+c.changed+"'") == "true"
					hinted := strings.Contains(said, "the change was made")
					if changed != (status == 0 || hinted) {
						t.Errorf("%s: status %d, changed %v:\n%s", what, status, changed, said)
					}
					stored, err := filepath.Glob(filepath.Join(dir, "credentials", "astra-*"))
					check(t, err)
					named := strings.Fields(within.output(after + "profile list --jq '.[].name'"))
					want := len(named)
					for _, p := range named {
						if p == "old" || p == "new" {
							want++ // the saved token
						}
						within.run(after + "-p " + p + " org get > " + dir + ".answer")
					}
					if len(stored) != want {
						t.Errorf("%s: %d secrets, want %d of %v:\n%s\n%s", what, len(stored), want, named, strings.Join(stored, "\n"), said)
					}
				}
			}
		})
	}
}

// TestLogoutAfterAKill kills a logout at every place. The same command ends it: no secret
// of the login is left, and the profile and its saved token are.
func TestLogoutAfterAKill(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some dozens of processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	check(t, err)
	b := newBench(t)
	b.run("astra -p old token generate --role 'RO User' --save app")
	for place := 1; ; place++ {
		const most = 50
		if place > most {
			t.Fatalf("a logout has more than %d places", most)
		}
		dir := filepath.Join(b.dir, fmt.Sprintf("logout-%d", place))
		check(t, os.CopyFS(dir, os.DirFS(filepath.Join(b.dir, "config"))))
		b.run("chmod -R go= " + dir)
		status, said := b.fails(fmt.Sprintf("ASTRA_CONFIG_DIR=%s ASTRA_FAILPOINT=%d exec %s auth logout old --yes", dir, place, program))
		if status == 0 {
			if place == 1 {
				t.Error("a logout has no place")
			}
			break
		}
		if status != -1 && status != 137 { // it was not killed
			t.Fatalf("place %d: status %d\n%s", place, status, said)
		}
		b.run("ASTRA_CONFIG_DIR=" + dir + " astra auth logout old --yes")
		stored, err := filepath.Glob(filepath.Join(dir, "credentials", "astra-old*"))
		check(t, err)
		notes, err := filepath.Glob(filepath.Join(dir, "transfers", "*"))
		check(t, err)
		if len(stored) != 1 || !strings.Contains(stored[0], "app") || len(notes) > 0 {
			t.Errorf("place %d: secrets %v, notes %v", place, stored, notes)
		}
	}
}

// armed builds the program with places to be killed at, once.
var armed = sync.OnceValues(func() (string, error) { return shared.Build("failpoint") })
