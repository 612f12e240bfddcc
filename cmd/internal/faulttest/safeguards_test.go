//go:build linux

package faulttest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// A safeguard is a part of the program that a rig watches over. It is taken away by
// its names in the source, in the program built with the tag failpoint.
type safeguard struct {
	names    string // of failpoint.Disabled, separated by commas; where one has to do for two, both
	protects string
	rig      func(t *testing.T, h home) []string
	panics   string // places of failpoint.Panic at which a secret is in a panic
	before   string // a shell script in front of the program, for what no safeguard of its own prevents
	quick    bool   // the short form runs it too
}

func safeguards() []safeguard {
	return []safeguard{
		{names: "sent-once", protects: "a token is requested once", rig: bitesFault("token generate", "POST /clientIdSecrets", "drop-response,times=1")},
		{names: "sent-once", protects: "an invitation is sent once", rig: bitesFault("user invite", "PUT /organizations/users", "drop-response,times=1")},
		{names: "lost-answer,refusal-doubt", protects: "a token whose answer is lost is looked for", rig: bitesFault("token generate", "POST /clientIdSecrets", "drop-response,times=1"), quick: true},
		{names: "orphan-revocation", protects: "a token whose secret is lost is revoked", rig: bitesFault("token generate", "POST /clientIdSecrets", "truncate,times=1"), quick: true},
		{names: "sign-in-page", protects: "a sign-in page is no success", rig: bitesFault("user update", "PUT /organizations/users/*/roles", "html"), quick: true},
		{names: "unclear-outcome", protects: "an unclear outcome is reported", rig: bitesFault("role create", "POST /organizations/roles", "drop-response")},

		{names: "error-redaction,message-redaction", protects: "errors hold no secret", rig: bitesCanary("user list", "500", "", false), quick: true},
		{names: "error-redaction,message-redaction", protects: "requests that are shown hold no secret", rig: bitesCanary("user list", "401", "-o json", false)},
		{names: "output-redaction", protects: "lists hold no secret", rig: bitesCanary("role list", "names and descriptions", "-o json", false), quick: true},
		{names: "encoded-redaction", protects: "encoded secrets are secrets", rig: bitesCanary("role list", "names and descriptions", "-o json", false), quick: true},
		{names: "child-environment", protects: "programs that are started get no secret", rig: bitesCanary("env export", "a healthy service", "", true)},
		{names: "panic-containment", panics: "GET", protects: "a panic shows no memory", rig: bitesCanary("user list", "a healthy service", "", false), quick: true},
		{names: "row-containment", panics: "DELETE", protects: "a panic of a row shows no memory", rig: bitesCanary("user remove", "a healthy service", "", false)},

		{names: "input-limit", protects: "input has a time limit", rig: bitesHang("auth login", "a silent pipe")},
		{names: "keyring-limit", protects: "the keyring has a time limit", rig: bitesHang("org get", "a silent bus")},
		{names: "command-limit", protects: "requests have a time limit", rig: bitesHang("user list", "a service that says nothing")},
		{before: "sleep 20 &", protects: "no process is left behind", rig: bitesHang("env export", "standard input closed")},

		{names: "journal-sync", protects: "the journal is on the disk before anything is sent", rig: bitesDurability("token generate")},
		{names: "content-sync", protects: "a configuration is on the disk before its name", rig: bitesDurability("profile rename"), quick: true},
		{names: "name-sync", protects: "the name of a secret is on the disk", rig: bitesDurability("auth login")},

		{names: "damaged-config", protects: "a damaged configuration is left alone", rig: bitesDamage("auth login", "a part twice"), quick: true},
		{names: "sanitized-text", protects: "text of the service is not run by the terminal", rig: bitesHostile("role list", "tsv")},
		{names: "formula-quote", protects: "cells are no formulas", rig: bitesHostile("role list", "csv"), quick: true},
		{before: `url=$(sed -n 's/^api_url: //p' .astra.yaml 2> /dev/null); test -z "$url" || export ASTRA_API_URL="$url"`, protects: "a repository chooses no address", rig: bitesRepository("auth login")},
	}
}

