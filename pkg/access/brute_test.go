package access

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/iam"
)

// The universe of the brute force. The last name of each list is mentioned by no role:
// it represents all names that do not exist yet.
var (
	universeDatabases = []string{"a", "b", "fresh-database"}
	universeKeyspaces = []string{"k", "system", "system_schema", "system_virtual_schema", "fresh-keyspace"}
	universeTables    = []string{"t", "u", "fresh-table"}
)

// point is one table of the universe, and bruteCan answers a question for one point
// at a time, by the text of resources. It shares no code with the package.
type point [3]string

var universe = func() (points []point) {
	for _, d := range universeDatabases {
		for _, k := range universeKeyspaces {
			for _, t := range universeTables {
				points = append(points, point{d, k, t})
			}
		}
	}
	return points
}()

// brutePattern returns the segments of a resource of the organization o, and whether it
// is one at a level.
func brutePattern(text string) ([]string, bool) {
	words := strings.Split(text, ":")
	if len(words) < 4 || words[0]+words[1]+words[2] != "drnastraorg" || words[3] != "o" && words[3] != "*" && words[3] != "__ORG_ID__" {
		return nil, false
	}
	segments := []string{}
	for i, kind := range []string{"db", "keyspace", "table"} {
		at := 4 + 2*i
		if at == len(words) {
			return segments, true
		}
		if words[at] != kind || at+1 == len(words) {
			return nil, false
		}
		segments = append(segments, words[at+1])
	}
	return segments, len(words) == 10
}

func bruteMatches(pattern []string, p point) bool {
	for i, segment := range pattern {
		if segment != "*" && segment != p[i] {
			return false
		}
	}
	return true
}

type bruteRole struct {
	Role
	patterns [][]string
	leaf     []bool
}

func newBruteRole(r Role) bruteRole {
	b := bruteRole{Role: r}
	for _, text := range r.Policy.Resources {
		if pattern, ok := brutePattern(text); ok {
			b.patterns = append(b.patterns, pattern)
		}
	}
	for _, pattern := range b.patterns {
		leaf := true
		for _, other := range b.patterns {
			if len(other) > len(pattern) {
				for _, p := range universe {
					leaf = leaf && (!bruteMatches(pattern, p) || !bruteMatches(other, p))
				}
			}
		}
		b.leaf = append(b.leaf, leaf)
	}
	return b
}

// bruteLevel is the number of segments of the resource on which a permission of this
// test is checked.
func bruteLevel(permission string) int {
	switch permission {
	case "org-user-read", "org-role-write":
		return 0
	case "db-keyspace-create":
		return 2
	}
	if strings.HasPrefix(permission, "db-table-") {
		return 3
	}
	return 1
}

func bruteHolds(roles []bruteRole, permission string, p point, lenient bool) bool {
	for _, r := range roles {
		if r.Policy.Effect != "allow" || r.Unreadable || !slices.Contains(r.Policy.Actions, permission) {
			continue
		}
		for i, pattern := range r.patterns {
			level := bruteLevel(permission)
			if bruteMatches(pattern, p) && (len(pattern) == level || lenient && r.leaf[i] && len(pattern) < level) {
				return true
			}
		}
	}
	return false
}

func bruteCan(roles []bruteRole, what string, p point, lenient bool) bool {
	has := func(permission string) bool { return bruteHolds(roles, permission, p, lenient) }
	system := func() bool {
		for _, k := range universeKeyspaces[1:4] {
			for _, t := range universeTables {
				if !bruteHolds(roles, "db-table-select", point{p[0], k, t}, lenient) {
					return false
				}
			}
		}
		return true
	}
	connects := func() bool { return has("db-cql") || has("db-rest") || has("db-graphql") }
	switch what {
	case "use-console":
		return has("org-user-read") && has("org-db-view")
	case "read-rows":
		return has("db-table-select") && (has("db-rest") || has("db-graphql") || has("db-cql") && system())
	case "read-rows by cql":
		return has("db-table-select") && has("db-cql") && system()
	case "write-rows":
		return has("db-table-modify") && connects()
	case "write-rows by rest":
		return has("db-table-modify") && has("db-rest")
	case "change-tables":
		return has("db-table-create") && has("db-table-alter") && connects()
	case "create-keyspaces":
		return has("db-keyspace-create") || has("db-all-keyspace-create")
	default:
		return has(what)
	}
}

