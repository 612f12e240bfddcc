package devops

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func office() Address {
	return Address{"203.0.113.0/24", "office", true, time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)}
}

func TestAccessLists(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "GET_v2_access-lists.json")), status(200, fixture(t, "GET_v2_databases_access-list.json")),
		status(204, ""), status(204, ""), status(204, ""), status(204, ""), status(204, ""))
	want := AccessList{testVector, true, []Address{office()}}
	all, err := c.AccessLists.All(t.Context())
	if diff := cmp.Diff([]AccessList{want}, all); diff != "" || err != nil {
		t.Error(diff, err)
	}
	one, err := c.AccessLists.Get(t.Context(), testVector)
	if diff := cmp.Diff(want, one); diff != "" || err != nil {
		t.Error(diff, err)
	}
	a := c.AccessLists
	if err := errors.Join(a.Add(t.Context(), testVector, one.Addresses), a.Change(t.Context(), testVector, one.Addresses),
		a.Switch(t.Context(), testVector, true), a.Remove(t.Context(), testVector, "203.0.113.0/24"), a.Clear(t.Context(), testVector)); err != nil {
		t.Error(err)
	}
	path := "/v2/databases/" + testVector + "/access-list"
	checkRequest(t, s.seen[2], "POST "+path, "POST_v2_databases_access-list.request.json")
	if want := "PATCH " + path + ` {"addresses":[{"address":"203.0.113.0/24","description":"office","enabled":true}]}`; s.seen[3] != want {
		t.Errorf("sent %s", s.seen[3])
	}
	checkRequest(t, s.seen[4], "PATCH "+path, "PATCH_v2_databases_access-list.request.json")
	checkRequest(t, s.seen[5], "DELETE "+path+"?addresses=203.0.113.0%2F24", "")
	checkRequest(t, s.seen[6], "DELETE "+path, "")
}

// The service deletes the whole list if no address is named.
func TestNoAddressRemovesNothing(t *testing.T) {
	c, s := newScriptedClient(t)
	if err := c.AccessLists.Remove(t.Context(), testVector, ""); !errors.Is(err, ErrInvalid) || len(s.seen) > 0 {
		t.Error(err, s.seen)
	}
}

func TestNoAccessListIsAnEmptyOne(t *testing.T) {
	c, _ := newScriptedClient(t, status(404, "not found"), status(404, `{"errors":[{"ID":404,"message":"none"}]}`))
	list, err := c.AccessLists.Get(t.Context(), testVector)
	if diff := cmp.Diff(AccessList{testVector, false, []Address{}}, list); diff != "" || err != nil {
		t.Error(diff, err)
	}
	addresses, err := c.APIAccess.Get(t.Context(), testOrg)
	if diff := cmp.Diff([]Address{}, addresses); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestAPIAccess(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "GET_v2_organizations_devops-acl.json")), status(201, ""), status(200, ""), status(200, ""), status(202, ""))
	got, err := c.APIAccess.Get(t.Context(), testOrg)
	if diff := cmp.Diff([]Address{office()}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	a := c.APIAccess
	if err := errors.Join(a.Add(t.Context(), testOrg, got), a.Change(t.Context(), testOrg, got[0]), a.Replace(t.Context(), testOrg, got), a.Clear(t.Context(), testOrg)); err != nil {
		t.Error(err)
	}
	path := "/v2/organizations/" + testOrg + "/devops-acl"
	checkRequest(t, s.seen[1], "POST "+path, "PUT_v2_organizations_devops-acl.request.json")
	if want := "PATCH " + path + ` {"address":"203.0.113.0/24","description":"office","enabled":true}`; s.seen[2] != want {
		t.Errorf("sent %s", s.seen[2])
	}
	checkRequest(t, s.seen[3], "PUT "+path, "PUT_v2_organizations_devops-acl.request.json")
	checkRequest(t, s.seen[4], "DELETE "+path, "")
}

// TestAPIAccessIsExtended adds to an existing list, by POST if the service takes
// PATCH for updates only.
func TestAPIAccessIsExtended(t *testing.T) {
	path := "/v2/organizations/" + testOrg + "/devops-acl"
	body := `{"address":"203.0.113.0/24","description":"office","enabled":true}`
	patch, post := "PATCH "+path+" "+body, "POST "+path+" ["+body+"]"
	for _, test := range []struct {
		first reply
		sent  []string
		want  error
	}{
		{status(200, ""), []string{patch}, nil},
		{status(404, `"no such address"`), []string{patch, post}, nil},
		{status(400, `"no such address"`), []string{patch, post}, nil},
		{status(403, ""), []string{patch}, ErrForbidden},
		{status(409, ""), []string{patch}, ErrConflict},
		{status(404, "404 page not found", "Content-Type", "text/plain"), []string{patch}, ErrInvalidResponse},
	} {
		c, s := newScriptedClient(t, test.first, status(201, ""))
		if err := c.APIAccess.Extend(t.Context(), testOrg, office()); !errors.Is(err, test.want) {
			t.Errorf("%v, want %v", err, test.want)
		}
		if diff := cmp.Diff(test.sent, s.seen); diff != "" {
			t.Error(diff)
		}
	}
}
