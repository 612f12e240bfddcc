package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree creates files in a temporary directory; a name that ends in a slash is a
// directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o755))
		} else if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestFindProject(t *testing.T) {
	root := tree(t, map[string]string{
		"home/.astra.yaml":        "profile: home\n",
		".astra.yaml":             "profile: outside\n",
		"home/plain/a/":           "",
		"home/repo/.git/":         "",
		"home/repo/.astra.yaml":   "profile: prod\ndb: orders\nkeyspace: app\nregion: us-east1\nsaved_token: ci\n",
		"home/repo/a/b/":          "",
		"home/repo/c/.astra.yaml": "db: other\n",
		"home/bare/.git":          "gitdir: elsewhere\n",
		"home/bare/a/":            "",
		"home2/x/":                "",
	})
	home := filepath.Join(root, "home")
	repo := filepath.Join(home, "repo")
	prod := Project{Path: filepath.Join(repo, ProjectFile), Profile: "prod", DB: "orders", Keyspace: "app", Region: "us-east1", SavedToken: "ci"}
	tests := []struct {
		dir  string
		want Project
	}{
		{"home/repo", prod},
		{"home/repo/a/b", prod},
		{"home/repo/c", Project{Path: filepath.Join(repo, "c", ProjectFile), DB: "other"}},
		{"home/plain/a", Project{Path: filepath.Join(home, ProjectFile), Profile: "home"}},
		{"home/bare/a", Project{}},
		{"home2/x", Project{Path: filepath.Join(root, ProjectFile), Profile: "outside"}},
	}
	for _, tt := range tests {
		got, err := FindProject(filepath.Join(root, tt.dir), home)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", tt.dir, err, diff)
		}
	}
	must(t, os.Remove(filepath.Join(home, ProjectFile)))
	if got, err := FindProject(filepath.Join(home, "plain"), home); got != (Project{}) || err != nil {
		t.Errorf("above the home directory: %v, %v", got, err)
	}
}

func TestFindProjectRefuses(t *testing.T) {
	tests := []struct{ name, content, want string }{
		{"a url", "api_url: https://hush.example\n", `:1: "api_url": a repository must not choose where your credential is sent`},
		{"an endpoint", "db: x\nEndpoint: hush\n", `:2: "Endpoint": a repository must not choose where`},
		{"a proxy", "https_proxy: hush\n", `:1: "https_proxy": a repository must not choose where`},
		{"a token", "token: hush\n", `:1: "token": credentials must not be in a repository`},
		{"a real token", "db: AstraCS:hush\n", ":1: this looks like an application token"},
		{"a command", "command: hush\n", `:1: "command": a repository must not choose programs to execute`},
		{"something else", "colour: hush\n", `:1: "colour": unknown key`},
		{"a key with an escape", "\"a\\e[2J\": hush\n", `:1: "a\x1b[2J": unknown key`},
		{"a long key", strings.Repeat("k", 100) + ": hush\n", strings.Repeat("k", 40) + "…"},
		{"a mapping", "db: {name: hush}\n", ":1: db must be text"},
		{"a list", "- hush\n", ":1: this must be a mapping"},
		{"a bad saved token", "saved_token: \"hush:x\"\n", ":1: saved_token is not a valid name"},
		{"saved_token as a list", "saved_token: [hush]\n", ":1: saved_token must be text"},
		{"a bad profile", "profile: \"hush:x\"\n", ":1: profile is not a valid name"},
		{"a large file", "# " + strings.Repeat("x", 64<<10), "larger than 64 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := tree(t, map[string]string{ProjectFile: tt.content})
			_, err := FindProject(root, "")
			if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hush") {
				t.Errorf("%v; want %q", err, tt.want)
			}
		})
	}
}

func TestFindProjectRefusesOtherFiles(t *testing.T) {
	root := tree(t, map[string]string{"real": "db: x\n", "dir/.astra.yaml/": "", "link/": ""})
	if err := os.Symlink(filepath.Join(root, "real"), filepath.Join(root, "link", ProjectFile)); err != nil {
		t.Skip(err)
	}
	for _, dir := range []string{"dir", "link"} {
		if _, err := FindProject(filepath.Join(root, dir), ""); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if os.Geteuid() != 0 {
		return
	}
	planted := tree(t, map[string]string{ProjectFile: "db: x\n", "mine/": "", "theirs/": ""})
	must(t, os.Chown(filepath.Join(planted, ProjectFile), 4711, 4711))
	must(t, os.Chown(filepath.Join(planted, "theirs"), 4711, 4711))
	if _, err := FindProject(filepath.Join(planted, "mine"), ""); !errors.Is(err, ErrConfig) {
		t.Errorf("planted: %v", err)
	}
	if p, err := FindProject(filepath.Join(planted, "theirs"), ""); err != nil || p.DB != "x" {
		t.Errorf("a checkout of another user: %v, %v", p, err)
	}
}

func FuzzProject(f *testing.F) {
	f.Add([]byte("profile: a\ndb: b\n"))
	f.Add([]byte("? {a: b}\n: c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := parseProject("f", data); err != nil && !errors.Is(err, ErrConfig) {
			t.Fatal(err)
		}
	})
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"d1d1d1d1-0000-4000-8000-000000000001": true, "us-east1": true, "": false, "..": false, "../x": false, "a/b": false,
		`a\b`: false, "a b": false, "a\x00": false, strings.Repeat("a", 65): false,
	} {
		if IsIdentifier(s) != want {
			t.Errorf("%q", s)
		}
	}
}
