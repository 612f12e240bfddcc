package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestInviteIsAnUpsert(t *testing.T) {
	w := newTestSandbox(t)
	invite := func(email, role string) {
		t.Helper()
		w.admin(200, "PUT", "/v2/organizations/users", `{"email":"`+email+`","orgID":"`+w.status.OrgID+`","roles":["`+role+`"]}`)
	}
	invite("new@example.com", roUser)
	first := w.users()[3]
	if first.Status != "invited" || !isUUID(first.UserID) {
		t.Errorf("an invited user is %+v", first)
	}
	invite("New@Example.com", roService)
	want := userOut{first.UserID, "New@Example.com", "invited", []roleRef{{roService, "RO Svc Acct"}}}
	if diff := cmp.Diff([]userOut{want}, w.users()[3:]); diff != "" {
		t.Error(diff)
	}
	invite("owner@example.com", roUser)
	if got := w.users()[0].Status; got != "active" {
		t.Errorf("a member who is invited again is %s", got)
	}
}

func TestRolesOfUsersAreReplaced(t *testing.T) {
	w := newTestSandbox(t)
	path := "/v2/organizations/users/" + w.users()[1].UserID
	w.admin(204, "PUT", path+"/roles", `{"roles":["`+roUser+`","`+roService+`","`+roUser+`"]}`)
	got := read[userOut](t, w.admin(200, "GET", path, ""))
	if diff := cmp.Diff([]roleRef{{roUser, "RO User"}, {roService, "RO Svc Acct"}}, got.Roles); diff != "" {
		t.Error(diff)
	}
	w.admin(204, "DELETE", path, "")
	w.admin(404, "DELETE", path, "")
}

