package devops

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The calls of the tables below, one for each retry policy.
func list(ctx context.Context, c *Client) error { _, err := c.Tokens.List(ctx); return err }

func remove(ctx context.Context, c *Client) error { return c.Tokens.Delete(ctx, "x") }

func removeRole(ctx context.Context, c *Client) error { return c.Roles.Delete(ctx, "x") }

func setRoles(ctx context.Context, c *Client) error {
	return c.Users.SetRoles(ctx, "u", []string{"r"})
}

func create(ctx context.Context, c *Client) error {
	_, err := c.Tokens.Create(ctx, NewToken{Roles: []string{"r"}})
	return err
}

func invite(ctx context.Context, c *Client) error {
	return c.Users.Invite(ctx, "o", "a@example.com", nil)
}

func TestRetries(t *testing.T) {
	const tokens = `{"clients":[]}`
	made := status(200, fixture(t, "POST_v2_clientIdSecrets.json"))
	busy := status(429, "")
	for _, test := range []struct {
		name     string
		call     func(context.Context, *Client) error
		replies  []reply
		requests int
		want     error
		wait     time.Duration // the minimum; the maximum is a quarter more
	}{
		{"a read survives a reset", list, []reply{failWith(reset), status(200, tokens)}, 2, nil, 150 * time.Millisecond},
		{"a read survives a half answer", list, []reply{truncated(`{"cli`), status(200, tokens)}, 2, nil, 0},
		{"a read survives 503 twice", list, []reply{status(503, ""), status(502, ""), status(200, tokens)}, 3, nil, 1500 * time.Millisecond},
		{"a read ends after three", list, []reply{status(500, ""), status(500, ""), status(500, "")}, 3, ErrServer, 1500 * time.Millisecond},
		{"a read is not repeated for 501", list, []reply{status(501, "")}, 1, ErrServer, 0},
		{"a read is not repeated for 404", list, []reply{status(404, "")}, 1, ErrNotFound, 0},
		{"offline is known within a second", list, []reply{failWith(noHost), failWith(noHost), failWith(noHost)}, 3, ErrNetwork, 600 * time.Millisecond},

		{"a new token is not made twice: 502", create, []reply{status(502, "")}, 1, ErrOutcomeUnknown, 0},
		{"a new token is not made twice: 408", create, []reply{status(408, "")}, 1, ErrOutcomeUnknown, 0},
		{"a new token is not made twice: reset", create, []reply{failWith(reset)}, 1, ErrOutcomeUnknown, 0},
		{"a new token is not made twice: half answer", create, []reply{truncated(`{"cli`)}, 1, ErrOutcomeUnknown, 0},
		{"a new token is not made twice: redirect", create, []reply{status(307, "", "Location", "https://elsewhere.example.com/")}, 1, ErrOutcomeUnknown, 0},
		{"a new token is not made twice: page", create, []reply{status(200, "<html>", "Content-Type", "text/html")}, 1, ErrOutcomeUnknown, 0},
		{"a refused token is refused", create, []reply{status(422, "")}, 1, ErrInvalid, 0},
		{"a new token waits for 429", create, []reply{busy, made}, 2, nil, time.Second},
		{"a new token waits for 429 twice", create, []reply{busy, busy, busy}, 3, ErrRateLimited, 3 * time.Second},
		{"a new token is sent again if nobody was there", create, []reply{failWith(refused), made}, 2, nil, 0},
		{"nobody there, then lost", create, []reply{failWith(refused), failWith(reset)}, 2, ErrOutcomeUnknown, 0},
		{"nobody there at all", create, []reply{failWith(refused), failWith(refused), failWith(refused)}, 3, ErrNetwork, 0},
		{"an invitation is not sent twice", invite, []reply{status(500, "")}, 1, ErrOutcomeUnknown, 0},

		{"a replacement may be sent twice", setRoles, []reply{failWith(reset), status(204, "")}, 2, nil, 0},
		{"a removal may be sent twice", remove, []reply{status(503, ""), status(204, "")}, 2, nil, 0},
		{"gone after a lost answer is done", removeRole, []reply{failWith(reset), status(404, "")}, 2, nil, 0},
		{"gone after a lost answer is no proof for a token", remove, []reply{failWith(reset), status(404, "")}, 2, ErrNotFound, 0},
		{"gone after 500 is done", removeRole, []reply{status(500, ""), status(404, "")}, 2, nil, 0},
		{"gone from the beginning is not", remove, []reply{status(404, "")}, 1, ErrNotFound, 0},
		{"gone after 429 is not", remove, []reply{busy, status(404, "")}, 2, ErrNotFound, time.Second},

		{"Retry-After is heard", list, []reply{status(429, "", "Retry-After", "7"), status(200, tokens)}, 2, nil, 7 * time.Second},
		{"Retry-After is waited for", list, []reply{status(429, "", "Retry-After", "90"), status(200, tokens)}, 2, nil, 90 * time.Second},
		{"Retry-After is heard each time", create, []reply{status(429, "", "Retry-After", "90"), status(429, "", "Retry-After", "45"), made}, 3, nil, 135 * time.Second},
		{"Retry-After may be a part of a second", list, []reply{status(429, "", "Retry-After", "2.5"), status(200, tokens)}, 2, nil, 2500 * time.Millisecond},
		{"Retry-After may be zero", list, []reply{status(429, "", "Retry-After", "0"), status(200, tokens)}, 2, nil, time.Second},
		{"Retry-After may be negative", list, []reply{status(429, "", "Retry-After", "-5"), status(200, tokens)}, 2, nil, time.Second},
		{"the longest Retry-After counts", list, []reply{status(429, "", "Retry-After", "2", "Retry-After", "9"), status(200, tokens)}, 2, nil, 9 * time.Second},
		{"an absurd Retry-After is not waited for", list, []reply{status(429, "", "Retry-After", "999999")}, 1, ErrRateLimited, 0},
		{"nor one that is no number of ours", list, []reply{status(503, "", "Retry-After", "18446744073709551616000000000000")}, 1, ErrServer, 0},
		{"nor a date in a far year", list, []reply{status(503, "", "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")}, 1, ErrServer, 0},
		{"Retry-After may be a date of the past", list, []reply{status(429, "", "Retry-After", "Sat, 01 Aug 1998 10:00:08 GMT"), status(200, tokens)}, 2, nil, time.Second},
		{"Retry-After may be a date without another", list, []reply{status(429, "", "Retry-After", "Sat, 01 Jan 2000 00:00:20 GMT"), status(200, tokens)}, 2, nil, 20 * time.Second},
		{"Retry-After may be a date", list, []reply{status(503, "",
			"Retry-After", "Sat, 01 Aug 2026 10:00:08 GMT", "Date", "Sat, 01 Aug 2026 10:00:00 GMT"), status(200, tokens)}, 2, nil, 8 * time.Second},
		{"Retry-After may be nonsense", list, []reply{status(429, "", "Retry-After", "soon"), status(200, tokens)}, 2, nil, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := newScriptedClient(t, test.replies...)
				begin := time.Now()
				err := test.call(t.Context(), c)
				if !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if len(s.seen) != test.requests {
					t.Errorf("%d requests, want %d: %q", len(s.seen), test.requests, s.seen)
				}
				for _, seen := range s.seen {
					if seen != s.seen[0] {
						t.Errorf("the request changed from %s to %s", s.seen[0], seen)
					}
				}
				most := max(test.wait+test.wait/4+time.Millisecond, time.Second)
				if waited := time.Since(begin); waited < test.wait || waited > most {
					t.Errorf("waited %s, want %s to %s", waited, test.wait, most)
				}
			})
		})
	}
}

