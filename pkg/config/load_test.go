package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const full = `# My organizations.
version: 1
current_profile: prod
defaults:
  output: json   # for scripts
  no_input: true
profiles:
  # The real one.
  - name: prod
    org: {id: 0f1e, name: "Acme: Prod"}
    client_id: IFmJlTkNvptFzTDEQpQIEJud
    store: keyring
    colour: red   # a key of a later version
    tokens:
      - name: ci
        client_id: AAmJlTkNvptFzTDEQpQIEJud
        store: file
    sessions:
      - db: db-1
        user: ada
        issued_at: "2026-11-21T10:00:00Z"
    env:
      db: {id: db-1, name: orders}
      regions: [us-east1, eu-west1]
      region: us-east1
      keyspace: app
      token: ci
      token_expiry: {client_id: AAmJlTkNvptFzTDEQpQIEJud, at: "2027-01-01T00:00:00Z"}
      endpoint: https://db-1.example
  - name: dev.2
    api_url: https://api.dev.example
plugins: [a, b]
`

func fullConfig() Config {
	return Config{
		CurrentProfile: "prod",
		Defaults:       map[string]string{"output": "json", "no_input": "true"},
		Profiles: []Profile{
			{
				Name: "prod", Org: Org{"0f1e", "Acme: Prod"}, ClientID: "IFmJlTkNvptFzTDEQpQIEJud", Store: "keyring",
				Tokens:   []SavedToken{{Name: "ci", ClientID: "AAmJlTkNvptFzTDEQpQIEJud", Store: "file"}},
				Sessions: []RESTSession{{"db-1", "ada", "2026-11-21T10:00:00Z"}},
				Selected: Binding{
					DB: DB{"db-1", "orders"}, Regions: []string{"us-east1", "eu-west1"}, Region: "us-east1", Keyspace: "app",
					Token: "ci", Expiry: Expiry{"AAmJlTkNvptFzTDEQpQIEJud", "2027-01-01T00:00:00Z"}, Endpoint: "https://db-1.example",
				},
			},
			{Name: "dev.2", APIURL: "https://api.dev.example"},
		},
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write creates a configuration file in a private directory.
func write(t testing.TB, content string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "astra")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	got, err := Load(write(t, full))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fullConfig(), got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadNothing(t *testing.T) {
	for _, content := range []string{"", "\n", "# only this\n", "---\n", "null\n", "{}\n", "profiles:\ncurrent_profile:\n"} {
		if got, err := Load(write(t, content)); err != nil || !cmp.Equal(got, Config{}) {
			t.Errorf("%q: %v, %v", content, got, err)
		}
	}
	for _, path := range []string{"", filepath.Join(t.TempDir(), "none", "config.yaml")} {
		if got, err := Load(path); err != nil || !cmp.Equal(got, Config{}) {
			t.Errorf("%q: %v, %v", path, got, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	const value = "hush-hush"
	tests := []struct{ name, content, want string }{
		{"another version", "version: 2\n", ":1: the version"},
		{"a mapping as version", "version: {a: hush-hush}\n", ":1: the version"},
		{"a list as the file", "- hush-hush\n", ":1: this must be a mapping"},
		{"a scalar as the file", "hush-hush\n", ":1: this must be a mapping"},
		{"text as profiles", "version: 1\nprofiles: hush-hush\n", ":2: profiles must be a list"},
		{"text as a profile", "profiles:\n  - hush-hush\n", ":2: a profile must be a mapping"},
		{"a list as a name", "profiles:\n  - name: [hush-hush]\n", ":2: the name of a profile must be text"},
		{"a number as a name", "profiles:\n  - name: 2024\n", ":2: the name of a profile must be text: put it in quotes"},
		{"a colon in a name", "profiles:\n  - name: \"hush-hush:x\"\n", ":2: the name of a profile is not a valid name"},
		{"a long name", "profiles:\n  - name: hush-hush" + strings.Repeat("x", 60) + "\n", "not a valid name"},
		{"a bad current profile", "current_profile: ../hush-hush\n", ":1: current_profile is not a valid name"},
		{"no name", "profiles:\n  - store: hush-hush\n", ":2: this profile has no name"},
		{"an empty element", "profiles:\n  -\n", ":2: this profile has no name"},
		{"a name twice", "profiles:\n  - name: a\n  - name: b\n  - name: a\n", ":4: duplicate profile name"},
		{"a saved token twice", "profiles:\n  - name: a\n    tokens:\n      - name: x\n      - name: x\n", ":5: duplicate saved token name"},
		{"a saved token without a name", "profiles:\n  - name: a\n    tokens: [{store: hush-hush}]\n", ":3: this saved token has no name"},
		{"a key twice", "version: 1\nversion: 1\n", ":2: duplicate key"},
		{"an unknown key twice", "x:\n  hush-hush: 1\n  hush-hush: 2\n", ":3: duplicate key"},
		{"a key that is a list", "? [hush-hush]\n: 1\n", "a key must be plain text"},
		{"an alias", "a: &a hush-hush\nb: *a\n", ":2: aliases are not supported"},
		{"an unknown alias", "b: *hush-hush\n", "this is not valid YAML"},
		{"broken YAML", "a: hush-hush\n  b: [\n", "this is not valid YAML"},
		{"two documents", "version: 1\n---\nversion: 1\n", "second YAML document"},
		{"a control character", "profiles:\n  - name: a\n    store: \"hush-hush\\e[2J\"\n", ":3: store contains a control character"},
		{"text as org", "profiles:\n  - name: a\n    org: hush-hush\n", ":3: org must be a mapping"},
		{"a mapping as a default", "defaults:\n  output: {hush-hush: 1}\n", ":2: output must be a single value"},
		{"a token", "version: 1\nprofiles:\n  - name: a\n    store: AstraCS:hush-hush\n", ":4: this looks like an application token"},
		{"a token in an unknown key", "AstraCS:hush-hush: 1\n", ":1: this looks like an application token"},
		{"a token in a comment", "version: 1\n# AstraCS:hush-hush\n", ":2: this looks like an application token"},
		{"a token behind an escape", "x: \"\\x41straCS:hush-hush\"\n", ":1: this looks like an application token"},
		{"a token on two lines", "x: \"Astra\\\n  CS:hush-hush\"\n", ":1: this looks like an application token"},
		{"a large file", "x: " + strings.Repeat("hush-hush", 1<<17), "larger than 1 MiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(write(t, tt.content))
			if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("%v; want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), value) {
				t.Errorf("the error shows a value: %v", err)
			}
		})
	}
}

func TestLoadRefusesWhatOthersReach(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are not mode bits here")
	}
	path := write(t, full)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); !errors.Is(err, ErrConfig) || !strings.HasSuffix(err.Error(), "chmod 600 "+path) {
			t.Errorf("%o: %v", mode, err)
		}
	}
	must(t, os.Chmod(path, 0o600))
	must(t, os.Chmod(filepath.Dir(path), 0o777))
	if _, err := Load(path); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "chmod 700 "+filepath.Dir(path)) {
		t.Errorf("open directory: %v", err)
	}
	must(t, os.Chmod(filepath.Dir(path), 0o700))
	if os.Geteuid() == 0 {
		must(t, os.Chown(path, 4711, 4711))
		if _, err := Load(path); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "another user") {
			t.Errorf("foreign file: %v", err)
		}
		must(t, os.Chown(path, 0, 0))
		must(t, os.Chown(filepath.Dir(path), 4711, 4711))
		if _, err := Load(path); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "another user") {
			t.Errorf("foreign directory: %v", err)
		}
		if err := Update(t.Context(), path, func(c *Config) error { c.CurrentProfile = "dev.2"; return nil }); !errors.Is(err, ErrConfig) {
			t.Errorf("update in a foreign directory: %v", err)
		}
	}
	if _, err := Load(filepath.Dir(path)); !errors.Is(err, ErrConfig) {
		t.Errorf("a directory: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("# only\n"))
	f.Add([]byte("profiles: [{name: a, tokens: [{name: b}]}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, _, err := parse("f", data)
		if err != nil {
			if !errors.Is(err, ErrConfig) {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, p := range c.Profiles {
			if CheckName(p.Name) != nil {
				t.Fatalf("%q is a name", p.Name)
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	path := write(b, full)
	for b.Loop() {
		if _, err := Load(path); err != nil {
			b.Fatal(err)
		}
	}
}
