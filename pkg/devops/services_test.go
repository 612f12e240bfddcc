package devops

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/secret"
)

const (
	testOrg    = "11111111-2222-4333-8444-555555555555"
	testAda    = "a0a0a0a0-0000-4000-8000-000000000001"
	testCustom = "c0c0c0c0-0000-4000-8000-000000000003"
	testVector = "d1d1d1d1-0000-4000-8000-000000000001"
)

// newFixtureClient returns a client whose one request gets a fixture as
// response.
func newFixtureClient(t *testing.T, code int, name string) (*Client, *script) {
	t.Helper()
	return newScriptedClient(t, status(code, fixture(t, name)))
}

// checkAllSet reports each field without a value.
func checkAllSet(t *testing.T, where string, v reflect.Value) {
	t.Helper()
	if v.IsZero() {
		t.Errorf("%s is not filled", where)
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			checkAllSet(t, where+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case v.Kind() == reflect.Slice:
		if v.Len() == 0 {
			t.Errorf("%s is empty", where)
		}
		for i := range v.Len() {
			checkAllSet(t, fmt.Sprintf("%s[%d]", where, i), v.Index(i))
		}
	}
}

func TestFixturesFillEveryField(t *testing.T) {
	ctx := t.Context()
	for name, call := range map[string]func(*Client) (any, error){
		"GET_v2_currentOrg.json":                 func(c *Client) (any, error) { return c.Orgs.Current(ctx) },
		"GET_v2_organizations_users.json":        func(c *Client) (any, error) { return c.Users.List(ctx) },
		"GET_v2_organizations_user.json":         func(c *Client) (any, error) { return c.Users.Get(ctx, "u") },
		"GET_v2_organizations_role.json":         func(c *Client) (any, error) { return c.Roles.Get(ctx, "r") },
		"POST_v2_organizations_roles.json":       func(c *Client) (any, error) { return c.Roles.Create(ctx, "n", Policy{}) },
		"POST_v2_clientIdSecrets.json":           func(c *Client) (any, error) { return c.Tokens.Create(ctx, NewToken{}) },
		"POST_v2_enterprises_organizations.json": func(c *Client) (any, error) { return c.Orgs.Create(ctx, NewOrg{}) },
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := newFixtureClient(t, 200, name)
			v, err := call(c)
			if err != nil {
				t.Fatal(err)
			}
			checkAllSet(t, "answer", reflect.ValueOf(v))
		})
	}
}

func TestUsers(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "GET_v2_organizations_users.json")), status(200, ""), status(204, ""), status(204, ""))
	members, err := c.Users.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := User{testAda, "ada@example.com", "active", []RoleRef{{"ad0566b5-2a67-49de-89e8-92258c2f2c98", "Organization Administrator"}}}
	if members.OrgName != "Example Org" || len(members.Users) != 2 || members.Users[1].Status != "invited" {
		t.Errorf("got %+v", members)
	}
	if diff := cmp.Diff(want, members.Users[0]); diff != "" {
		t.Error(diff)
	}
	roles := []string{"16a4b1d7-a615-41f8-95ca-52b0280f4d77", testCustom}
	if err := errors.Join(c.Users.Invite(t.Context(), testOrg, "carol@example.com", roles[:1]), c.Users.SetRoles(t.Context(), testAda, roles), c.Users.Remove(t.Context(), testAda)); err != nil {
		t.Error(err)
	}
	checkRequest(t, s.seen[1], "PUT /v2/organizations/users", "PUT_v2_organizations_users.request.json")
	checkRequest(t, s.seen[2], "PUT /v2/organizations/users/"+testAda+"/roles", "PUT_v2_organizations_users_roles.request.json")
	checkRequest(t, s.seen[3], "DELETE /v2/organizations/users/"+testAda, "")
}

// checkRequest compares a request with the expected one.
func checkRequest(t *testing.T, seen, line, name string) {
	t.Helper()
	got, found := strings.CutPrefix(seen, line)
	if !found || name == "" {
		if got != "" {
			t.Errorf("sent %s, want %s", seen, line)
		}
		return
	}
	var a, b any
	if err := errors.Join(json.Unmarshal([]byte(got), &a), json.Unmarshal([]byte(fixture(t, name)), &b)); err != nil {
		t.Errorf("%s: %v", seen, err)
	}
	if diff := cmp.Diff(b, a); diff != "" {
		t.Errorf("%s: %s", line, diff)
	}
}