// without is a home whose program goes without a safeguard.
func (h home) without(t *testing.T, c safeguard) home {
	t.Helper()
	h.armed = append(slices.Clone(h.armed), "ASTRA_FAILPOINT_DISABLE="+c.names)
	if c.before != "" {
		script := filepath.Join(t.TempDir(), "astra")
		testkit.Check(t, os.WriteFile(script, []byte("#!/bin/sh\n"+c.before+"\nexec '"+h.program+"' \"$@\"\n"), 0o700))
		h.program = script
	}
	return h
}

// shortTime is how long the short form of TestRigsBite may begin new rows.
const shortTime = 10 * time.Second

// TestRigsBite takes away one safeguard of the program after the other, and runs
// the part of a rig that watches over it: it must complain. In short, it does so
// with the quickest of them, as far as the time goes.
func TestRigsBite(t *testing.T) {
	onlyInCI(t)
	if testing.Short() || raced {
		t.Skip("processes, which the race detector does not see")
	}
	if !fullRig() { // in all, times are measured
		t.Parallel()
	}
	h := newHome(t)
	var err error
	h.program, err = armed()
	testkit.Check(t, err)
	began := time.Now()
	for _, c := range safeguards() {
		if !fullRig() && (!c.quick || time.Since(began) > shortTime) {
			continue
		}
		t.Run(c.protects, func(t *testing.T) {
			whole := h
			if c.panics != "" {
				whole.armed = []string{"ASTRA_FAILPOINT_PANIC=" + c.panics}
			}
			if complaints := c.rig(t, whole); len(complaints) > 0 {
				t.Fatalf("the rig complains of the program as it is:\n%s", strings.Join(complaints, "\n"))
			}
			complaints := c.rig(t, whole.without(t, c))
			if len(complaints) == 0 {
				t.Fatal("the rig does not see that the safeguard is gone")
			}
			t.Logf("%.300s", complaints[0])
		})
	}
}

// safeguardNames are the names in the tables.
func safeguardNames() []string {
	var all []string
	for _, c := range safeguards() {
		all = append(all, strings.Split(c.names, ",")...)
	}
	for _, c := range tokenRules() {
		all = append(all, strings.Split(c.names, ",")...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" })
}

// TestSafeguardsAreListed compares the names in the source with those in the
// tables: a safeguard without a row is one that no rig watches over.
func TestSafeguardsAreListed(t *testing.T) {
	t.Parallel()
	var found []string
	name := regexp.MustCompile(`failpoint\.Disabled\("([^"]*)"\)`)
	use := regexp.MustCompile(`failpoint\.Disabled\(`)
	for _, dir := range []string{"../..", "../../../pkg"} {
		testkit.Check(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			names := name.FindAllSubmatch(text, -1)
			if len(names) != len(use.FindAll(text, -1)) {
				t.Errorf("%s: a safeguard is not named by a constant", path)
			}
			for _, n := range names {
				found = append(found, string(n[1]))
			}
			return err
		}))
	}
	slices.Sort(found)
	listed := safeguardNames()
	found = slices.Compact(found)
	for _, s := range found {
		if !slices.Contains(listed, s) {
			t.Errorf("safeguard %s has no row", s)
		}
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(s) {
			t.Errorf("safeguard %s is not named in kebab case", s)
		}
	}
	for _, s := range listed {
		if !slices.Contains(found, s) {
			t.Errorf("safeguard %s is not in the source", s)
		}
	}
}

// TestSafeguardsCostNothing looks for the names of the safeguards in the program that
// people use: the compiler has removed them.
func TestSafeguardsCostNothing(t *testing.T) {
	if !fullRig() {
		t.Skip("it builds the program; ASTRA_RIG=full runs it")
	}
	path, err := program()
	testkit.Check(t, err)
	text, err := os.ReadFile(path)
	testkit.Check(t, err)
	for _, s := range append(safeguardNames(), "ASTRA_FAILPOINT") {
		if bytes.Contains(text, []byte(s)) {
			t.Errorf("%s is in the program", s)
		}
	}
}

