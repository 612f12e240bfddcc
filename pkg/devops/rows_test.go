package devops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// endlessPages responds to each request with another page.
type endlessPages struct {
	rows, pages int
	pad         string
}

func (e *endlessPages) RoundTrip(req *http.Request) (*http.Response, error) {
	var b strings.Builder
	b.WriteByte('[')
	for i := range e.rows {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"d%d-%d","status":%q}`, e.pages, i, e.pad)
	}
	b.WriteByte(']')
	e.pages++
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(b.String())), Request: req}, nil
}

// TestAListWithoutAnEnd checks that an endless list is not read forever,
// whether its pages are small, have many rows, or are large.
func TestAListWithoutAnEnd(t *testing.T) {
	t.Parallel()
	for name, service := range map[string]*endlessPages{
		"small pages":        {rows: 100},
		"pages of many rows": {rows: 20_000},
		"large pages":        {rows: 100, pad: strings.Repeat("x", 40_000)},
	} {
		for list, ask := range map[string]func(*Client) error{
			"databases": func(c *Client) error { _, err := Collect(c.Databases.All(t.Context(), "")); return err },
			"costs":     func(c *Client) error { _, err := c.Billing.Costs(t.Context()); return err },
		} {
			service.pages = 0
			err := ask(newClient(t, Config{URL: "https://api.example.com", Transport: service}))
			if !errors.Is(err, ErrInvalidResponse) || !strings.Contains(err.Error(), "the list does not end") || service.pages > maxPages+1 {
				t.Errorf("%s of %s: %v after %d pages", name, list, err, service.pages)
			}
		}
	}
}

// TestTooMuch has documents that are small as text and large in memory.
func TestTooMuch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		ask        func(context.Context, *Client) (any, error)
	}{
		{"rows", `{"clients":[` + repeatRows(`{"clientId":"c%d"}`, maxRows+1) + `]}`, func(ctx context.Context, c *Client) (any, error) { return c.Tokens.List(ctx) }},
		{"regions", `[` + repeatRows(`{"name":"r%d"}`, maxRows+1) + `]`, func(ctx context.Context, c *Client) (any, error) { return c.Regions.ListServerless(ctx) }},
		{"empty rows", `[` + repeatRows(`{}`, maxRows+1) + `]`, func(ctx context.Context, c *Client) (any, error) { return c.Keys.List(ctx, false) }},
		{"empty values", `[` + repeatRows(`{}`, maxValues+1) + `]`, func(ctx context.Context, c *Client) (any, error) { return c.Keys.List(ctx, false) }},
		{"keyspaces", `{"id":"d","info":{"keyspaces":[` + repeatRows(`"k%d"`, maxValues+1) + `]}}`, func(ctx context.Context, c *Client) (any, error) { return c.Databases.Get(ctx, "d") }},
		{"actions", `[{"id":"r","policy":{"actions":[` + repeatRows(`""`, maxValues+1) + `]}}]`, func(ctx context.Context, c *Client) (any, error) { return c.Roles.List(ctx) }},
		{"addresses", `{"databaseId":"d","addresses":[` + repeatRows(`{"address":"10.0.0.0/8"}`, maxRows+1) + `]}`, func(ctx context.Context, c *Client) (any, error) { return c.AccessLists.Get(ctx, "d") }},
	} {
		client, _ := newScriptedClient(t, status(http.StatusOK, c.body))
		if _, err := c.ask(t.Context(), client); !errors.Is(err, ErrInvalidResponse) || !strings.Contains(err.Error(), "in the response has more than") && !strings.Contains(err.Error(), "the response has more than") {
			t.Errorf("%s: %.300v", c.name, err)
		}
	}
	client, _ := newScriptedClient(t, status(http.StatusOK, `{"id":"d","info":{"keyspaces":[`+repeatRows(`"k%d"`, maxValues/2)+`]}}`))
	begin := time.Now()
	if d, err := client.Databases.Get(t.Context(), "d"); err != nil || len(d.Keyspaces) != maxValues/2 || time.Since(begin) > 30*time.Second {
		t.Errorf("%d keyspaces after %s: %v", len(d.Keyspaces), time.Since(begin), err)
	}
}

// repeatRows repeats a row, in which %d is a number, and joins the rows with
// commas.
func repeatRows(row string, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.Replace(row, "%d", fmt.Sprint(i), 1)
	}
	return strings.Join(all, ",")
}