func TestUsersInSmallLetters(t *testing.T) {
	c, _ := newScriptedClient(t, status(200, `{"orgID":"o","orgName":"n","users":[{"userID":"u","email":"e","status":"later","roles":null}]}`))
	got, err := c.Users.List(t.Context())
	if diff := cmp.Diff(Members{"o", "n", []User{{"u", "e", "later", []RoleRef{}}}}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestRoles(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "GET_v2_organizations_roles.json")), status(201, fixture(t, "POST_v2_organizations_roles.json")), status(200, ""))
	roles, err := c.Roles.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(roles) != 2 || roles[0].Policy.Resources[0] != "drn:astra:org:__ORG_ID__" || !roles[0].UpdatedAt.IsZero() {
		t.Errorf("got %+v", roles)
	}
	made, err := c.Roles.Create(t.Context(), roles[1].Name, roles[1].Policy)
	if diff := cmp.Diff(roles[1], made); diff != "" || err != nil {
		t.Error("a role reads differently when it was just made:", diff, err)
	}
	if err := c.Roles.Update(t.Context(), made.ID, made.Name, made.Policy); err != nil {
		t.Error(err)
	}
	checkRequest(t, s.seen[1], "POST /v2/organizations/roles", "POST_v2_organizations_roles.request.json")
	checkRequest(t, s.seen[2], "PUT /v2/organizations/roles/"+testCustom, "POST_v2_organizations_roles.request.json")
}

func TestARoleBodyHasNoNull(t *testing.T) {
	c, s := newScriptedClient(t, status(200, ""))
	if err := c.Roles.Update(t.Context(), "r", "n", Policy{}); err != nil {
		t.Error(err)
	}
	if want := `PUT /v2/organizations/roles/r {"name":"n","policy":{"description":"","resources":[],"actions":[],"effect":"allow"}}`; s.seen[0] != want {
		t.Errorf("sent %s", s.seen[0])
	}
}

// TestTokensOfAnotherOrganization uses the paths of the enterprise.
func TestTokensOfAnotherOrganization(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "POST_v2_tokens.json")), status(200, fixture(t, "GET_v2_clientIdSecrets.json")), status(204, ""))
	made, err := c.Tokens.Create(t.Context(), NewToken{
		Roles: []string{"ad0566b5-2a67-49de-89e8-92258c2f2c98"}, OrgID: testOrg, Description: "deploy pipeline", ExpiresAt: time.Date(2027, 2, 3, 4, 5, 6, 0, time.UTC),
	})
	if err != nil || made.OrgID != testOrg {
		t.Fatalf("got %+v, %v", made, err)
	}
	checkRequest(t, s.seen[0], "POST /v2/tokens", "POST_v2_tokens.request.json")
	if tokens, err := c.Tokens.ListEnterprise(t.Context()); err != nil || len(tokens) != 2 || s.seen[1] != "GET /v2/tokens" {
		t.Errorf("got %+v, %v by %s", tokens, err, s.seen[1])
	}
}

// TestTokensOfAnEnterprise lists with a token that may use one path only.
func TestTokensOfAnEnterprise(t *testing.T) {
	refusal := status(403, `{"errors":[{"ID":403,"message":"no"}]}`)
	c, s := newScriptedClient(t, refusal, status(200, fixture(t, "GET_v2_clientIdSecrets.json")), refusal, status(404, "404 page not found"))
	if tokens, err := c.Tokens.List(t.Context()); err != nil || len(tokens) != 2 || s.seen[1] != "GET /v2/tokens" {
		t.Errorf("got %+v, %v by %s", tokens, err, s.seen)
	}
	if _, err := c.Tokens.List(t.Context()); !errors.Is(err, ErrForbidden) {
		t.Errorf("got %v", err)
	}
	c, _ = newScriptedClient(t, refusal, refusal)
	if _, err := c.Tokens.List(t.Context()); !errors.Is(err, ErrForbidden) {
		t.Errorf("got %v", err)
	}
	c, _ = newScriptedClient(t, refusal, status(500, ""), status(500, ""), status(500, ""), status(500, ""), status(500, ""))
	if _, err := c.Tokens.List(t.Context()); errors.Is(err, ErrForbidden) || !errors.Is(err, ErrServer) {
		t.Errorf("got %v", err)
	}
}

func TestTokens(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "GET_v2_clientIdSecrets.json")), status(200, fixture(t, "POST_v2_clientIdSecrets.json")), status(204, ""))
	tokens, err := c.Tokens.List(t.Context())
	if err != nil || len(tokens) != 2 || !tokens[1].ExpiresAt.IsZero() || tokens[1].Description != "" {
		t.Fatalf("got %+v, %v", tokens, err)
	}
	expires := time.Date(2027, 2, 3, 4, 5, 6, 0, time.UTC)
	made, err := c.Tokens.Create(t.Context(), NewToken{
		Roles: tokens[0].Roles, Description: "deploy pipeline", ExpiresAt: expires.In(time.FixedZone("", 3600)),
	})
	if err != nil {
		t.Fatal(err)
	}
	checkRequest(t, s.seen[1], "POST /v2/clientIdSecrets", "POST_v2_clientIdSecrets.request.json")
	if got, err := secret.ParseToken(made.Token.Reveal()); err != nil || got.ClientID != made.ClientID || made.ClientID != tokens[0].ClientID || !made.ExpiresAt.Equal(expires) {
		t.Errorf("got %+v, %v", made, err)
	}
	if err := c.Tokens.Delete(t.Context(), made.ClientID); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyTokenListMustBeThere(t *testing.T) {
	c, _ := newScriptedClient(t, status(200, `{"clients":null}`), status(200, `{}`))
	if got, err := c.Tokens.List(t.Context()); err != nil || got == nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := c.Tokens.List(t.Context()); !errors.Is(err, ErrInvalidResponse) {
		t.Errorf("nothing passes for an empty list: %v", err)
	}
}

