package cmd_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra/doc"

	"github.com/astra-admin/astra/cmd/completion"
)

//go:generate go test . -run TestGenerated -update

// TestGenerated compares the files that are made from the tree with what it
// would make now; with -update it makes them.
func TestGenerated(t *testing.T) {
	want := generate(t)
	for path, text := range want {
		if *update {
			write(t, path, text)
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%v: run go generate ./...", err)
		} else if !bytes.Equal(got, text) {
			t.Errorf("%s is stale: run go generate ./...\n%s", path, cmp.Diff(string(text), string(got)))
		}
	}
	for _, dir := range []string{"../docs/reference", "../docs/man", "../completions"} {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for _, e := range entries {
			if path := filepath.Join(dir, e.Name()); want[path] == nil {
				if *update {
					os.Remove(path)
				} else {
					t.Errorf("%s belongs to no command: run go generate ./...", path)
				}
			}
		}
	}
}

// generate makes every file in memory.
func generate(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	reference, man := t.TempDir(), t.TempDir()
	root := tree()
	check(t, doc.GenMarkdownTree(root, reference))
	fixed := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	check(t, doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "astra", Manual: "astra", Date: &fixed}, man))
	for from, to := range map[string]string{reference: "../docs/reference", man: "../docs/man"} {
		entries, err := os.ReadDir(from)
		check(t, err)
		for _, e := range entries {
			text, err := os.ReadFile(filepath.Join(from, e.Name()))
			check(t, err)
			files[filepath.Join(to, e.Name())] = append(bytes.TrimSpace(text), '\n')
		}
	}
	for shell, name := range map[string]string{"bash": "astra.bash", "zsh": "_astra", "fish": "astra.fish", "powershell": "astra.ps1"} {
		var script bytes.Buffer
		check(t, completion.Write(root, shell, &script))
		files[filepath.Join("../completions", name)] = script.Bytes()
	}
	for _, c := range root.Commands() {
		if c.Name() == "exit-codes" {
			files["../docs/exit-codes.md"] = []byte("# Exit statuses\n\n" + c.Long + "\n")
		}
	}
	return files
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o755))
	check(t, os.WriteFile(path, text, 0o644))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
