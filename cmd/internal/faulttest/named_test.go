//go:build linux

package faulttest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// A namedWait is a command that waits for something without end.
type namedWait struct {
	standstill

	args string // of astra, behind --timeout
}

// namedWaits are the waits that end within a second of the time limit and of a signal,
// each with a command that gets into it.
func namedWaits() []namedWait {
	var all []namedWait
	nothing := func(*world, *runOptions) (func(), error) { return func() {}, nil }
	for _, program := range []string{
		`def f: f; f`, `def f: 1 + f; f`, `def f: [f]; f`, `until(false; .)`, `repeat(.)`, `last(repeat(1))`, `last(limit(1e9; repeat(1)))`,
		`[range(1e9)]`, `[range(0; 1e9; 1e-9)]`, `[limit(1e9; repeat("x" * 1000))]`, `reduce range(1e9) as $i (""; . + "xxxxxxxxxxxxxxxxxxxx")`,
		`reduce range(1e8) as $i (0; [.])`, `[range(1e6)] | combinations(3)`, `"a" * 100000000 | capture("(?<x>(a?){500}(a?){500}b)")`,
		`"a" * 100000000 | [match("a"; "g")]`, `"a" * 10000000 | gsub("a"; "bb")`, `"a" * 100000000 | explode`, `"a" * 2000000000`, `"a" * 100000000 | split("")`, `.[1e8] = 1`,
	} {
		all = append(all, namedWait{standstill{name: "--jq " + program, exits: []int{2}, prepare: nothing}, "role list --jq '" + program + "'"})
	}
	ranges := strings.Repeat(`{{range $}}`, 12) + strings.Repeat(`{{end}}`, 12)
	for _, template := range []string{
		ranges, strings.Repeat(`{{range $}}`, 12) + `x` + strings.Repeat(`{{end}}`, 12), `{{define "t"}}{{template "t" .}}{{template "t" .}}{{end}}{{template "t" .}}`,
		`{{define "t"}}x{{range $}}{{template "t" $}}{{end}}{{end}}{{template "t" .}}`, strings.Repeat(`{{range $}}`, 8) + `{{json $}}` + strings.Repeat(`{{end}}`, 8),
	} {
		all = append(all, namedWait{standstill{name: "--template " + template, exits: []int{2}, prepare: nothing}, "role list --template '" + template + "'"})
	}
	for _, s := range append(endings(), silence()) {
		lines := map[string][]string{
			"standard output that is full":                   {"role list", "--help", "role list -o json", "version"},
			"standard error that is full":                    {"role get nosuch", "role list --debug=http"},
			"a pipe in the place of a lock":                  {"auth login fifth --token-file token.txt", "token generate --role 'RO User' --out new.json", "token recover", "profile default old"},
			"a pipe in the place of names for completion":    {"role list", "__complete role get ''"},
			"a pipe in the place of a project file":          {"role list", "env show", "env use demo"},
			"a pipe in the place of files of other programs": {"env use demo", "token generate --role 'RO User' --out new.json"},
			"a pipe in the place of files that are named":    {"auth login fifth --token-file token.txt", "user invite --from people.txt --role 'RO User' --yes", "role create Other --from role.json", "token panic --yes given.json"},
			"a service with pages without end":               {"db list"},
			"a service with a body that drips":               {"db list", "role list", "token list"},
			"a program that does not end":                    {},
			"a step of a program that does not end":          {},
			"a template that does not end":                   {"role list"},
			"a pipe in the place of the configuration":       {"role list", "auth login fifth --token-file token.txt"},
			"a pipe in the place of stored secrets":          {"--profile production role list", "auth logout old"},
			"a service with refusals for an hour":            {"role list", "role create Other --permission db-rest", "db list"},
			"a service with headers without end":             {"role list"},
			"a service with answers that are never final":    {"role list"},
			"a service that says nothing":                    {"role list"},
		}[s.name]
		for _, args := range lines {
			all = append(all, namedWait{s, args})
		}
	}
	journal := standstill{name: "a pipe in the place of the journal", exits: []int{1, 2, 3, 10, 16, 17}, prepare: func(w *world, _ *runOptions) (func(), error) {
		dir := filepath.Join(w.dir, "state", "operations")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return func() {}, err
		}
		return func() {}, syscall.Mkfifo(filepath.Join(dir, "FakeFakeFakeFakeFakeFake.json"), 0o600)
	}}
	slow := standstill{name: "a reader who reads on and on, slowly", exits: []int{2, 16}, prepare: func(_ *world, o *runOptions) (func(), error) {
		reader, writer, err := os.Pipe()
		if err != nil {
			return func() {}, err
		}
		o.stdout = writer
		var over atomic.Bool
		go func() {
			for b := make([]byte, 64<<10); !over.Load(); <-time.After(50 * time.Millisecond) {
				if _, err := reader.Read(b); err != nil {
					return
				}
			}
		}()
		return func() { over.Store(true); writer.Close(); reader.Close() }, nil
	}}
	for _, args := range []string{"token recover", "doctor", "token list", "token generate --role 'RO User' --save other"} {
		all = append(all, namedWait{journal, args})
	}
	return append(all, namedWait{slow, `role list --jq '[range(4000)] | map("x" * 10000) | .[]'`})
}

