package cmd_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/cmd/completion"
	"github.com/astra-admin/astra/pkg/plan"
)

//go:generate go test . -run TestGenerated|TestContract -update

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
	root := tree()
	var pages func(*cobra.Command)
	pages = func(c *cobra.Command) {
		files[filepath.Join("../docs/reference", pageName(c, "_")+".md")] = referencePage(c)
		files[filepath.Join("../docs/man", pageName(c, "-")+".1")] = manual(c)
		for _, child := range children(c) {
			pages(child)
		}
	}
	pages(root)
	for shell, name := range map[string]string{"bash": "astra.bash", "zsh": "_astra", "fish": "astra.fish", "powershell": "astra.ps1"} {
		var script bytes.Buffer
		check(t, completion.Write(root, shell, &script))
		files[filepath.Join("../completions", name)] = script.Bytes()
	}
	files["../docs/exit-codes.md"] = []byte("# Exit statuses\n\n" + topic(root, "exit-codes") + "\n")
	files["../docs/flags.md"] = []byte("# Global flags\n\n" + topic(root, "flags") + "\n")
	files["../docs/astra-access.schema.json"] = plan.Schema()
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
