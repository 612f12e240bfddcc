//go:build unix

package cmd_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
	"github.com/astra-admin/astra/pkg/usage"
)

// contractFile lists what docs/stability.md promises, one fact a line.
const contractFile = "../testdata/contract/contract.txt"

// TestContract compares commands, flags, exit statuses, error codes, variables and JSON
// keys with the committed list. -update adds facts to the list and removes none: to end a
// promise, delete its line by hand and name the change in CHANGELOG.md.
func TestContract(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("runs the examples, as TestExamples does under the race detector")
	}
	want, err := os.ReadFile(contractFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	promised, current := facts(string(want)), contract(t)
	for _, fact := range slices.Sorted(maps.Keys(promised)) {
		if !current[fact] {
			t.Errorf("this promise is broken: %s (docs/stability.md)", fact)
		}
	}
	added := slices.DeleteFunc(slices.Sorted(maps.Keys(current)), func(fact string) bool { return promised[fact] })
	switch {
	case len(added) == 0:
	case *update:
		maps.Copy(current, promised)
		write(t, contractFile, []byte(strings.Join(slices.Sorted(maps.Keys(current)), "\n")+"\n"))
	default:
		t.Errorf("new facts are not in the contract; run go generate ./...\n%s", strings.Join(added, "\n"))
	}
}

// TestContractFacts sees that a rename is a broken promise and an addition is none.
func TestContractFacts(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	var value any
	check(t, json.Unmarshal([]byte(`[{"id":"1","roles":[{"name":"a"}]},{"id":"2","env":{"db":null}}]`), &value))
	jsonKeys("[]", value.([]any)[0], keys)
	jsonKeys("[]", value.([]any)[1], keys)
	if got := strings.Join(slices.Sorted(maps.Keys(keys)), " "); got != "[].env [].env.db [].id [].roles [].roles[].name" {
		t.Error(got)
	}
	if got := facts("b\n\na\n"); !maps.Equal(got, map[string]bool{"a": true, "b": true}) {
		t.Error(got)
	}
}

func facts(text string) map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			set[line] = true
		}
	}
	return set
}

// contract returns the facts as they are.
func contract(t *testing.T) map[string]bool {
	t.Helper()
	set := map[string]bool{}
	add := func(format string, values ...any) { set[fmt.Sprintf(format, values...)] = true }
	for _, e := range exit.Table() {
		add("exit %s %s", e.Code, e.Name)
	}
	for _, code := range errorCodes(t) {
		add("error %s", code)
	}
	root := tree()
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)[`=]").FindAllStringSubmatch(topic(root, "environment"), -1) {
		add("variable %s", row[1])
	}
	without, _, err := root.Find([]string{"completion"})
	check(t, err)
	var verbs []*cobra.Command
	var down func(*cobra.Command)
	down = func(c *cobra.Command) {
		path := c.CommandPath()
		add("command %s", path)
		for _, alias := range c.Aliases {
			add("alias %s = %s", path, alias)
		}
		for _, f := range help.OwnFlags(c) {
			addFlag(add, path, f)
		}
		for _, f := range globalFlags(c) {
			switch {
			case !c.HasParent():
				addFlag(add, path, f)
			case isVerb(c) && !usage.Accepts(without, f.Name): // not accepted everywhere
				add("flag %s --%s", path, f.Name)
			}
		}
		for key := range strings.FieldsSeq(c.Annotations["columns"]) {
			add("json %s [].%s", path, key)
		}
		if isVerb(c) && usage.Accepts(c, "jq") && path != "astra api" { // whose keys are the service's
			verbs = append(verbs, c)
		}
		for _, child := range children(c) {
			down(child)
		}
	}
	down(root)
	for key := range printedKeys(t, verbs) {
		add("json %s", key)
	}
	return set
}

// addFlag adds a flag and its short form. A flag with a value ends in "=".
func addFlag(add func(string, ...any), path string, f *pflag.Flag) {
	value := "="
	if f.NoOptDefVal != "" {
		value = ""
	}
	add("flag %s --%s%s", path, f.Name, value)
	if f.Shorthand != "" {
		add("flag %s -%s%s", path, f.Shorthand, value)
	}
}

// errorCodes finds the machine names of errors in the source, beside those of statuses.
func errorCodes(t *testing.T) []string {
	t.Helper()
	named := regexp.MustCompile(`(?:\be\.Name\b[^\n"]* = |Error\{[^\n"]*Name: |\n\t\tName:    |const noProfile\w* = )[^\n"]*"([A-Z_]+)"`)
	kind := regexp.MustCompile(`\b(?:NotFoundf|NotAmongf|resolveWarning|Resolve)\((?:[^\n"]*, )?"([a-z -]+)"`)
	var codes []string
	for _, root := range []string{".", "../pkg"} {
		check(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range named.FindAllSubmatch(text, -1) {
				codes = append(codes, string(found[1]))
			}
			for _, found := range kind.FindAllSubmatch(text, -1) {
				codes = append(codes, strings.ToUpper(strings.ReplaceAll(string(found[1]), " ", "_"))+"_NOT_FOUND")
			}
			return err
		}))
	}
	return codes
}