// TestPanicsAreContained has the program panic with a secret where it sends a
// request, in the command itself and in a row of several.
func TestPanicsAreContained(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("processes, which the race detector does not see")
	}
	t.Parallel()
	h := newHome(t)
	var err error
	h.program, err = armed()
	testkit.Check(t, err)
	for path, method := range map[string]string{"token list": "GET", "user remove": "DELETE"} {
		h.armed = []string{"ASTRA_FAILPOINT_PANIC=" + method}
		report(t, bitesCanary(path, "a healthy service", "", false)(t, h))
		calm := h
		calm.armed = nil
		report(t, each(2, linesOf(path), func(c command) []string {
			return calm.alone(c, func(w world, _ string) []string {
				w.armed = h.armed
				if r := w.run(runOptions{line: c.with("")}); !strings.Contains(r.stderr, "a bug in astra") || strings.Contains(r.stderr, "goroutine ") {
					return []string{r.stderr}
				}
				return nil
			})
		}))
	}
}

// linesOf are the lines of one command.
func linesOf(path string) []command {
	return slices.DeleteFunc(commands(), func(c command) bool { return c.path != path })
}

func bitesFault(path, request, kind string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		healthy := h
		var err error
		healthy.program, err = program() // learns what should be
		testkit.Check(t, err)
		healthy.armed = nil
		cells, complaints := faultCells(t, healthy, linesOf(path))
		cells = slices.DeleteFunc(cells, func(c faultCell) bool { return c.request != request || c.fault.kind != kind })
		for i := range cells {
			cells[i].prepared.program, cells[i].prepared.armed = h.program, h.armed
		}
		if len(cells) == 0 {
			t.Fatalf("%s sends no %s any more", path, request)
		}
		return append(complaints, each(4, cells, faultCell.run)...)
	}
}

func bitesCanary(path, echoed, flags string, traced bool) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		var cells []canaryCell
		for _, c := range linesOf(path) {
			for _, e := range echoes() {
				if e.name == echoed {
					cells = append(cells, canaryCell{c, h, e, flags, traced})
				}
			}
		}
		return each(4, cells, canaryCell.run)
	}
}

func bitesHang(path, name string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		var cells []hangCell
		for _, s := range standstills(t) {
			for _, c := range linesOf(path) {
				if s.name == name {
					cells = append(cells, hangCell{c, s, h, 5 * time.Second, 2 * time.Second})
				}
			}
		}
		return each(4, cells, hangCell.run)
	}
}

func bitesDurability(path string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		testkit.NeedPart(t, "strace")
		var cells []durabilityCell
		for _, c := range linesOf(path) {
			cells = append(cells, durabilityCell{c, h})
		}
		return each(4, cells, durabilityCell.run)
	}
}

func bitesDamage(path, name string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		var cells []damageCell
		for _, d := range damages() {
			for _, c := range linesOf(path) {
				if d.name == name {
					cells = append(cells, damageCell{c, h, "config/config.yaml", d})
				}
			}
		}
		return each(4, cells, damageCell.run)
	}
}

func bitesHostile(path, format string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		poisoned, err := h.copyTo(t.TempDir(), h.url)
		testkit.Check(t, err)
		poison(t, poisoned.dir)
		return hostileCell{linesOf(path)[0], poisoned, format}.run()
	}
}

func bitesRepository(path string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		return inRepositories(t, func(evil string) []repositoryCell {
			var cells []repositoryCell
			for _, c := range linesOf(path) {
				for _, f := range projectFiles() {
					if strings.HasPrefix(f.name, "api_url") {
						cells = append(cells, repositoryCell{c, h, f, evil})
					}
				}
			}
			return cells
		})
	}
}