func TestAHangEndsWithItsAttempt(t *testing.T) {
	hang := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	for name, test := range map[string]struct {
		call func(context.Context, *Client) error
		want error
	}{"read": {list, ErrNetwork}, "once": {create, ErrOutcomeUnknown}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := newScriptedClient(t, hang)
				begin := time.Now()
				err := test.call(t.Context(), c)
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), "no response within 30s") || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				if time.Since(begin) != 30*time.Second || len(s.seen) != 1 {
					t.Errorf("%d requests in %s", len(s.seen), time.Since(begin))
				}
			})
		})
	}
}

func TestAnInterruptedCall(t *testing.T) {
	for name, test := range map[string]struct {
		call  func(context.Context, *Client) error
		reply reply
		want  error
	}{
		"read in flight":   {list, nil, context.Canceled},
		"removal":          {remove, nil, context.Canceled},
		"once in flight":   {create, nil, ErrOutcomeUnknown},
		"once put off":     {create, status(429, "", "Retry-After", "20"), context.Canceled},
		"read put off":     {list, status(503, "", "Retry-After", "20"), context.Canceled},
		"refused for good": {create, status(409, ""), ErrConflict},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(5*time.Second, cancel)
				c, s := newScriptedClient(t, func(req *http.Request) (*http.Response, error) {
					if test.reply != nil {
						return test.reply(req)
					}
					<-req.Context().Done()
					return nil, req.Context().Err()
				})
				err := test.call(ctx, c)
				if !errors.Is(err, test.want) || len(s.seen) != 1 {
					t.Errorf("got %v after %d requests, want %v", err, len(s.seen), test.want)
				}
				if errors.Is(err, ErrOutcomeUnknown) && errors.Is(err, context.Canceled) {
					t.Error("an unknown outcome must not pass for an interruption")
				}
			})
		})
	}
}

