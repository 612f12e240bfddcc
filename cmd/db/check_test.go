package db

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
)

// TestLinks derives the links from answers that no sandbox gives.
func TestLinks(t *testing.T) {
	const endpoint = "https://d-us-east1.apps.astra.datastax.com/api/rest"
	refusal := func(status int, kind error) error {
		return errors.Join(&devops.Error{Method: "GET", Path: "/x", Status: status, Message: "text"}, kind)
	}
	trouble := func(kind devops.Trouble) error {
		return errors.Join(&devops.Error{Method: "GET", Path: "/x", Trouble: kind, Message: "text"}, devops.ErrNetwork)
	}
	restricted := devops.AccessList{Enabled: true, Addresses: []devops.Address{{Address: "203.0.113.9/24", Enabled: true}, {Address: "192.0.2.1"}}}
	for name, test := range map[string]struct {
		change func(*connection)
		want   string // states other than ok, with the fix
	}{
		"all is well": {func(*connection) {}, ""},
		"no address":  {func(c *connection) { c.answer = trouble(devops.Unreachable) }, "address=broken (astra doctor) tls=not checked role=not checked keyspace=not checked"},
		"no proxy":    {func(c *connection) { c.answer = trouble(devops.ProxyLogin) }, "address=broken (astra doctor) tls=not checked role=not checked keyspace=not checked"},
		"no trust":    {func(c *connection) { c.answer = trouble(devops.UnknownAuthority) }, "tls=broken (astra doctor) role=not checked keyspace=not checked"},
		"no role":     {func(c *connection) { c.answer = refusal(401, devops.ErrUnauthorized) }, "role=broken (astra role advise --needs rest) keyspace=not checked"},
		"forbidden":   {func(c *connection) { c.answer = refusal(403, devops.ErrForbidden) }, "role=broken (astra role advise --needs rest) keyspace=not checked"},
		"an unknown address, refused": {
			func(c *connection) { c.answer, c.list = refusal(403, devops.ErrForbidden), restricted },
			"role=not checked access list=broken (astra access-list get --db shop) keyspace=not checked",
		},
		"an own address, not admitted": {
			func(c *connection) {
				c.answer, c.list, c.own = refusal(403, devops.ErrForbidden), restricted, netip.MustParseAddr("192.0.2.1")
			},
			"role=not checked access list=broken (astra access-list add 192.0.2.1 --db shop) keyspace=not checked",
		},
		"an own address, admitted": {
			func(c *connection) {
				c.answer, c.list, c.own = refusal(403, devops.ErrForbidden), restricted, netip.MustParseAddr("203.0.113.77")
			},
			"role=broken (astra role advise --needs rest) keyspace=not checked",
		},
		"restricted, and answered": {func(c *connection) { c.list = restricted }, ""},
		"restricted, and asleep": {
			func(c *connection) { c.list, c.database.Status, c.asked = restricted, "HIBERNATED", false },
			"address=not checked tls=not checked awake=broken (astra db wake shop --wait) role=not checked access list=not checked keyspace=not checked",
		},
		"asleep since the status was read": {func(c *connection) { c.answer = refusal(503, devops.ErrServer) }, "awake=broken (astra db wake shop --wait) role=not checked keyspace=not checked"},
		"no REST API":                      {func(c *connection) { c.answer = refusal(404, devops.ErrNotFound) }, "role=not checked keyspace=not checked"},
		"a failure of the data host":       {func(c *connection) { c.answer = refusal(500, devops.ErrServer) }, "address=broken (astra doctor) role=not checked keyspace=not checked"},
		"a page instead of an answer":      {func(c *connection) { c.answer = refusal(200, devops.ErrInvalidResponse) }, "address=broken (astra doctor) role=not checked keyspace=not checked"},
		"too many requests":                {func(c *connection) { c.answer = refusal(429, devops.ErrRateLimited) }, "role=not checked keyspace=not checked"},
		"deleted": {
			func(c *connection) { c.database.Status, c.asked = "TERMINATED", false },
			"address=not checked tls=not checked awake=broken role=not checked keyspace=not checked",
		},
		"parked": {
			func(c *connection) { c.database.Status, c.asked = "PARKED", false },
			"address=not checked tls=not checked awake=broken (astra db unpark shop --wait) role=not checked keyspace=not checked",
		},
		"a list that may not be read":   {func(c *connection) { c.listErr = devops.ErrForbidden }, "access list=not checked"},
		"no keyspace":                   {func(c *connection) { c.keyspace = "" }, "keyspace=broken (astra keyspace create NAME --db shop)"},
		"another keyspace":              {func(c *connection) { c.keyspace = "more" }, "keyspace=broken (astra keyspace create more --db shop)"},
		"a keyspace outside of a role":  {func(c *connection) { c.usable = nil }, "keyspace=broken (astra token verify)"},
		"a server on this machine":      {func(c *connection) { c.endpoint = "http://127.0.0.1:8787/api/rest" }, "tls=not checked"},
		"the sandbox in this program":   {func(c *connection) { c.embedded = true }, "address=not checked tls=not checked"},
		"a list that is never enforced": {func(c *connection) { c.embedded, c.list = true, restricted }, "address=not checked tls=not checked access list=not checked"},
	} {
		c := connection{
			database: devops.Database{ID: "d", Name: "shop", Status: "ACTIVE", Keyspaces: []string{"app"}},
			clientID: "id", endpoint: endpoint, keyspace: "app", asked: true, usable: []string{"app"},
		}
		test.change(&c)
		var got []string
		for _, l := range c.links() {
			if l.detail == "" {
				t.Errorf("%s: %s has no detail", name, l.name)
			}
			text := l.name + "=" + l.state
			if l.fix != "" {
				text += " (" + l.fix + ")"
			}
			if l.state != linkOK {
				got = append(got, text)
			}
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, text, test.want)
		}
	}
}
