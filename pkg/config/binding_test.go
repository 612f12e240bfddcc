package config

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// earlier is a file written by the version of commit 9f2fcb5, with manual
// additions.
const earlier = `version: 1
profiles:
  - name: work
    store: file
    tokens:
      - name: demo
        client_id: ABIOyyChtFyNsFLDVrKaPfSh
        store: file
    org:
      id: 05803a6e-abaa-42e5-8826-687fd03156bb
      name: Sandbox Org
    # for the shop
    env:
      db:
        id: c74000c7-fc60-4b54-b8c7-8a88e7cb22d5
        name: demo
      regions:
        - us-east1
      region: us-east1
      keyspace: app # the first one
      token: demo
      # ask Ada
      owner: ada
      endpoint: https://c74000c7-fc60-4b54-b8c7-8a88e7cb22d5-us-east1.apps.astra.datastax.com
    sessions:
      - db: c74000c7-fc60-4b54-b8c7-8a88e7cb22d5
        user: ABIOyyChtFyNsFLDVrKaPfSh
        issued_at: "2026-11-29T17:06:11Z"
`

func TestEarlierFile(t *testing.T) {
	t.Parallel()
	path := write(t, earlier)
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Profiles[0]
	all := p.AllBindings()
	if len(all) != 1 || all[0].DB.Name != "demo" || all[0].Token != "demo" || all[0].Keyspace != "app" || all[0].Region != "us-east1" {
		t.Errorf("%+v", all)
	}
	if got := p.DatabasesWith("demo"); !cmp.Equal(got, []string{"demo"}) {
		t.Errorf("%q", got)
	}
	// Select another database and the first again: the earlier version would
	// find its binding again.
	legacy := Binding{DB: DB{ID: "0b", Name: "legacy"}, Region: "us-east1"}
	must(t, Update(t.Context(), path, func(c *Config) error { c.Profiles[0].Select(legacy); return nil }))
	text, _ := os.ReadFile(path)
	want := `    # for the shop
    env:
      db:
        id: 0b
        name: legacy
      region: us-east1
    sessions:
      - db: c74000c7-fc60-4b54-b8c7-8a88e7cb22d5
        user: ABIOyyChtFyNsFLDVrKaPfSh
        issued_at: "2026-11-29T17:06:11Z"
    bindings:
      - db:
          id: c74000c7-fc60-4b54-b8c7-8a88e7cb22d5
          name: demo
        regions:
          - us-east1
        region: us-east1
        keyspace: app # the first one
        token: demo
        # ask Ada
        owner: ada
        endpoint: https://c74000c7-fc60-4b54-b8c7-8a88e7cb22d5-us-east1.apps.astra.datastax.com
`
	if _, got, _ := strings.Cut(string(text), "Sandbox Org\n"); got != want {
		t.Error(cmp.Diff(want, got))
	}
	must(t, Update(t.Context(), path, func(c *Config) error {
		demo, _ := c.Profiles[0].Binding(p.Selected.DB.ID)
		c.Profiles[0].Select(demo)
		c.Profiles[0].Deselect("0b")
		return nil
	}))
	text, _ = os.ReadFile(path)
	if string(text) != earlier {
		t.Error(cmp.Diff(earlier, string(text)))
	}
}

// An earlier version keeps "bindings" as an unknown key, and may select one of
// them again.
func TestSelectedByEarlierVersion(t *testing.T) {
	t.Parallel()
	c, err := Load(write(t, "profiles:\n  - name: a\n    env:\n      db: {id: x, name: new}\n    bindings:\n      - db: {id: x, name: old}\n      - db: {id: y, name: other}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := c.Profiles[0]
	if all := p.AllBindings(); len(all) != 2 || all[0].DB.Name != "new" || all[1].DB.Name != "other" {
		t.Errorf("%+v", all)
	}
	p.Select(Binding{DB: DB{ID: "y"}})
	if len(p.Bindings) != 1 || p.Bindings[0].DB.Name != "new" {
		t.Errorf("%+v", p.Bindings)
	}
}

// After any sequence of changes, the file equals the configuration, and unknown
// keys and comments of bindings are preserved.
func TestBindingsFollow(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 0))
		path := write(t, "profiles:\n  - name: a\n    env:\n      db: {id: d0, name: n0}\n      note: d0\n    bindings:\n      - db: {id: d1, name: n1} # one\n        token: t\n        note: d1\n      # two\n      - note: d2\n        db: {id: d2, name: n2}\n        token: t\n")
		notes := map[string]bool{"d0": true, "d1": true, "d2": true}
		for range 12 {
			id := fmt.Sprintf("d%d", random.IntN(5))
			what := random.IntN(5)
			must(t, Update(t.Context(), path, func(c *Config) error {
				p := &c.Profiles[0]
				switch what {
				case 0:
					if p.Selected.DB.ID != id { // unknown keys of the default are preserved
						p.Deselect(id)
						delete(notes, id)
					}
				case 1:
					p.RemoveToken("t")
				default:
					p.Select(Binding{DB: DB{ID: id, Name: "n" + id[1:]}, Token: "t"})
				}
				return nil
			}))
			c, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if what == 1 && c.Profiles[0].DatabasesWith("t") != nil {
				t.Fatal("a binding uses a token that was removed")
			}
			if what > 1 && c.Profiles[0].Selected.DB.ID != id {
				t.Fatal("not selected")
			}
		}
		text, _ := os.ReadFile(path)
		type binding struct {
			DB   struct{ ID string }
			Note string
		}
		var file struct {
			Profiles []struct {
				Env      binding
				Bindings []binding
			}
		}
		must(t, yaml.Unmarshal(text, &file))
		for _, b := range append(file.Profiles[0].Bindings, file.Profiles[0].Env) {
			if notes[b.DB.ID] != (b.Note == b.DB.ID) || b.Note != "" && b.Note != b.DB.ID {
				t.Errorf("seed %d: %+v:\n%s", seed, b, text)
			}
		}
	}
}