func TestACallThatIsOverBeforeItBeginsIsNotSent(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, s := newScriptedClient(t)
	if err := create(ctx, c); !errors.Is(err, context.Canceled) || len(s.seen) != 0 {
		t.Errorf("got %v, sent %q", err, s.seen)
	}
}

func TestAWaitBeyondTheDeadlineIsNotBegun(t *testing.T) {
	for name, now := range map[string]func() time.Time{"with a clock": time.Now, "without": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				s := &script{replies: []reply{status(429, "", "Retry-After", "60")}}
				c := newClient(t, Config{URL: "https://api.example.com", Transport: s, Now: now})
				begin := time.Now()
				if err := list(ctx, c); !errors.Is(err, ErrRateLimited) {
					t.Errorf("got %v", err)
				}
				if waited := time.Since(begin); now != nil && waited != 0 || waited > 10*time.Second {
					t.Errorf("waited %s", waited)
				}
			})
		})
	}
}

func TestTraceSeesEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []Exchange
		slow := func(req *http.Request) (*http.Response, error) {
			time.Sleep(3 * time.Second)
			return status(503, "")(req)
		}
		s := &script{replies: []reply{failWith(refused), slow, status(204, "")}}
		c := newClient(t, Config{URL: "https://api.example.com", Transport: s, Now: time.Now, Trace: func(x Exchange) { seen = append(seen, x) }})
		if err := remove(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 3 || seen[0].Err == nil || seen[1].Err != nil || seen[1].Status != 503 || seen[1].Duration != 3*time.Second ||
			seen[2].Attempt != 3 || seen[2].Method != http.MethodDelete || seen[2].Path != "/v2/clientIdSecrets/x" {
			t.Errorf("seen %+v", seen)
		}
	})
}

func TestASignalIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5*time.Second, func() { cancel(errors.New("terminated")) })
		c, _ := newScriptedClient(t, func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		if err := list(ctx, c); !errors.Is(err, context.Canceled) || err.Error() != "GET /v2/clientIdSecrets: terminated" {
			t.Errorf("got %v", err)
		}
	})
}