// TestNamedWaits ends each of the waits by the time limit, by SIGTERM and by SIGINT. It
// takes a second, and what the machine needs at that moment to run a command at all.
func TestNamedWaits(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	var cells []namedCell
	for i, wait := range namedWaits() {
		for k, number := range []syscall.Signal{0, syscall.SIGTERM, syscall.SIGINT} {
			if fullRig() || i%9 == 3*k && (testkit.InCI() || i%2 == 0) {
				cells = append(cells, namedCell{wait, h, number})
			}
		}
	}
	report(t, each(2, cells, namedCell.run))
	t.Logf("%d cells", len(cells))
}

// A namedCell is a wait, and the signal that ends it; 0 is the time limit.
type namedCell struct {
	namedWait

	home   home
	signal syscall.Signal
}

// run complains of what is late each time: once it may be the machine.
func (c namedCell) run() []string {
	var complaints []string
	for range 3 {
		found, late := c.once()
		if complaints = found; !late {
			break
		}
	}
	return complaints
}

func (c namedCell) once() (complaints []string, late bool) {
	const before = time.Second
	complaints = c.home.alone(command{path: "role list"}, func(w world, _ string) []string {
		healthy, flag, end := w, before.String(), "the time limit"
		o := runOptions{patience: before + 20*time.Second}
		statuses := append([]int{0, 6, 12, 125}, c.exits...)
		if c.signal != 0 {
			flag, end = "90s", c.signal.String()
			statuses = append([]int{0, 6, 128 + int(c.signal)}, c.exits...)
			o.started = func(pid int) { time.AfterFunc(before, func() { _ = syscall.Kill(pid, c.signal) }) }
		}
		o.line = "exec astra --timeout " + flag + " " + c.args
		start := healthy.run(runOptions{line: "exec astra role list"}).took
		done, err := c.prepare(&w, &o)
		defer done()
		if err != nil {
			return broken(err)
		}
		r := w.run(o)
		start = max(start, healthy.run(runOptions{line: "exec astra version"}).took)
		said := fmt.Sprintf("astra %s, with %s, ended by %s", c.args, c.name, end)
		if c.args == c.name {
			said = "astra " + c.args
		}
		switch {
		case r.status == hangs:
			return []string{said + ": it hangs\n" + r.stderr}
		case r.took > before+time.Second+start:
			late = true
			return []string{fmt.Sprintf("%s: it took %v more, and a start takes %v: status %d\n%s", said, r.took-before, start, r.status, r.stderr)}
		case !slices.Contains(statuses, r.status):
			return []string{fmt.Sprintf("%s: status %d is not one of %v\n%s", said, r.status, statuses, r.stderr)}
		}
		return nil
	})
	return complaints, late
}
