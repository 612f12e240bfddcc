package plan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/iam"
)

// TestCompileIsFrozen compares the compiler with its results when version 1 of the format
// was published. There is no flag that writes the file again: another result changes
// everyone's roles and requires another version.
func TestCompileIsFrozen(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/compile.golden")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	listed := strings.Fields(strings.SplitN(string(golden), "\n\n", 2)[0])
	fmt.Fprintln(&got, strings.Join(listed, " "))
	for _, p := range append(listed, "db-unknown-one") {
		fmt.Fprintf(&got, "\n%s: %s", p, strings.Join(compile("o", In{Places: []Place{{Database: "d"}}}, []string{p}), " "))
	}
	for _, in := range []In{
		{Word: InAll},
		{Word: InOrganization},
		{Places: []Place{{Database: "*", Keyspaces: []string{"app"}}}},
		{Places: []Place{{Database: "d", Keyspaces: []string{"a", "b"}, Tables: []string{"t", "u"}}, {Database: "e"}}},
		{Places: []Place{{Database: "d", Keyspaces: []string{"system"}}, {Database: "d", Keyspaces: []string{"*"}, Tables: []string{"t"}}}},
	} {
		for _, permissions := range [][]string{{}, {"org-user-read"}, {"org-db-view", "org-stream-manage"}, {"db-cql", "db-table-select"}} {
			fmt.Fprintf(&got, "\n\nin %s%v %v\n%s", in.Word, labels(in.Places), permissions, strings.Join(compile("o", in, permissions), "\n"))
		}
	}
	if got.WriteString("\n"); got.String() != string(golden) {
		t.Errorf("the compiler of version 1 has changed; it gives:\n%s", got.String())
	}
}

func labels(places []Place) []string {
	var all []string
	for _, p := range places {
		all = append(all, fmt.Sprint(p.Database, p.Keyspaces, p.Tables))
	}
	return all
}

// TestCompile compares the compiler with iam.Resources, which role create uses. A permission
// that iam knows only since version 1 is compiled as an unknown one.
func TestCompile(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		in, permissions := randomIn(random), randomPermissions(random)
		var scopes []iam.Scope
		for _, p := range in.Places {
			for _, k := range orWildcard(p.Keyspaces) {
				for _, table := range orWildcard(p.Tables) {
					scopes = append(scopes, iam.Scope{Database: p.Database, Keyspace: k, Table: table})
				}
			}
		}
		want := iam.Resources("o", scopes, permissions)
		if got := compile("o", in, permissions); in.Word != InOrganization && !slices.Equal(got, want) {
			t.Fatalf("%v %v:\n got %v\nwant %v", in, permissions, got, want)
		}
	}
}

// TestDecompile decompiles what was compiled, and arbitrary lists, and compiles the result.
func TestDecompile(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	places := 0
	for i := range 5000 {
		permissions := randomPermissions(random)
		resources := compile("o", randomIn(random), permissions)
		compiled := i%2 == 0
		if !compiled {
			resources = randomResources(random)
		}
		in, rest := decompile("o", []string{"d", "e"}, permissions, resources)
		if compiled && len(rest) > 0 {
			t.Fatalf("%v %v: left %v, in %v", permissions, resources, rest, in)
		}
		got := rest
		if !in.IsZero() {
			places++
			got = append(compile("o", in, permissions), rest...)
		}
		if !slices.Equal(distinct(got), distinct(resources)) {
			t.Fatalf("%v %v:\ngot %v from %v and %v", permissions, resources, distinct(got), in, rest)
		}
	}
	if places < 2600 {
		t.Errorf("only %d lists have places", places)
	}
}

func randomIn(random *rand.Rand) In {
	switch random.IntN(5) {
	case 0:
		return In{Word: InAll}
	case 1:
		return In{Word: InOrganization}
	}
	some := func(names ...string) []string {
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		return names[:1+random.IntN(len(names))]
	}
	in := In{Places: []Place{}}
	for range 1 + random.IntN(3) {
		p := Place{Database: some("d", "e", "*")[0]}
		if random.IntN(2) == 0 {
			p.Keyspaces = some("app", "b", "*", "system")
			if random.IntN(2) == 0 {
				p.Tables = some("t", "u", "*")
			}
		}
		in.Places = append(in.Places, p)
	}
	return in
}

func randomPermissions(random *rand.Rand) []string {
	catalog := iam.Permissions()
	names := []string{}
	for range random.IntN(4) {
		names = append(names, catalog[random.IntN(len(catalog))].Parameter)
	}
	if random.IntN(5) == 0 {
		names = append(names, "db-unknown-one")
	}
	return names
}

func randomResources(random *rand.Rand) []string {
	names := []string{}
	for range random.IntN(8) {
		name := "drn:astra:org:" + []string{"o", "other", ""}[random.IntN(10)/4]
		for _, part := range []string{":db:", ":keyspace:", ":table:"}[:random.IntN(4)] {
			name += part + []string{"d", "e", "*", "gone", "a b", "${org}", "$${", "system"}[random.IntN(8)]
		}
		if random.IntN(10) == 0 {
			name = []string{"junk", "${org}", "drn:astra:org:o:stream:*", "drn:astra:org:o:role:*", "drn:astra:org:o:db:d:", "a\nb: 'c' # \x1b"}[random.IntN(6)]
		}
		names = append(names, name)
	}
	return names
}
