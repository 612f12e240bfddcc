package completion

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/secret"
)

func TestOffered(t *testing.T) {
	t.Parallel()
	c := completer{&cli.App{Streams: cli.Streams{Secrets: new(secret.Redactor)}}}
	many := func(n int) []candidate {
		var all []candidate
		for i := range n {
			all = append(all, candidate{Value: fmt.Sprintf("db%03d", i), Description: "vector"})
		}
		return all
	}
	for _, test := range []struct{ have, offered, described int }{{3, 3, 3}, {100, 100, 100}, {101, 101, 0}, {200, 200, 0}, {500, 200, 0}} {
		got := c.lines(many(test.have), nil, "db")
		described := len(slices.DeleteFunc(slices.Clone(got), func(line string) bool { return !strings.Contains(line, "\t") }))
		if len(got) != test.offered || described != test.described {
			t.Errorf("of %d candidates %d are offered, %d of them described", test.have, len(got), described)
		}
	}
	all := []candidate{{Value: "RO User"}, {Value: "RO User", Description: "duplicate"}, {Value: "RW User"}, {Value: "$(id)"}, {Value: "-o"}, {Value: "ro"}}
	if got := c.lines(all, []string{"RW User"}, ""); !slices.Equal(got, []string{"RO User", "ro"}) {
		t.Errorf("offered are %q", got)
	}
	if got := c.lines(all, nil, "R"); !slices.Equal(got, []string{"RO User", "RW User"}) {
		t.Errorf("of those with R, offered are %q", got)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	var store string
	flags.Enum(set, &store, "store", "", []string{"keyring", "file"}, "`store`")
	set.String("like", "", "")
	set.String("name", "", "")
	Flags(set, Roles, "like")
	for name, want := range map[string]Source{"store": Values, "like": Roles, "name": None} {
		if got := FlagSource(set.Lookup(name)); got != want {
			t.Errorf("--%s has the source %q, want %q", name, got, want)
		}
	}
	for _, test := range []struct {
		cmd  *cobra.Command
		want []Source
	}{
		{&cobra.Command{}, []Source{None, None}},
		{&cobra.Command{Annotations: Args(Databases)}, []Source{Databases, None}},
		{&cobra.Command{Annotations: Args(None, Roles)}, []Source{None, Roles, None}},
		{&cobra.Command{Annotations: Args(Repeat(Users))}, []Source{Users, Users, Users}},
		{&cobra.Command{Annotations: Args(Profiles, Repeat(Files))}, []Source{Profiles, Files, Files}},
		{&cobra.Command{Annotations: Args(Values, Databases), ValidArgs: []string{"db"}}, []Source{Values, Databases, None}},
	} {
		for i, want := range test.want {
			if got := ArgSource(test.cmd, i); got != want {
				t.Errorf("argument %d of %v has the source %q, want %q", i, test.cmd.Annotations, got, want)
			}
		}
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
	for kind, want := range map[Source][]candidate{
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