func TestDatabases(t *testing.T) {
	c, s := newFixtureClient(t, 200, "GET_v2_databases.json")
	got, err := Collect(c.Databases.All(t.Context(), "all"))
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	checkRequest(t, s.seen[0], "GET /v2/databases?include=all&limit=100", "")
	vector, classic := got[0], got[1]
	if vector.Type != "vector" || classic.Type != "classic" || classic.Tier != "C10" || classic.Status != "PARKED" || vector.Cloud != "GCP" {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([][]string{{"default_keyspace", "shop"}, {"archive", "ledger"}, {"us-east1", "us-east4"}, {"us-east-1"}},
		[][]string{vector.Keyspaces, classic.Keyspaces, vector.Regions, classic.Regions}); diff != "" {
		t.Error(diff)
	}
	want := Datacenter{ID: testVector + "-2", Name: "dc-2", Region: "us-east4", Tier: "serverless", Cloud: "GCP", Nodes: vector.Datacenters[1].Nodes}
	if diff := cmp.Diff(want, vector.Datacenters[1]); diff != "" {
		t.Error(diff)
	}
	if vector.Endpoint != "https://"+testVector+"-us-east1.apps.astra.datastax.com/api/rest" {
		t.Error(vector.Endpoint)
	}
}

func TestADatabaseOfFewWords(t *testing.T) {
	c, _ := newScriptedClient(t, status(200, `{"id":"d","info":{"tier":"serverless"},"creationTime":"once upon a time"}`))
	got, err := c.Databases.Get(t.Context(), "d")
	want := Database{ID: "d", Tier: "serverless", Type: "serverless", Regions: []string{}, Keyspaces: []string{}, Datacenters: []Datacenter{}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// page responds with n databases with consecutive IDs.
func page(from, n int) reply {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`{"id":"d%d"}`, from+i)
	}
	return status(200, "["+strings.Join(list, ",")+"]")
}

func TestDatabasesCome100AtATime(t *testing.T) {
	c, s := newScriptedClient(t, page(0, 100), page(100, 100), page(200, 7))
	got, err := Collect(c.Databases.All(t.Context(), ""))
	if err != nil || len(got) != 207 || got[206].ID != "d206" {
		t.Fatal(len(got), err)
	}
	want := []string{"GET /v2/databases?limit=100", "GET /v2/databases?limit=100&starting_after=d99", "GET /v2/databases?limit=100&starting_after=d199"}
	if diff := cmp.Diff(want, s.seen); diff != "" {
		t.Error(diff)
	}
	for _, last := range []reply{page(0, 0), status(200, "null")} {
		c, _ = newScriptedClient(t, page(0, 100), last)
		if got, err := Collect(c.Databases.All(t.Context(), "")); err != nil || len(got) != 100 {
			t.Error(len(got), err)
		}
	}
}

func TestALoopThatStopsFetchesNoMore(t *testing.T) {
	c, s := newScriptedClient(t, page(0, 100))
	for db, err := range c.Databases.All(t.Context(), "") {
		if db.ID != "d0" || err != nil {
			t.Error(db.ID, err)
		}
		break
	}
	if len(s.seen) != 1 {
		t.Errorf("sent %q", s.seen)
	}
}

func TestAListThatGoesInCirclesEnds(t *testing.T) {
	c, s := newScriptedClient(t, page(0, 100), page(100, 100), page(0, 100))
	if got, err := Collect(c.Databases.All(t.Context(), "")); !errors.Is(err, ErrInvalidResponse) || got != nil || len(s.seen) != 3 {
		t.Errorf("%d databases, %v, sent %q", len(got), err, s.seen)
	}
}

func TestAListThatBreaksSaysSo(t *testing.T) {
	c, _ := newScriptedClient(t, page(0, 100), status(401, "null"))
	if got, err := Collect(c.Databases.All(t.Context(), "")); !errors.Is(err, ErrForbidden) || got != nil {
		t.Errorf("%d databases, %v", len(got), err)
	}
}

// TestOnlyWholeListsAreTold checks that truncated lists, and those that the
// caller stopped reading, are not passed to Config.Listed.
func TestOnlyWholeListsAreTold(t *testing.T) {
	for _, c := range []struct {
		name    string
		replies []reply
		stop    bool
		want    []int // lengths of the lists passed
	}{
		{"whole", []reply{page(0, 100), page(100, 7)}, false, []int{107}},
		{"empty", []reply{page(0, 0)}, false, []int{0}},
		{"broken", []reply{page(0, 100), status(401, "null")}, false, nil},
		{"stopped", []reply{page(0, 100)}, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var told []int
			client := newClient(t, Config{
				URL: "https://api.example.com", Transport: &script{replies: c.replies},
				OnList: func(list any) { told = append(told, len(list.([]Database))) },
			})
			for range client.Databases.All(t.Context(), "") {
				if c.stop {
					break
				}
			}
			if diff := cmp.Diff(c.want, told); diff != "" {
				t.Error(diff)
			}
		})
	}
}
