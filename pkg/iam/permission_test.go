package iam

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestCatalogueIsCompleteAndInOrder(t *testing.T) {
	all := Permissions()
	if len(all) != 54 {
		t.Errorf("want 54 permissions, got %d", len(all))
	}
	order := func(a, b Permission) int {
		return cmp.Or(slices.Index(Groups(), a.Group)-slices.Index(Groups(), b.Group), cmp.Compare(a.Name, b.Name))
	}
	if !slices.IsSortedFunc(all, order) {
		t.Error("not in the order of groups and names")
	}
	names, parameters := map[string]bool{}, map[string]bool{}
	for _, p := range all {
		if names[strings.ToLower(p.Name)] || parameters[p.Parameter] {
			t.Errorf("%v is there twice", p)
		}
		names[strings.ToLower(p.Name)], parameters[p.Parameter] = true, true
		if !slices.Contains(Groups(), p.Group) || !strings.HasSuffix(p.Description, ".") || strings.Contains(p.Description, ". ") {
			t.Errorf("%+v: want a known group and one sentence", p)
		}
	}
	for _, r := range DefaultRoles() {
		for _, action := range r.Policy.Actions {
			if !parameters[action] {
				t.Errorf("%s of %s is not in the catalogue", action, r.Name)
			}
		}
	}
}

func TestGroupsFollowTheParameter(t *testing.T) {
	want := func(parameter string) Group {
		switch {
		case slices.Contains([]string{"db-cql", "db-rest", "db-graphql"}, parameter):
			return API
		case strings.HasPrefix(parameter, "db-table-"):
			return Table
		case strings.HasPrefix(parameter, "db-keyspace-"), strings.HasPrefix(parameter, "db-all-keyspace-"):
			return Keyspace
		default:
			return Organization
		}
	}
	for _, p := range Permissions() {
		if p.Group != want(p.Parameter) {
			t.Errorf("%s is in group %s", p.Parameter, p.Group)
		}
	}
}

func TestPermissionsAreFresh(t *testing.T) {
	Permissions()[0].Name = "changed"
	if Permissions()[0].Name == "changed" {
		t.Error("a caller can change the catalogue")
	}
}

func TestFindPermission(t *testing.T) {
	for asked, want := range map[string]string{
		"org-db-view": "org-db-view", "View DB": "org-db-view", "view db": "org-db-view",
		"Access GraphQL API": "db-graphql", "READ IP ACCESS LIST": "accesslist-read",
	} {
		if p, err := FindPermission(asked); err != nil || p.Parameter != want {
			t.Errorf("%s: want %s, got %s and %v", asked, want, p.Parameter, err)
		}
	}
}

func TestFindPermissionSuggests(t *testing.T) {
	for _, test := range []struct {
		asked string
		near  []string
		text  string
	}{
		{"org-db-veiw", []string{"org-db-view"}, `unknown permission "org-db-veiw"; did you mean org-db-view?`},
		{"ORG-READ", []string{"org-read"}, `unknown permission "ORG-READ"; did you mean org-read?`},
		{"\x1b", nil, `unknown permission "\x1b"`},
	} {
		_, err := FindPermission(test.asked)
		unknown, ok := errors.AsType[*UnknownPermissionError](err)
		if !ok || unknown.Name != test.asked {
			t.Fatalf("%s: got %v", test.asked, err)
		}
		if diff := gocmp.Diff(test.near, unknown.Near); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.asked, diff)
		}
		if err.Error() != test.text {
			t.Errorf("want %s, got %s", test.text, err)
		}
	}
}