// bruteWhats has the permissions that matter to each question.
var bruteWhats = [][]string{
	{"use-console", "org-user-read", "org-db-view"},
	{"read-rows", "db-table-select", "db-rest", "db-graphql", "db-cql"},
	{"read-rows by cql", "db-table-select", "db-cql"},
	{"write-rows", "db-table-modify", "db-cql", "db-graphql"},
	{"write-rows by rest", "db-table-modify", "db-rest", "db-cql"},
	{"change-tables", "db-table-create", "db-table-alter", "db-rest", "db-graphql"},
	{"create-keyspaces", "db-keyspace-create", "db-all-keyspace-create"},
	{"org-user-read", "org-user-read"},
	{"org-db-view", "org-db-view"},
	{"db-keyspace-create", "db-keyspace-create"},
	{"db-table-select", "db-table-select"},
}

func one[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

func randomResources(r *rand.Rand) []string {
	var resources []string
	for range r.IntN(5) {
		text := "drn:astra:org:" + one(r, "o", "o", "o", "o", "o", "o", "__ORG_ID__", "*", "p")
		if r.IntN(20) == 0 {
			resources = append(resources, text+one(r, ":stream:*", ":role:*", ":db", ":table:t", ":db:a:keyspace:"))
			continue
		}
		depth := r.IntN(4)
		for i, names := range [][]string{{"db", "a", "b", "*"}, {"keyspace", "k", "system", "*", "*"}, {"table", "t", "*", "*"}} {
			if i < depth {
				text += ":" + names[0] + ":" + one(r, names[1:]...)
			}
		}
		resources = append(resources, text)
	}
	if r.IntN(3) == 0 {
		d := one(r, "a", "*")
		resources = append(resources, "drn:astra:org:o:db:"+d)
		for _, k := range universeKeyspaces[1 : 2+r.IntN(3)] {
			resources = append(resources, "drn:astra:org:o:db:"+d+":keyspace:"+k+":table:*")
		}
	}
	return resources
}

func randomRole(r *rand.Rand, id string, permissions []string) Role {
	role := Role{Role: iam.Role{ID: id, Name: id, Policy: iam.Policy{Effect: "allow", Resources: randomResources(r)}}}
	for _, permission := range permissions {
		if r.IntN(3) > 0 {
			role.Policy.Actions = append(role.Policy.Actions, permission)
		}
	}
	switch r.IntN(30) {
	case 0:
		role.Policy.Effect = "deny"
	case 1:
		role.Unreadable = true
	}
	return role
}

func randomPlace(r *rand.Rand) Place {
	return one(r,
		Place{}, Place{Database: "*"}, Place{Database: "a"}, Place{Database: "fresh-database"}, Place{Database: "a", Keyspace: "k"},
		Place{Database: "a", Keyspace: "*"}, Place{Database: "*", Keyspace: "k"}, Place{Database: "a", Keyspace: "system"},
		Place{Database: "a", Keyspace: "k", Table: "t"}, Place{Database: "a", Keyspace: "*", Table: "t"}, Place{Database: "*", Keyspace: "*", Table: "t"},
		Place{Database: "b", Keyspace: "k", Table: "fresh-table"})
}

// bruteVerdict returns the verdict of one model, and the extent among the databases and
// keyspaces that exist.
func bruteVerdict(roles []bruteRole, what string, q Place, lenient bool, exists func(point) bool) (Verdict, Extent, map[point]bool) {
	holds := map[point]bool{}
	all, none, allNow, noneNow, members := true, true, true, true, false
	for _, p := range universe {
		if !bruteMatches([]string{orStar(q.Database), orStar(q.Keyspace), orStar(q.Table)}, p) {
			continue
		}
		can := bruteCan(roles, what, p, lenient)
		holds[p] = can
		all, none = all && can, none && !can
		if exists(p) {
			members = true
			allNow, noneNow = allNow && can, noneNow && !can
		}
	}
	verdict, now := Partly, Some
	switch {
	case all:
		verdict = Yes
	case none:
		verdict = No
	}
	switch {
	case all, allNow && members:
		now = All
	case noneNow:
		now = None
	}
	return verdict, now, holds
}

func orStar(s string) string {
	if s == "" {
		return "*"
	}
	return s
}

// cutPlace empties what is deeper than the permissions of the question are checked.
func cutPlace(q Place, what string) Place {
	switch what {
	case "org-user-read":
		return Place{}
	case "use-console", "org-db-view":
		return Place{Database: q.Database}
	case "create-keyspaces", "db-keyspace-create":
		return Place{Database: q.Database, Keyspace: q.Keyspace}
	}
	return q
}

func TestBruteForce(t *testing.T) {
	count, batch := 20_000, 100
	if os.Getenv("CI") == "true" {
		count = 200_000
	}
	r := rand.New(rand.NewPCG(1, 2))
	whats := map[string]What{}
	for _, w := range bruteWhats {
		name, api, _ := strings.Cut(w[0], " by ")
		what, err := mustParse(t, name).By(api)
		if err != nil {
			t.Fatal(err)
		}
		whats[w[0]] = what
	}
	verdicts, extents := map[Verdict]int{}, map[Extent]int{}
	for range count / batch {
		org := Organization{ID: "o", Databases: []Database{}}
		for _, d := range one(r, []string{}, []string{"a"}, []string{"a", "b"}) {
			org.Databases = append(org.Databases, Database{d, d, one(r, []string{}, []string{"k"}, []string{"k", "system"})})
		}
		type question struct {
			what  string
			roles []string
			brute []bruteRole
		}
		var questions []question
		for i := range batch {
			w := one(r, bruteWhats...)
			q := question{what: w[0]}
			for j := range 1 + r.IntN(3) {
				role := randomRole(r, fmt.Sprintf("%d.%d", i, j), w[1:])
				org.Roles = append(org.Roles, role)
				q.roles = append(q.roles, role.ID)
				q.brute = append(q.brute, newBruteRole(role))
			}
			questions = append(questions, q)
		}
		a := New(org)
		for _, question := range questions {
			place := randomPlace(r)
			got := a.Evaluate(holder(question.roles...), Question{What: whats[question.what], Place: place})
			q := cutPlace(place, question.what)
			exists := func(p point) bool {
				i := slices.IndexFunc(org.Databases, func(d Database) bool { return d.ID == p[0] })
				if i < 0 {
					return p[0] == q.Database && (q.Keyspace == p[1] || q.Keyspace == "" || q.Keyspace == "*")
				}
				return slices.Contains(org.Databases[i].Keyspaces, p[1]) || p[1] == q.Keyspace || whats[question.what].Level < iam.DepthKeyspace
			}
			strict, now, holds := bruteVerdict(question.brute, question.what, q, false, exists)
			lenient, _, may := bruteVerdict(question.brute, question.what, q, true, exists)
			want := strict
			hidden := slices.ContainsFunc(question.brute, func(r bruteRole) bool { return r.Unreadable })
			switch {
			case strict != lenient:
				want, holds = Unclear, may
			case strict == No && hidden:
				want = Unknown
			}
			if hidden && now != All {
				now = "" // the role that cannot be read may grant more
			}
			if got.Now == "" && q.Database != "" && !slices.ContainsFunc(org.Databases, func(d Database) bool { return d.ID == q.Database }) {
				now = "" // the keyspaces of a database that is not listed
			}
			if got.Answer != want || got.Models != (Models{strict, lenient}) || got.Now != now || got.Future != (strict == Yes) {
				t.Fatalf("%s at %s: want %s %s %s now %q, got %s %v now %q\n%v\n%+v", question.what, place, want, strict, lenient, now, got.Answer, got.Models, got.Now, org.Databases, question.brute)
			}
			for p, can := range holds {
				if listed := slices.ContainsFunc(got.Places, func(place Place) bool {
					return bruteMatches([]string{orStar(place.Database), orStar(place.Keyspace), orStar(place.Table)}, p)
				}); listed != can {
					t.Fatalf("%s at %s: places %q, but %v is %t\n%+v", question.what, place, format(got.Places), p, can, question.brute)
				}
			}
			verdicts[got.Answer]++
			extents[got.Now]++
		}
	}
	t.Log(verdicts, extents)
	for _, v := range []Verdict{Yes, Partly, Unclear, Unknown, No} {
		if verdicts[v] < count/200 {
			t.Errorf("only %d of %d answers are %s", verdicts[v], count, v)
		}
	}
}
