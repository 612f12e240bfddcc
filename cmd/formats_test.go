package cmd_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOldFormats reads what an earlier version wrote: its configuration, saved
// tokens, journal and sandbox. testdata/formats has a directory for each version,
// named by its commit. The version had been killed while it delivered the token
// "lost" and while it rotated "billing", and was in the overlap of a rotation of
// "orders".
func TestOldFormats(t *testing.T) {
	t.Parallel()
	versions, err := filepath.Glob(filepath.Join("..", "testdata", "formats", "*"))
	check(t, err)
	if len(versions) == 0 {
		t.Fatal("no files of earlier versions")
	}
	for _, version := range versions {
		t.Run(filepath.Base(version), func(t *testing.T) {
			t.Parallel()
			astra := oldHome(t, version)
			for _, step := range []struct{ command, want string }{
				{"profile list --columns name,database,clientId", "prod\tdemo\tcMUGuhyaySmSQkhubscjQZqj"},
				{
					"env export --keys ASTRA_DB_APPLICATION_TOKEN,ASTRA_DB_KEYSPACE --format json",
					`"ASTRA_DB_APPLICATION_TOKEN": "AstraCS:mkGgovaOptyclEEzczGmEyzT:cfc7dece794f5814fdfddecafc69401dbcba5e679af6d9590a471fe8240f40e7"`,
				},
				{"--sandbox env export --keys ASTRA_DB_APPLICATION_TOKEN --format json", "AstraCS:vkbaorPaZqlgGCxlmpSeUWjT:"},
				{"--sandbox token verify orders --jq .valid", "true"},
				{"--sandbox token rotate billing --resume --yes -o name", "smvnrdMnkrrOcMefkBXqalpB"},
				{"--sandbox sandbox seed --advance 25h", "Advanced the clock"},
				{"--sandbox token rotate --due --yes --columns previous,action", "dXoRyrpnzpXziwyzzBzbNoRn\trevoked"},
				{"--sandbox token list --columns clientId,name", "smvnrdMnkrrOcMefkBXqalpB\tbilling"},
				{"--sandbox token verify billing --jq .valid", "true"},
				{"--sandbox token recover --yes --columns clientIds,outcome -o json", `"xFGkHgLrJkzsCHKyEhEWAMuG"`},
				{"--sandbox token recover -o json", "[]"},
			} {
				if out := astra(strings.Fields(step.command)...); !strings.Contains(out, step.want) {
					t.Errorf("astra %s\nprints %s\nwithout %s", step.command, out, step.want)
				}
			}
			if out := astra("--sandbox", "token", "list", "-o", "name"); strings.Contains(out, "dXoRyrpnzpXziwyzzBzbNoRn") || strings.Contains(out, "xFGkHgLrJkzsCHKyEhEWAMuG") {
				t.Errorf("a token that was replaced or lost is still valid:\n%s", out)
			}
		})
	}
}

// oldHome returns a function that runs the program in a home with a copy of the
// files in dir, and returns what it prints.
func oldHome(t *testing.T, dir string) func(args ...string) string {
	t.Helper()
	self, err := program()
	check(t, err)
	home := t.TempDir()
	check(t, os.Symlink(self, filepath.Join(home, "astra")))
	check(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(home, strings.TrimPrefix(path, dir))
		if entry.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o600) // a checkout has other permissions
	}))
	return func(args ...string) string {
		t.Helper()
		command := exec.Command(filepath.Join(home, "astra"), args...)
		command.Env = []string{
			"HOME=" + home, "ASTRA_CONFIG_DIR=" + filepath.Join(home, "config"),
			"ASTRA_STATE_DIR=" + filepath.Join(home, "state"), "ASTRA_CACHE_DIR=" + filepath.Join(home, "cache"),
		}
		out, err := command.CombinedOutput()
		if err != nil {
			t.Errorf("astra %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
}
