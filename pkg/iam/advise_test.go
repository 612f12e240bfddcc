package iam

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAdvise checks every capability, access level and kind of holder; - means
// that no default role fits, and ! that no role fits.
func TestAdvise(t *testing.T) {
	golden := map[Capability]string{ // user: read-only, read-write, admin; service account: the same
		NeedUI:         "UI View Only, R/W User, Admin User, !, !, !",
		NeedCQL:        "RO User, R/W User, Admin User, RO Svc Acct, R/W Svc Acct, Admin Svc Acct",
		NeedREST:       "API RO User, API R/W User, API Admin User, API RO Svc Acct, API R/W Svc Acct, API Admin Svc Acct",
		NeedGraphQL:    "API RO User, API R/W User, API Admin User, API RO Svc Acct, API R/W Svc Acct, API Admin Svc Acct",
		NeedDocument:   "API RO User, API R/W User, API Admin User, API RO Svc Acct, API R/W Svc Acct, API Admin Svc Acct",
		NeedDSBulk:     "RO User, R/W User, Admin User, RO Svc Acct, R/W Svc Acct, Admin Svc Acct",
		NeedDataLoader: "!, R/W User, Admin User, !, !, !",
		NeedDevOps:     "UI View Only, UI View Only, API Admin User, -, -, API Admin Svc Acct",
		NeedDrivers:    "RO User, R/W User, Admin User, RO Svc Acct, R/W Svc Acct, Admin Svc Acct",
		NeedAccessList: "UI View Only, UI View Only, Database Administrator, API RO Svc Acct, API RO Svc Acct, -",
	}
	for _, need := range Needs() {
		var got []string
		for _, kind := range Kinds() {
			for _, access := range Accesses() {
				a := Advise(Request{[]Capability{need}, access, kind})
				switch {
				case a.Role.ID != "":
					got = append(got, a.Role.Name)
				case len(a.Permissions) > 0:
					got = append(got, "-")
				default:
					got = append(got, "!")
				}
			}
		}
		if diff := cmp.Diff(golden[need], strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s: -want +got\n%s", need, diff)
		}
	}
}

func TestAdviseOnSeveralNeeds(t *testing.T) {
	for _, test := range []struct {
		needs        string
		access       Access
		kind         Kind
		want         string
		alternatives string
	}{
		{"ui cql", ReadOnly, Person, "RO User", ""},
		{"ui", ReadOnly, Person, "UI View Only", "API RO User, RO User"},
		{"rest graphql document", ReadWrite, Person, "API R/W User", "R/W User"},
		{"rest drivers", ReadOnly, ServiceAccount, "RO Svc Acct", ""},
		{"cql access-list", Administer, Person, "Database Administrator", "Organization Administrator"},
		{"cql devops", ReadWrite, ServiceAccount, "", ""},
		{"devops ui data-loader", ReadWrite, Person, "R/W User", ""},
		{"rest", Administer, ServiceAccount, "API Admin Svc Acct", "Admin Svc Acct"},
	} {
		d := Request{Access: test.access, Kind: test.kind}
		for need := range strings.FieldsSeq(test.needs) {
			d.Needs = append(d.Needs, Capability(need))
		}
		a := Advise(d)
		if a.Role.Name != test.want {
			t.Errorf("%s at %s for %s: want %q, got %q", test.needs, test.access, test.kind, test.want, a.Role.Name)
		}
		var names []string
		for _, r := range a.Alternatives {
			names = append(names, r.Name)
		}
		if diff := cmp.Diff(test.alternatives, strings.Join(names, ", ")); diff != "" {
			t.Errorf("%s at %s for %s: alternatives: -want +got\n%s", test.needs, test.access, test.kind, diff)
		}
	}
}

// TestAdviceHolds checks every request with two capabilities: the suggested
// role grants them, alternatives grant no less, and an impossible request has
// an explanation.
func TestAdviceHolds(t *testing.T) {
	for _, one := range Needs() {
		for _, other := range Needs() {
			for _, kind := range Kinds() {
				for _, access := range Accesses() {
					d := Request{[]Capability{one, other}, access, kind}
					checkAdvice(t, d, Advise(d))
				}
			}
		}
	}
}

func checkAdvice(t *testing.T, d Request, a Advice) {
	t.Helper()
	if a.Reason == "" {
		t.Errorf("%+v: no reason", d)
	}
	if len(a.Permissions) == 0 {
		if Advise(a.Instead).Role.ID == "" {
			t.Errorf("%+v: %+v is no help", d, a.Instead)
		}
		return
	}
	least := 0
	fitting := a.Alternatives
	if a.Role.ID != "" {
		fitting = append([]Role{a.Role}, a.Alternatives...)
	}
	for _, r := range fitting {
		if size := countDistinct(r.Policy.Actions); size < least {
			t.Errorf("%+v: %s permits less than the one before", d, r.Name)
		} else {
			least = size
		}
	}
	for _, r := range slices.Concat(fitting, a.Larger) {
		for _, action := range a.Permissions {
			if !slices.Contains(r.Policy.Actions, action) {
				t.Errorf("%+v: %s lacks %s", d, r.Name, action)
			}
		}
		if kindOf(r) != d.Kind {
			t.Errorf("%+v: %s is for others", d, r.Name)
		}
	}
}

// TestInsteadOfAllNeeds requests all capabilities: the alternative keeps most
// of them and is possible.
func TestInsteadOfAllNeeds(t *testing.T) {
	for _, kind := range Kinds() {
		for _, access := range Accesses() {
			d := Request{Needs(), access, kind}
			if a := Advise(d); a.Instead.Kind != "" {
				checkAdvice(t, d, a)
			}
		}
	}
}

func TestReasonNamesWhatIsLacking(t *testing.T) {
	got := Advise(Request{[]Capability{NeedCQL, NeedDevOps}, ReadOnly, ServiceAccount})
	if want := "no read-only default role for service accounts grants View DB (org-db-view)"; got.Reason != want {
		t.Errorf("want %q, got %q", want, got.Reason)
	}
	if len(got.Larger) == 0 || got.Larger[0].Name != "Admin Svc Acct" {
		t.Errorf("larger: %v", got.Larger)
	}
}
