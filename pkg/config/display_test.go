package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestNamesOfTheService checks that the file can be written and read with any
// names from the service.
func TestNamesOfTheService(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, kept string }{
		{"Acme", "Acme"},
		{"Café 日本 👩‍👧", "Café 日本 👩‍👧"},
		{"a\tb", "a b"},
		{"a\r\n\x00\x1b[31mb", "a [31mb"},
		{"a\u0085\u2028\ufeffb", "a b"},
		{"\xff\xfea", "\ufffda"},
		{"a\ufffe\uffffb", "a b"},
		{"\t", ""},
		{"yes", "yes"},
		{"007", "007"},
		{"~", "~"},
		{"- a: b # c", "- a: b # c"},
		{"&a *b", "&a *b"},
		{"'\"", "'\""},
		{"AstraCS:" + strings.Repeat("a", 24) + ":" + strings.Repeat("0", 64), "[secret]"},
		{"Astra\x00CS:" + strings.Repeat("a", 24), "Astra CS:" + strings.Repeat("a", 24)},
		{strings.Repeat("é", 129), strings.Repeat("é", 127) + "…"},
		{strings.Repeat("n", 1<<20), strings.Repeat("n", 127) + "…"},
		{strings.Repeat("\t", 1<<20) + "n", "…"},
	} {
		path := filepath.Join(t.TempDir(), FileName)
		err := Update(t.Context(), path, func(f *Config) error {
			name := DisplayName(c.name)
			f.Put(Profile{Name: "p", Org: Org{ID: "o", Name: name}, Selected: Binding{DB: DB{ID: "d", Name: name}}})
			f.Organizations = []Org{{ID: "o", Name: name}}
			return nil
		})
		got, loadErr := Load(path)
		if err = errors.Join(err, loadErr); err != nil || len(got.Profiles) != 1 {
			t.Errorf("%.60q: %v", c.name, err)
			continue
		}
		p := got.Profiles[0]
		if p.Org.Name != c.kept || p.Selected.DB.Name != c.kept || got.Organizations[0].Name != c.kept {
			t.Errorf("%.60q: kept %q, %q, %q", c.name, p.Org.Name, p.Selected.DB.Name, got.Organizations[0].Name)
		}
	}
}

// TestWhatCannotBeReadIsNotWritten has invalid values. An update with one is
// refused, and the file is unchanged.
func TestWhatCannotBeReadIsNotWritten(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("a", 1<<20)
	for what, edit := range map[string]func(*Config){
		"an endpoint of 1 MiB": func(c *Config) { c.Put(Profile{Name: "p", Selected: Binding{Endpoint: huge}}) },
		"a keyspace of 1 MiB":  func(c *Config) { c.Put(Profile{Name: "p", Selected: Binding{Keyspace: huge}}) },
		"a keyspace of 5 KiB":  func(c *Config) { c.Put(Profile{Name: "p", Selected: Binding{Keyspace: huge[:5<<10]}}) },
		"a region of 1 MiB":    func(c *Config) { c.Put(Profile{Name: "p", Selected: Binding{Region: huge, Regions: []string{huge}}}) },
		"a name of 1 MiB":      func(c *Config) { c.Put(Profile{Name: "p", Org: Org{Name: huge}}) },
		"a tab in a keyspace":  func(c *Config) { c.Put(Profile{Name: "p", Selected: Binding{Keyspace: "a\tb"}}) },
		"a default of 1 MiB":   func(c *Config) { c.Defaults = map[string]string{"output": huge} },
		"regions that together are over 1 MiB": func(c *Config) {
			c.Put(Profile{Name: "p", Selected: Binding{Regions: strings.Split(strings.Repeat("us-east1,", 1<<18), ",")}})
		},
		"organizations that together are as large": func(c *Config) {
			for i := range 1 << 14 {
				c.Organizations = append(c.Organizations, Org{ID: strings.Repeat("x", 60) + string(rune('a'+i%26)) + huge[:i%7] + strings.Repeat("y", i/26%97), Name: huge[:100]})
			}
		},
	} {
		path := filepath.Join(t.TempDir(), FileName)
		put := func(edit func(*Config)) error {
			return Update(t.Context(), path, func(c *Config) error { edit(c); return nil })
		}
		if err := put(func(c *Config) { c.Put(Profile{Name: "first"}) }); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadFile(path)
		err := put(edit)
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "the change was not made") || len(err.Error()) > 300 {
			t.Errorf("%s: %.400v", what, err)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s: the file was changed", what)
		}
	}
}

func FuzzDisplayName(f *testing.F) {
	f.Add("a\tb\xff AstraCS:x")
	f.Fuzz(func(t *testing.T, name string) {
		kept := DisplayName(name)
		if utf8.RuneCountInString(kept) > maxName || strings.ContainsFunc(kept, isControl) {
			t.Errorf("%q: %q", name, kept)
		}
		if err := Check(Profile{Name: "p", Org: Org{Name: kept}}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	})
}
