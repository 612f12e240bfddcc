package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/names"
	"github.com/astra-admin/astra/pkg/secret"
)

func TestOffered(t *testing.T) {
	t.Parallel()
	app := &App{Secrets: new(secret.Redactor)}
	many := func(n int) []names.Candidate {
		var all []names.Candidate
		for i := range n {
			all = append(all, names.Candidate{Value: fmt.Sprintf("db%03d", i), Description: "vector"})
		}
		return all
	}
	for _, c := range []struct{ have, offered, described int }{{3, 3, 3}, {100, 100, 100}, {101, 101, 0}, {200, 200, 0}, {500, 200, 0}} {
		got := app.offered(many(c.have), nil, "db")
		described := len(slices.DeleteFunc(slices.Clone(got), func(line string) bool { return !strings.Contains(line, "\t") }))
		if len(got) != c.offered || described != c.described {
			t.Errorf("of %d candidates %d are offered, %d of them described", c.have, len(got), described)
		}
	}
	all := []names.Candidate{{Value: "RO User"}, {Value: "RO User", Description: "duplicate"}, {Value: "RW User"}, {Value: "$(id)"}, {Value: "-o"}, {Value: "ro"}}
	if got := app.offered(all, []string{"RW User"}, ""); !slices.Equal(got, []string{"RO User", "ro"}) {
		t.Errorf("offered are %q", got)
	}
	if got := app.offered(all, nil, "R"); !slices.Equal(got, []string{"RO User", "RW User"}) {
		t.Errorf("of those with R, offered are %q", got)
	}
}

func TestEnum(t *testing.T) {
	t.Parallel()
	var one string
	var some []string
	f := pflag.NewFlagSet("test", pflag.ContinueOnError)
	Enum(f, &one, "color", "auto", []string{"auto", "always"}, "`when` to use color")
	Enum(f, &one, "store", "", []string{"keyring", "file"}, "`where` to keep it (default keyring)")
	EnumList(f, &some, "needs", []string{"rest"}, "`list` of needs")
	f.String("expires", "", "`when` it ends: a duration or a date")
	for name, want := range map[string]string{
		"color":   "`when` to use color (auto, always)|auto always",
		"store":   "`where` to keep it (keyring, file; default keyring)|keyring file",
		"needs":   "`list` of needs (rest)|rest",
		"expires": "`when` it ends: a duration or a date|",
	} {
		flag := f.Lookup(name)
		if got := flag.Usage + "|" + strings.Join(valuesOf(flag), " "); got != want {
			t.Errorf("--%s is %q, want %q", name, got, want)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	for use, want := range map[string]string{
		"list": "", "get DB": "DB", "open PAGE [DB]": "PAGE [DB]", "remove REGION --db DB": "REGION", "get --cloud PROVIDER --region REGION": "",
		"run [flags] -- COMMAND [ARGUMENT…]": "COMMAND [ARGUMENT…]",
	} {
		if got := strings.Join(Placeholders(&cobra.Command{Use: use}), " "); got != want {
			t.Errorf("%q has %q, want %q", use, got, want)
		}
	}
	cmd := &cobra.Command{Use: "delete ROLE…"}
	if originAt(cmd, 0) != Roles || originAt(cmd, 7) != Roles || originAt(&cobra.Command{Use: "get DB"}, 1) != None {
		t.Error("only what may be repeated is completed again")
	}
}

// TestNamesOfLists makes names of lists: nothing of what is being deleted, no
// secret, and what a shell would act on by its id.
func TestNamesOfLists(t *testing.T) {
	t.Parallel()
	if got := new(lists).candidates(strings.TrimSpace); len(got) != 0 {
		t.Errorf("of no list there are %v", got)
	}
	full := &lists{
		databases: []devops.Database{
			{ID: "1", Name: "demo", Type: "vector", Regions: []string{"us-east1"}, Keyspaces: []string{"app", "$(id)"}},
			{ID: "2", Name: "gone", Status: "TERMINATING", Keyspaces: []string{"gone"}},
		},
		roles:  []devops.Role{{ID: "r1", Name: "RO User", Policy: devops.Policy{Description: "RO User"}}, {ID: "r2", Name: "`id`"}, {ID: "r3", Name: "SECRET"}},
		tokens: []devops.Token{{ClientID: "abc", Roles: []string{"r1", "r2"}}, {ClientID: "def", Description: "has SECRET astra-cli/0123456789abcdef"}},
		users:  []devops.User{},
	}
	got := full.candidates(func(s string) string { return strings.ReplaceAll(s, "SECRET", "[secret]") })
	for kind, want := range map[Origin][]names.Candidate{
		Databases: {{Value: "demo", Description: "vector, us-east1"}},
		Keyspaces: {{Value: "app", Description: "demo"}},
		Regions:   {{Value: "us-east1", Description: "demo"}},
		Roles:     {{Value: "RO User"}, {Value: "r2", Description: "`id`"}},
		Tokens:    {{Value: "abc", Description: "RO User, `id`"}, {Value: "def", Description: "has [secret]"}},
		Users:     {},
	} {
		if !slices.Equal(got[kind], want) {
			t.Errorf("%s: got %q, want %q", kind, got[kind], want)
		}
	}
}

// TestPlacesOfCredentials makes sure that what one credential saw is offered with no
// other.
func TestPlacesOfCredentials(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, url := range []string{"https://one.example.com", "https://two.example.com"} {
		app := &App{settings: &config.Settings{APIURL: url}}
		for _, s := range []CredentialSource{
			{clientID: "abc"},
			{clientID: "def"},
			{profile: config.Profile{Name: "p", APIURL: url, Org: config.Org{ID: "1"}}},
			{profile: config.Profile{Name: "p", APIURL: url, Org: config.Org{ID: "2"}}},
			{profile: config.Profile{Name: "q", APIURL: url, Org: config.Org{ID: "1"}}},
		} {
			place := app.placeOf(s)
			if place == "" || seen[place] {
				t.Errorf("%+v at %s has the place %q of another", s, url, place)
			}
			seen[place] = true
		}
	}
}
