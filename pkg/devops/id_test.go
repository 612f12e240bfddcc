package devops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func unusableIDs() []string {
	return []string{
		"../../x", "..", ".", "a/b", `a\\b`, "a b", "-rf", "_", "~", "$(id)", "a;b", "a\\u0000b", "a\\n", "\\u202eab", "é", "a:b", "a%2fb", "a.b",
		strings.Repeat("a", maxID+1), strings.Repeat("a", 1<<20),
	}
}

// TestUnusableIDs puts malformed IDs into each place of each response.
func TestUnusableIDs(t *testing.T) {
	t.Parallel()
	type ask = func(context.Context, *Client) (any, error)
	for _, c := range []struct {
		name, body string
		ask        ask
	}{
		{"organization", `{"id":%q}`, func(ctx context.Context, c *Client) (any, error) { return c.Orgs.Current(ctx) }},
		{"new organization", `{"organizationID":%q}`, func(ctx context.Context, c *Client) (any, error) { return c.Orgs.Create(ctx, NewOrg{}) }},
		{"enterprise", `{"organizationID":"o","enterpriseID":%q}`, func(ctx context.Context, c *Client) (any, error) { return c.Orgs.Create(ctx, NewOrg{}) }},
		{"users' organization", `{"orgID":%q,"users":[]}`, func(ctx context.Context, c *Client) (any, error) { return c.Users.List(ctx) }},
		{"user", `{"orgID":"o","users":[{"userID":"u"},{"userID":%q}]}`, func(ctx context.Context, c *Client) (any, error) { return c.Users.List(ctx) }},
		{"user's role", `{"userID":"u","roles":[{"id":%q}]}`, func(ctx context.Context, c *Client) (any, error) { return c.Users.Get(ctx, "u") }},
		{"role", `[{"id":"r"},{"id":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.Roles.List(ctx) }},
		{"new role", `{"id":%q}`, func(ctx context.Context, c *Client) (any, error) { return c.Roles.Create(ctx, "r", Policy{}) }},
		{"token", `{"clients":[{"clientId":"c"},{"clientId":%q}]}`, func(ctx context.Context, c *Client) (any, error) { return c.Tokens.List(ctx) }},
		{"database", `[{"id":"d"},{"id":%q}]`, func(ctx context.Context, c *Client) (any, error) { return Collect(c.Databases.All(ctx, "")) }},
		{"costs", `[{"id":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.Billing.Costs(ctx) }},
		{"database's organization", `{"id":"d","orgId":%q}`, func(ctx context.Context, c *Client) (any, error) { return c.Databases.Get(ctx, "d") }},
		{"database's owner", `{"id":"d","ownerId":%q}`, func(ctx context.Context, c *Client) (any, error) { return c.Databases.Get(ctx, "d") }},
		{"database's region", `{"id":"d","info":{"region":%q}}`, func(ctx context.Context, c *Client) (any, error) { return c.Databases.Get(ctx, "d") }},
		{"datacenter", `{"id":"d","info":{"datacenters":[{"id":%q}]}}`, func(ctx context.Context, c *Client) (any, error) { return c.Databases.Get(ctx, "d") }},
		{"datacenter's region", `{"id":"d","info":{"datacenters":[{"region":%q}]}}`, func(ctx context.Context, c *Client) (any, error) { return c.Databases.Get(ctx, "d") }},
		{"region", `[{"name":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.Regions.Enabled(ctx) }},
		{"classic region", `[{"region":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.Regions.Classic(ctx) }},
		{"key's region", `[{"region":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.Keys.List(ctx, false) }},
		{"capacity group", `[{"uuid":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.PCUs.List(ctx) }},
		{"capacity member", `[{"datacenterUUID":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.PCUs.Members(ctx, "g") }},
		{"private link", `{"clusters":[{"clusterID":%q,"datacenters":[{}]}]}`, func(ctx context.Context, c *Client) (any, error) { return c.PrivateLinks.List(ctx) }},
		{"private link's datacenter", `{"clusterID":"d","datacenters":[{"datacenterID":%q}]}`, func(ctx context.Context, c *Client) (any, error) { return c.PrivateLinks.Get(ctx, "d") }},
		{"access list", `[{"databaseId":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.AccessLists.All(ctx) }},
		{"bundle's region", `[{"downloadURL":"https://x","region":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.Databases.Bundles(ctx, "d") }},
		{"bundle's datacenter", `[{"downloadURL":"https://x","datcenterID":%q}]`, func(ctx context.Context, c *Client) (any, error) { return c.Databases.Bundles(ctx, "d") }},
		{"change data capture", `{"tables":[],"regions":[{"datacenterID":%q}]}`, func(ctx context.Context, c *Client) (any, error) { return c.CDC.Get(ctx, "d") }},
		{"consumption", `{"costs":[{"clusterID":%q}]}`, func(ctx context.Context, c *Client) (any, error) { return c.Billing.Usage(ctx, Period{}) }},
		{"report", `{"reportID":%q}`, func(ctx context.Context, c *Client) (any, error) { return c.Billing.Report(ctx, "r") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, bad := range unusableIDs() {
				client, _ := newScriptedClient(t, status(200, strings.Replace(c.body, "%q", `"`+bad+`"`, 1)))
				got, err := c.ask(t.Context(), client)
				if !errors.Is(err, ErrInvalidResponse) && !errors.Is(err, ErrOutcomeUnknown) {
					t.Errorf("%.40q is taken for an id: %.80v, %v", bad, got, err)
				} else if !strings.Contains(err.Error(), errID.Error()) || len(err.Error()) > 300 {
					t.Errorf("%.40q: %.400s", bad, err)
				}
			}
			for _, good := range []string{"a", "0a1b", "FakeFakeFakeFakeFakeFake", testVector + "-12", "us-east_1"} {
				client, _ := newScriptedClient(t, status(200, strings.Replace(c.body, "%q", `"`+good+`"`, 1)))
				if got, err := c.ask(t.Context(), client); err != nil || !strings.Contains(fmt.Sprint(got), good) {
					t.Errorf("%q: %v, %v", good, got, err)
				}
			}
		})
	}
}

// TestUnusableClientID has a malformed client ID in the response to a creation.
// The token cannot be named, so it is not used.
func TestUnusableClientID(t *testing.T) {
	t.Parallel()
	for _, bad := range unusableIDs() {
		body := `{"clientId":"` + bad + `","secret":"s3cr3t","token":"AstraCS:` + bad + `:ffff"}`
		client, _ := newScriptedClient(t, status(http.StatusOK, body))
		made, err := client.Tokens.Create(t.Context(), NewToken{})
		partial, named := errors.AsType[*PartialCredential](err)
		if !errors.Is(err, ErrOutcomeUnknown) || made.ClientID != "" || named && !IsID(partial.ClientID) {
			t.Errorf("%.40q is taken for a client id: %.80v, %v", bad, made, err)
		}
	}
}

func FuzzID(f *testing.F) {
	for _, bad := range unusableIDs() {
		f.Add(bad)
	}
	f.Add(testVector)
	f.Fuzz(func(t *testing.T, s string) {
		if IsID(s) && (strings.ContainsAny(s, "./\\:%$`'\"; \t\n~*?") || s[0] == '-' || len(s) > maxID) {
			t.Errorf("%q", s)
		}
	})
}
