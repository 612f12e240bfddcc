package devops

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestRefusals(t *testing.T) {
	html := []string{"Content-Type", "text/html; charset=utf-8"}
	plain := []string{"Content-Type", "text/plain"}
	for _, test := range []struct {
		name    string
		call    func(context.Context, *Client) error
		reply   reply
		want    error
		code    int
		message string
	}{
		{"envelope", list, status(401, fixture(t, "error_envelope.json")), ErrUnauthorized, 340018, "resource not found: no token with that identifier"},
		{"malformed token", list, status(403, `{"errors":[{"ID":340017,"message":"malformed"}]}`), ErrUnauthorized, 340017, "malformed"},
		{"401 null is a missing permission", list, status(401, fixture(t, "error_null.json")), ErrForbidden, 0, ""},
		{"401 empty is a missing permission", list, status(401, ""), ErrForbidden, 0, ""},
		{"401 null where every token may", current, status(401, "null"), ErrUnauthorized, 0, ""},
		{"403", list, status(403, `{"errors":[{"id":"7","message":"no"}]}`), ErrForbidden, 7, "no"},
		{"string", create, status(409, fixture(t, "error_string.json")), ErrConflict, 0, "a role with this name exists already"},
		{"text", create, status(400, fixture(t, "error_text.txt"), plain...), ErrInvalid, 0, "at least one role is required"},
		{"several", list, status(400, `{"errors":[{"ID":1,"message":"a"},{"ID":2,"message":"b"}]}`), ErrInvalid, 1, "a; b"},
		{"message", list, status(404, `{"message":"m","description":"d"}`), ErrNotFound, 0, "m"},
		{"description", list, status(422, `{"message":{},"description":"d"}`), ErrInvalid, 0, "d"},
		{"gone", list, status(410, ``), ErrNotFound, 0, ""},
		{"object of nobody", list, status(400, `{"a":1}`), ErrInvalid, 0, ""},
		{"half an object is not quoted", list, status(400, `{"secret":"S`), ErrInvalid, 0, ""},
		{"first line", list, status(400, "one\ntwo", plain...), ErrInvalid, 0, "one"},
		{"long", list, status(400, strings.Repeat("\u00e4", 1000), plain...), ErrInvalid, 0, strings.Repeat("\u00e4", 500) + "…"},
		{"page", list, status(403, "<p>x", html...), ErrNetwork, 0, "refused before it reached the API, by a web page, perhaps of a proxy or firewall"},
		{"captive portal", list, status(200, "<!DOCTYPE html>"), ErrInvalidResponse, 0, "the response is text/html, perhaps from a proxy or a sign-in page"},
		{"captive portal for a change", remove, status(200, "hello", html...), ErrInvalidResponse, 0, "the response is text/html, perhaps from a proxy or a sign-in page"},
		{"redirect", list, status(302, "", "Location", "https://login.example.com/?next=secret"), ErrInvalidResponse, 0, "redirected to login.example.com"},
		{"malformed redirect", list, status(302, "", "Location", "http://[evil"), ErrInvalidResponse, 0, "redirected"},
		{"half JSON", list, status(200, `{"clients":[`), ErrInvalidResponse, 0, "the response is not the expected JSON"},
		{"other JSON", list, status(200, `{"status":"ok"}`), ErrInvalidResponse, 0, "the response lacks a required field"},
		{"empty", list, status(200, ``), ErrInvalidResponse, 0, "the response is not the expected JSON"},
		{"null element", list, status(200, `{"clients":[null]}`), ErrInvalidResponse, 0, "the response lacks a required field"},
		{"no organization", current, status(200, `{}`), ErrInvalidResponse, 0, "the response lacks a required field"},
		{"the token comes back", list, status(400, "bad token "+testToken+" here", plain...), ErrInvalid, 0, "bad token [secret] here"},
		{"userinfo with an @ comes back", list, status(400, "via http://u:p@ss@proxy/ x", plain...), ErrInvalid, 0, "via http://proxy/ x"},
		{"userinfo comes back", list, status(400, "via http://u:p@proxy/ x", plain...), ErrInvalid, 0, "via http://proxy/ x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, _ := newScriptedClient(t, test.reply, test.reply) // a refused list is read at two paths
			err := test.call(t.Context(), c)
			e, ok := errors.AsType[*Error](err)
			if !ok || !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if e.Code != test.code || e.Message != test.message || !e.Sent {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func current(ctx context.Context, c *Client) error { _, err := c.Orgs.Current(ctx); return err }

func TestErrorText(t *testing.T) {
	c, _ := newScriptedClient(t,
		status(404, `"no such role"`, "X-Request-Id", "abc-1"),
		status(401, "null", "Cf-Ray", "7\x1b[2J"),
		status(504, `{"errors":[{"ID":5,"message":"late"}]}`))
	_, err := c.Roles.Get(t.Context(), "r")
	if got := err.Error(); got != "GET /v2/organizations/roles/r: 404 Not Found: no such role" {
		t.Error(got)
	}
	if e, _ := errors.AsType[*Error](err); e.RequestID != "abc-1" || e.Permission != "org-role-read" || e.Status != 404 {
		t.Errorf("got %+v", e)
	}
	_, err = c.Databases.Get(t.Context(), "d")
	if got := err.Error(); got != "GET /v2/databases/d: 401 Unauthorized" {
		t.Error(got)
	}
	if e, _ := errors.AsType[*Error](err); e.RequestID != "" {
		t.Errorf("a request id with control characters is kept: %q", e.RequestID)
	}
	_, err = c.Roles.Create(t.Context(), "n", Policy{})
	if got := err.Error(); got != "POST /v2/organizations/roles: 504 Gateway Timeout: late: the outcome is unknown" {
		t.Error(got)
	}
}

func TestOnlyDefiniteStatusesAreRefusalsOfACreation(t *testing.T) {
	refused := map[int]bool{400: true, 401: true, 403: true, 404: true, 405: true, 409: true, 413: true, 415: true, 422: true, 429: true, 431: true}
	for code := 201; code < 600; code++ {
		if code == 429 {
			continue // waits; see TestRetries
		}
		c, s := newScriptedClient(t, status(code, "{}"))
		err := create(t.Context(), c)
		if err == nil || errors.Is(err, ErrOutcomeUnknown) == refused[code] || len(s.seen) != 1 {
			t.Errorf("%d: %v after %d requests", code, err, len(s.seen))
		}
	}
}