func TestTokenIsMadeFromItsSecret(t *testing.T) {
	w := newTestSandbox(t)
	made := w.newToken(roUser)
	sum := sha256.Sum256([]byte(made.Secret))
	if want := "AstraCS:" + made.ClientID + ":" + hex.EncodeToString(sum[:]); made.Token != want || len(made.Token) != 97 {
		t.Errorf("token %q, want %q", made.Token, want)
	}
	state, err := os.ReadFile(w.status.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{made.Secret, made.Token, made.Token[33:]} {
		if strings.Contains(string(state), text) {
			t.Errorf("the state holds %q", text)
		}
	}
}

func TestTokenExpires(t *testing.T) {
	w := newTestSandbox(t)
	made := read[credentialOut](t, w.admin(200, "POST", "/v2/tokens", `{"roles":["`+roUser+`"],"tokenExpiry":"2026-02-03T04:35:06Z"}`))
	if got := w.send("GET", "/v2/currentOrg", made.Token, ""); got.status != 200 {
		t.Errorf("before: %+v", got)
	}
	if err := w.server.Seed(SeedOptions{Advance: 31 * time.Minute}); err != nil {
		t.Fatal(err)
	}
	if got := w.send("GET", "/v2/currentOrg", made.Token, ""); got.status != 401 || !strings.Contains(got.body, "340018") {
		t.Errorf("after: %+v", got)
	}
	if list := w.admin(200, "GET", "/v2/tokens", ""); !strings.Contains(list, `"tokenExpiry":"2026-02-03T04:35:06Z"`) {
		t.Errorf("the list has no expiry: %s", list)
	}
}

func TestTokenMayDeleteItself(t *testing.T) {
	w := newTestSandbox(t)
	made := w.newToken(orgAdministrator)
	if got := w.send("DELETE", "/v2/clientIdSecrets/"+made.ClientID, made.Token, ""); got.status != 204 {
		t.Errorf("%+v", got)
	}
	if got := w.send("GET", "/v2/currentOrg", made.Token, ""); got.status != 401 || !strings.Contains(got.body, "340018") {
		t.Errorf("after: %+v", got)
	}
}

func TestPublishedTokensHaveTwoKeys(t *testing.T) {
	w := newTestSandbox(t, func(o *Options) { o.PublishedTokens = true })
	want := fmt.Sprintf(`{"clients":[{"clientId":%q,"roles":[%q]}]}`, strings.Split(w.status.Token, ":")[1], orgAdministrator)
	if got := w.admin(200, "GET", "/v2/clientIdSecrets", ""); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestDeletedRoleStaysInTokensAndGrantsNothing(t *testing.T) {
	w := newTestSandbox(t)
	role := w.newRole("Members", []string{"org-user-read"}, []string{""})
	made := w.newToken(role)
	user := w.users()[1].UserID
	w.admin(204, "PUT", "/v2/organizations/users/"+user+"/roles", `{"roles":["`+role+`"]}`)
	if got := w.send("GET", "/v2/organizations/users", made.Token, ""); got.status != 200 {
		t.Errorf("before: %+v", got)
	}
	w.admin(204, "DELETE", "/v2/organizations/roles/"+role, "")
	if got := w.send("GET", "/v2/organizations/users", made.Token, ""); got.status != 403 {
		t.Errorf("after: %+v", got)
	}
	if got := w.send("GET", "/v2/currentOrg", made.Token, ""); got.status != 200 {
		t.Errorf("a token with no live role: %+v", got)
	}
	if list := w.admin(200, "GET", "/v2/tokens", ""); !strings.Contains(list, role) {
		t.Errorf("the token lost its role: %s", list)
	}
	if got := w.users()[1].Roles; len(got) != 0 {
		t.Errorf("the user still has %v", got)
	}
}

func TestChangedRoleChangesTokens(t *testing.T) {
	w := newTestSandbox(t)
	role := w.newRole("Members", []string{"org-user-read"}, []string{""})
	made := w.newToken(role)
	org := "drn:astra:org:" + w.status.OrgID
	w.admin(200, "PUT", "/v2/organizations/roles/"+role,
		`{"name":"members","policy":{"description":"d","resources":["`+org+`"],"actions":["org-token-read"],"effect":"allow"}}`)
	if got := w.send("GET", "/v2/organizations/users", made.Token, ""); got.status != 403 {
		t.Errorf("what was taken: %+v", got)
	}
	if got := w.send("GET", "/v2/tokens", made.Token, ""); got.status != 200 {
		t.Errorf("what was given: %+v", got)
	}
}

func TestNamesOfRolesAreUnique(t *testing.T) {
	w := newTestSandbox(t)
	body := func(name string) string {
		return `{"name":"` + name + `","policy":{"description":"d","resources":[],"actions":["org-read"],"effect":"allow"}}`
	}
	role := w.newRole("Members", []string{"org-read"}, []string{""})
	w.admin(409, "POST", "/v2/organizations/roles", body("MEMBERS"))
	w.admin(200, "PUT", "/v2/organizations/roles/"+role, body("members")) // a role may keep its name
	w.admin(200, "PUT", "/v2/organizations/roles/"+role, body("People"))
	w.admin(201, "POST", "/v2/organizations/roles", body("Members")) // the name is free again
	w.admin(400, "PUT", "/v2/organizations/roles/"+role, body("Members"))
	w.admin(204, "DELETE", "/v2/organizations/roles/"+role, "")
	w.admin(201, "POST", "/v2/organizations/roles", body("People"))
}

func TestDatabasesAreLimitedToTheRole(t *testing.T) {
	w := newTestSandbox(t)
	all := w.databases("")
	one := w.newToken(w.newRole("One", []string{"org-db-view"}, []string{"", ":db:" + all[1].ID}))
	none := w.newToken(w.newRole("None", []string{"org-db-view"}, []string{""}))
	both := w.newToken(w.newRole("Rest", []string{"org-read"}, []string{"", ":db:*"}), roUser)

	list := func(token string) []string {
		t.Helper()
		got := w.send("GET", "/v2/databases", token, "")
		if got.status != 200 {
			t.Errorf("list: %+v", got)
		}
		return ids(read[[]databaseOut](t, got.body))
	}
	if diff := cmp.Diff([][]string{{all[1].ID}, {}, ids(all)}, [][]string{list(one.Token), list(none.Token), list(both.Token)}); diff != "" {
		t.Error(diff)
	}
	if got := w.send("GET", "/v2/databases/"+all[1].ID, one.Token, ""); got.status != 200 {
		t.Errorf("its own: %+v", got)
	}
	if got := w.send("GET", "/v2/databases/"+all[0].ID, one.Token, ""); got.status != 401 || got.body != "null" {
		t.Errorf("another: %+v", got)
	}
}

func ids(databases []databaseOut) []string {
	texts := []string{}
	for _, d := range databases {
		texts = append(texts, d.ID)
	}
	return texts
}

func TestDatabasePages(t *testing.T) {
	w := newTestSandbox(t)
	seeded := ids(w.databases(""))
	var made []db
	for i := range 150 {
		d := demo(fmt.Sprintf("00000000-0000-4000-8000-%012d", i), "owner", w.clock.Now())
		d.Status = []string{"ACTIVE", "TERMINATED", "PARKED"}[i%3]
		made = append(made, d)
	}
	insertRecords(w, databases(), made...)
	count := func(query string) int { return len(w.databases(query)) }
	for query, want := range map[string]int{
		"": 25, "?limit=1000": 100, "?limit=0": 1, "?limit=-3": 1, "?limit=7": 7,
		"?limit=1000&include=terminated": 50, "?limit=1000&include=PARKED": 50, "?limit=100&include=active": 52,
		"?limit=1000&include=non_terminated&provider=all": 100, "?limit=1000&include=NONTERMINATED": 100,
		"?limit=1000&include=whatever": 100, "?limit=1000&include=hibernated": 0,
		"?limit=1000&provider=aws": 1, "?provider=Azure": 0, "?limit=1000&include=terminated&provider=GCP": 50,
		"?include=all&limit=100&starting_after=" + made[148].ID: 1,
	} {
		if got := count(query); got != want {
			t.Errorf("%q: %d databases, want %d", query, got, want)
		}
	}
	var seen []string
	for after := ""; ; after = "&starting_after=" + seen[len(seen)-1] {
		page := ids(w.databases("?limit=40&include=all" + after))
		if len(page) == 0 {
			break
		}
		seen = append(seen, page...)
	}
	if len(seen) != 152 || !slices.Equal(seen[:2], seeded) || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 152 {
		t.Errorf("the pages hold %d databases", len(seen))
	}
	w.admin(400, "GET", "/v2/databases?limit=many", "")
	w.admin(400, "GET", "/v2/databases?starting_after="+unknownID, "")
	w.admin(200, "GET", "/v2/databases/"+made[1].ID, "") // a terminated database can still be read
}

func TestThousandsListFast(t *testing.T) {
	w := newTestSandbox(t)
	const many = 10_000
	list := make([]token, many)
	for i := range list {
		name := fmt.Sprintf("%024d", i)
		list[i] = token{ClientID: name, Roles: []string{roUser}, Hash: hash(name), Created: w.clock.Now()}
	}
	insertRecords(w, tokens(), list...)
	start := time.Now()
	got := read[struct{ Clients []tokenOut }](t, w.admin(200, "GET", "/v2/tokens", ""))
	w.newToken(roUser)
	if took := time.Since(start); took > 5*time.Second { // 0.1 s on an idle machine
		t.Errorf("took %v", took)
	}
	if len(got.Clients) != many+1 {
		t.Errorf("%d tokens", len(got.Clients))
	}
}