// printedKeys runs the examples of every command, and what no example shows, with JSON as
// the format, and returns the keys that commands print: "astra user list [].email".
func printedKeys(t *testing.T, verbs []*cobra.Command) map[string]bool {
	t.Helper()
	// The wrapper records the arguments and the output of every command.
	const wrapper = `#!/bin/sh
out=$(mktemp "$RECORD/XXXXXX")
for word in "$@"; do printf '%s\n' "$word"; done > "$out.args"
"$PROGRAM" "$@" > "$out" 2> "$out.err"
status=$?
cat "$out"
cat "$out.err" >&2
exit "$status"
`
	var mu sync.Mutex
	keys := map[string]bool{}
	run := func(t *testing.T, lines string) {
		b := newBench(t)
		record, program := filepath.Join(b.dir, "record"), filepath.Join(b.dir, "real", "astra")
		check(t, os.Mkdir(record, 0o700))
		check(t, os.Rename(filepath.Join(b.dir, "bin"), filepath.Dir(program))) // it is known by its name
		check(t, os.Mkdir(filepath.Join(b.dir, "bin"), 0o700))
		check(t, testkit.Executable(filepath.Join(b.dir, "bin", "astra"), wrapper))
		b.env = append(b.env, "PROGRAM="+program, "RECORD="+record, "ASTRA_OUTPUT=json")
		b.run(lines)
		records, err := filepath.Glob(filepath.Join(record, "*.args"))
		check(t, err)
		for _, file := range records {
			args, err := os.ReadFile(file)
			check(t, err)
			c, _, err := tree().Find(strings.Split(strings.TrimSpace(string(args)), "\n"))
			check(t, err)
			for path, ending := range map[string]string{c.CommandPath() + " ": "", "": ".err"} {
				text, err := os.ReadFile(strings.TrimSuffix(file, ".args") + ending)
				check(t, err)
				var value any
				if json.Unmarshal(text, &value) == nil { // else another format, or messages
					mu.Lock()
					jsonKeys(path, value, keys)
					mu.Unlock()
				}
			}
		}
	}
	t.Run("examples", func(t *testing.T) {
		t.Run("errors", func(t *testing.T) {
			t.Parallel()
			run(t, "astra db get none || true")
		})
		for _, c := range verbs {
			if c.Annotations["long-running"] == "" {
				t.Run(strings.ReplaceAll(c.CommandPath(), " ", "_"), func(t *testing.T) {
					t.Parallel()
					run(t, c.Example)
				})
			}
		}
	})
	return keys
}

// jsonKeys adds the paths of the keys below value.
func jsonKeys(path string, value any, keys map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for name, below := range value {
			dot := "."
			if path == "" || strings.HasSuffix(path, " ") {
				dot = ""
			}
			keys[path+dot+name] = true
			jsonKeys(path+dot+name, below, keys)
		}
	case []any:
		for _, below := range value {
			jsonKeys(path+"[]", below, keys)
		}
	}
}
