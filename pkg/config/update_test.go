package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"
)

func TestUpdateKeepsTheRest(t *testing.T) {
	path := write(t, full)
	err := Update(t.Context(), path, func(c *Config) error {
		c.CurrentProfile = "dev.2"
		c.Defaults["output"] = "yaml"
		delete(c.Defaults, "no_input")
		c.Profiles[0].Name = "production"
		c.Profiles[0].Org.Name = "yes"
		c.Profiles[0].Selected.Keyspace = ""
		c.Profiles[0].Sessions[0].IssuedAt = "2026-11-21T11:00:00Z"
		c.Profiles[0].Sessions = append(c.Profiles[0].Sessions, RESTSession{DB: "db-2"})
		c.Profiles[0].Selected.Regions = []string{"eu-west1"}
		c.Profiles[0].Tokens = append(c.Profiles[0].Tokens, SavedToken{Name: "batch", Store: "keyring"})
		c.Put(Profile{Name: "new", Selected: Binding{DB: DB{Name: "demo"}, Regions: []string{"us-east1"}}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `# My organizations.
version: 1
current_profile: dev.2
defaults:
  output: yaml # for scripts
profiles:
  # The real one.
  - name: production
    org: {id: 0f1e, name: yes}
    client_id: IFmJlTkNvptFzTDEQpQIEJud
    store: keyring
    colour: red # a key of a later version
    tokens:
      - name: ci
        client_id: AAmJlTkNvptFzTDEQpQIEJud
        store: file
      - name: batch
        store: keyring
    sessions:
      - db: db-1
        user: ada
        issued_at: "2026-11-21T11:00:00Z"
      - db: db-2
    env:
      db: {id: db-1, name: orders}
      regions:
        - eu-west1
      region: us-east1
      token: ci
      token_expiry: {client_id: AAmJlTkNvptFzTDEQpQIEJud, at: "2027-01-01T00:00:00Z"}
      endpoint: https://db-1.example
  - name: dev.2
    api_url: https://api.dev.example
  - name: new
    env:
      db:
        name: demo
      regions:
        - us-east1
plugins: [a, b]
`
	got, _ := os.ReadFile(path)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	checkModes(t, path)
}

func checkModes(t *testing.T, path string) {
	t.Helper()
	for name, want := range map[string]fs.FileMode{path: 0o600, path + ".lock": 0o600, filepath.Dir(path): 0o700 | fs.ModeDir} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*.tmp")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestUpdateMakesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", FileName)
	add := func(c *Config) error { c.Put(Profile{Name: "a", Org: Org{ID: "1"}}); return nil }
	if err := Update(t.Context(), path, add); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	if diff := cmp.Diff("version: 1\nprofiles:\n  - name: a\n    org:\n      id: \"1\"\n", string(got)); diff != "" {
		t.Error(diff)
	}
	checkModes(t, path)
}

func TestUpdateSmallFiles(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{"empty", "", "version: 1\nprofiles:\n  - name: a\n"},
		{"comments", "# one\n\n# two\n", "# one\n# two\nversion: 1\nprofiles:\n  - name: a\n"},
		{"null", "null\n", "version: 1\nprofiles:\n  - name: a\n"},
		{"empty mapping", "{}\n", "version: 1\nprofiles:\n  - name: a\n"},
		{"null list", "version: 1\nprofiles:\n", "version: 1\nprofiles:\n  - name: a\n"},
		{"flow list", "profiles: []\n", "profiles:\n  - name: a\n"},
		{"windows", "version: 1\r\ncurrent_profile: b\r\n", "version: 1\ncurrent_profile: b\nprofiles:\n  - name: a\n"},
		{"only unknown", "x: 1 # y\n", "x: 1 # y\nprofiles:\n  - name: a\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.before)
			if err := Update(t.Context(), path, func(c *Config) error { c.Put(Profile{Name: "a"}); return nil }); err != nil {
				t.Fatal(err)
			}
			got, _ := os.ReadFile(path)
			if diff := cmp.Diff(tt.after, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUpdateRemoves(t *testing.T) {
	path := write(t, full)
	err := Update(t.Context(), path, func(c *Config) error {
		c.CurrentProfile = ""
		c.Defaults = nil
		if !c.Remove("dev.2") {
			return errors.New("nothing to remove")
		}
		c.Profiles[0].Tokens, c.Profiles[0].Sessions, c.Profiles[0].Selected, c.Profiles[0].Org = nil, nil, Binding{}, Org{}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Profiles: []Profile{{Name: "prod", ClientID: "IFmJlTkNvptFzTDEQpQIEJud", Store: "keyring"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	text, _ := os.ReadFile(path)
	if !strings.Contains(string(text), "colour: red") || strings.Contains(string(text), "env:") {
		t.Errorf("%s", text)
	}
}

func TestUpdateReorders(t *testing.T) {
	path := write(t, full)
	err := Update(t.Context(), path, func(c *Config) error {
		c.Profiles[0], c.Profiles[1] = c.Profiles[1], c.Profiles[0]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := fullConfig()
	want.Profiles[0], want.Profiles[1] = want.Profiles[1], want.Profiles[0]
	got, err := Load(path)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if text, _ := os.ReadFile(path); !strings.Contains(string(text), "colour: red") {
		t.Errorf("%s", text)
	}
}

func TestUpdateWritesNothing(t *testing.T) {
	stop := errors.New("stop")
	tests := []struct {
		name string
		edit func(*Config) error
		want error
	}{
		{"no change", func(*Config) error { return nil }, nil},
		{"the same again", func(c *Config) error { c.CurrentProfile = "prod"; c.Put(c.Profiles[1]); return nil }, nil},
		{"an empty list", func(c *Config) error { c.Profiles[1].Tokens = []SavedToken{}; return nil }, nil},
		{"an error", func(c *Config) error { c.CurrentProfile = "x"; return stop }, stop},
		{"a bad name", func(c *Config) error { c.Put(Profile{Name: "a:b"}); return nil }, ErrConfig},
		{"no name", func(c *Config) error { c.Profiles = append(c.Profiles, Profile{}); return nil }, ErrConfig},
		{"a name twice", func(c *Config) error { c.Profiles = append(c.Profiles, Profile{Name: "prod"}); return nil }, ErrConfig},
		{"a token", func(c *Config) error { c.Profiles[0].Org.Name = "AstraCS:x"; return nil }, ErrConfig},
		{"a line break", func(c *Config) error { c.Profiles[0].Org.Name = "a\nb"; return nil }, ErrConfig},
		{"not UTF-8", func(c *Config) error { c.Profiles[0].Org.Name = "a\xff"; return nil }, ErrConfig},
		{"an unknown default", func(c *Config) error { c.Defaults["pager"] = "x"; return nil }, ErrConfig},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, full)
			before, _ := os.Stat(path)
			if err := Update(t.Context(), path, tt.edit); !errors.Is(err, tt.want) {
				t.Fatal(err)
			}
			after, _ := os.Stat(path)
			got, _ := os.ReadFile(path)
			if !os.SameFile(before, after) || string(got) != full {
				t.Errorf("written: %s", got)
			}
		})
	}
}

func TestUpdateFollowsALink(t *testing.T) {
	for _, content := range []string{full, ""} {
		target := write(t, content)
		if content == "" {
			must(t, os.Remove(target)) // a dangling link
		}
		link := filepath.Join(t.TempDir(), FileName)
		if err := os.Symlink(target, link); err != nil {
			t.Skip(err)
		}
		if err := Update(t.Context(), link, func(c *Config) error { c.CurrentProfile = "b"; return nil }); err != nil {
			t.Fatal(err)
		}
		if got, err := os.Readlink(link); got != target {
			t.Errorf("the link is gone: %v", err)
		}
		if c, err := Load(target); err != nil || c.CurrentProfile != "b" {
			t.Errorf("%v, %v", c, err)
		}
	}
}

func TestUpdateWaitsForTheLockNoLongerThanAsked(t *testing.T) {
	path := write(t, full)
	held := flock.New(path + ".lock")
	if err := held.Lock(); err != nil {
		t.Fatal(err)
	}
	defer func() { must(t, held.Close()) }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Update(ctx, path, func(*Config) error { t.Error("edited without the lock"); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Concurrent writers in this and other processes lose no update.
func TestUpdateLosesNothing(t *testing.T) {
	const processes, writers = 4, 8
	if path := os.Getenv("CONFIG_TEST_PATH"); path != "" {
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				name := fmt.Sprintf("p%s-%d", os.Getenv("CONFIG_TEST_ID"), i)
				if err := Update(t.Context(), path, func(c *Config) error { c.Put(Profile{Name: name}); return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		return
	}
	path := write(t, full)
	var wg sync.WaitGroup
	for i := range processes {
		wg.Go(func() {
			again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestUpdateLosesNothing$")
			again.Env = append(os.Environ(), "CONFIG_TEST_PATH="+path, fmt.Sprintf("CONFIG_TEST_ID=%d", i))
			if out, err := again.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(c.Profiles), 2+processes*writers; got != want {
		t.Errorf("%d profiles, want %d", got, want)
	}
	checkModes(t, path)
}

func FuzzUpdate(f *testing.F) {
	f.Add([]byte(full), "a", "text")
	f.Add([]byte("# only\n"), "b", "007")
	f.Add([]byte("profiles:\n- name: a\n  # end\n\n# foot\n"), "c", "- x: [")
	f.Fuzz(func(t *testing.T, data []byte, name, text string) {
		before, doc, err := parse("f", data)
		if err != nil || doc == nil || CheckName(name) != nil {
			return
		}
		path := write(t, string(data))
		edit := func(c *Config) error { c.Put(Profile{Name: name, Org: Org{Name: text}}); return nil }
		want := before
		want.Profiles = append([]Profile(nil), before.Profiles...)
		_ = edit(&want)
		if err := Update(t.Context(), path, edit); err != nil {
			if got, _ := os.ReadFile(path); string(got) != string(data) {
				t.Fatalf("an edit that failed wrote %q", got)
			}
			return
		}
		if got, err := Load(path); err != nil || !equal(got, want) {
			t.Fatalf("%v\n%s", err, cmp.Diff(want, got))
		}
	})
}

func TestUpdateOrganizations(t *testing.T) {
	path := write(t, "# Mine.\nversion: 1\norganizations: # made from here\n  - id: o-1 # the first\n    name: EU\n")
	err := Update(t.Context(), path, func(c *Config) error {
		c.Organizations = append(c.Organizations, Org{ID: "o-2", Name: "Asia: \"east\" #1"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `# Mine.
version: 1
organizations: # made from here
  - id: o-1 # the first
    name: EU
  - id: o-2
    name: 'Asia: "east" #1'
`
	got, _ := os.ReadFile(path)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range []string{"[{name: EU}]", "[{id: a}, {id: a}]", "EU"} {
		if _, err := Load(write(t, "organizations: "+wrong+"\n")); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// TestCheck refuses the same profiles as Update.
func TestCheck(t *testing.T) {
	good := fullConfig().Profiles[0]
	if err := Check(good); err != nil {
		t.Error(err)
	}
	for name, edit := range map[string]func(*Profile){
		"a control character": func(p *Profile) { p.Org.Name = "Evil\x1b[2J" },
		"no name":             func(p *Profile) { p.Name = "" },
		"a token":             func(p *Profile) { p.Selected.Endpoint = "AstraCS:" + good.ClientID + ":" + strings.Repeat("0", 64) },
	} {
		p := good
		edit(&p)
		if err := Check(p); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
