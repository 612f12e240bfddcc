package db

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/devops"
)

// TestReconcileCreate finds the created database after a lost response.
func TestReconcileCreate(t *testing.T) {
	t.Parallel()
	in := create{NewDatabase: devops.NewDatabase{Name: "shop", Cloud: "gcp", Region: "us-east1"}}
	one := func(id, owner string) devops.Database {
		return devops.Database{ID: id, Name: "shop", Cloud: "GCP", Region: "us-east1", Owner: owner}
	}
	elsewhere := one("elsewhere", "me")
	elsewhere.Region = "us-east4"
	for name, test := range map[string]struct {
		there []devops.Database
		want  []string
	}{
		"nothing new":                    {[]devops.Database{one("old", "me"), elsewhere}, nil},
		"one":                            {[]devops.Database{one("old", "me"), one("new", "me")}, []string{"new"}},
		"one that has another owner":     {[]devops.Database{one("new", "a user")}, []string{"new"}},
		"two, of which one is ours":      {[]devops.Database{one("theirs", "they"), one("ours", "me")}, []string{"ours"}},
		"two, of which both may be":      {[]devops.Database{one("a", "me"), one("b", "")}, []string{"a", "b"}},
		"two, of which none seems to be": {[]devops.Database{one("a", "they"), one("b", "those")}, []string{"a", "b"}},
	} {
		var got []string
		for _, d := range in.reconcileCreate(test.there, []devops.Database{one("old", "me")}, "me") {
			got = append(got, d.ID)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Error(name, diff)
		}
	}
}
