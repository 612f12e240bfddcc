//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestReleaseNotes takes the notes of tags from CHANGELOG.md, as make release does. The
// name of a tag is data: it is not part of a command.
func TestReleaseNotes(t *testing.T) {
	t.Parallel()
	testkit.NeedPart(t, "make")
	root, err := testkit.Root()
	testkit.Check(t, err)
	for tag, want := range map[string]string{
		"v0.9.0": "### installation", "v9.9.9": "", `v0";system("echo hit");"`: "", `v0';echo hit;'`: "", "v$(echo hit)": "",
	} {
		dir := t.TempDir()
		testkit.Check(t, os.Mkdir(filepath.Join(dir, "build"), 0o700))
		for _, file := range []string{"CHANGELOG.md", ".goreleaser.yaml"} {
			testkit.Check(t, os.Symlink(filepath.Join(root, file), filepath.Join(dir, file)))
		}
		c := exec.CommandContext(t.Context(), "sh", "-c", `make -n -f "$0/Makefile" release | grep '^awk' | sh`, root)
		c.Dir, c.Env = dir, append(os.Environ(), "GITHUB_REF_NAME="+tag)
		said, err := c.CombinedOutput()
		testkit.Check(t, err)
		notes, err := os.ReadFile(filepath.Join(dir, "build", "notes.md"))
		testkit.Check(t, err)
		if len(said) > 0 || !strings.Contains(string(notes), want) || (want == "") != (len(notes) == 0) {
			t.Errorf("%s: the notes are %.40q, want %q\n%s", tag, notes, want, said)
		}
	}
}
