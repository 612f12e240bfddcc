package dbchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/secret"
)

// service responds with a status of the database by time.
type service struct {
	begin    time.Time
	statuses map[time.Duration]string
	looks    int
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	s.looks++
	status, code := "", http.StatusOK
	var since time.Duration = -1
	for after, text := range s.statuses {
		if time.Since(s.begin) >= after && after > since {
			since, status = after, text
		}
	}
	body := fmt.Sprintf(`{"id":"d","info":{"name":"shop"},"status":%q}`, status)
	if status == "" {
		code, body = http.StatusNotFound, ""
	}
	if status == "HIDDEN" {
		code, body = http.StatusUnauthorized, "null"
	}
	if status == "BROKEN" {
		code, body = http.StatusBadGateway, ""
	}
	return &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestAwait waits for a database with a fake clock.
func TestAwait(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		statuses map[time.Duration]string
		limit    time.Duration
		exit     exit.Code
		said     []string // on standard error, or parts of the error
		left     bool
	}{
		"a creation": {
			map[time.Duration]string{0: "PENDING", 20 * s: "INITIALIZING", 120 * s: "ACTIVE"},
			20 * time.Minute, exit.OK,
			[]string{"Creating shop: pending.", "Creating shop: pending (10s).", "Creating shop: initializing (", "done, shop is active (2m"},
			false,
		},
		"one that does not show at once": {map[time.Duration]string{0: "", 5 * s: "INITIALIZING", 9 * s: "ACTIVE"}, time.Minute, exit.OK, []string{"done"}, false},
		"a service that is away":         {map[time.Duration]string{0: "PENDING", 5 * s: "BROKEN", 60 * s: "ACTIVE"}, 20 * time.Minute, exit.OK, []string{"done"}, false},
		"a failure":                      {map[time.Duration]string{0: "PENDING", 5 * s: "ERROR"}, time.Minute, exit.Server, []string{"the service reports shop as error"}, false},
		"half a failure":                 {map[time.Duration]string{0: "PENDING", 5 * s: "DEGRADED"}, time.Minute, exit.Server, []string{"shop as degraded"}, false},
		"another client deletes it":      {map[time.Duration]string{0: "PENDING", 5 * s: "TERMINATING"}, time.Minute, exit.Conflict, []string{"shop is now terminating"}, false},
		"an unknown status":              {map[time.Duration]string{0: "PENDING", 5 * s: "DREAMING", 30 * s: "ACTIVE"}, time.Minute, exit.OK, []string{"warning: shop has the unknown status DREAMING", "done"}, false},
		"the time is up":                 {map[time.Duration]string{0: "PENDING"}, 25 * s, exit.Network, []string{"pending (20s)", "the time limit is up", "creating shop continues in the service"}, false},
		"the time left": {
			map[time.Duration]string{0: "PENDING", 15 * s: "ACTIVE"},
			time.Minute, exit.OK,
			[]string{"Creating shop: pending (waiting for at most 1m0s).", "Creating shop: pending (10s, waiting for at most 50s more)."},
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said bytes.Buffer
				app := newApp(&said, []string{"db", "create", "shop", "--wait"})
				remote := &service{begin: time.Now(), statuses: test.statuses}
				client, err := devops.New(devops.Config{Token: secret.Text("x"), Transport: remote, Now: time.Now})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeoutCause(t.Context(), test.limit, fmt.Errorf("the time limit is up: %w", context.DeadlineExceeded))
				defer cancel()
				_, err = newChange(app, &cli.Session{Directory: lookup.New(client, new(async.Group), nil, nil)}, Spec{
					Doing: "creating shop", Left: test.left, Done: func(d devops.Database) bool { return d.Status == "ACTIVE" },
				}).await(ctx, devops.Database{ID: "d", Name: "shop", Status: "PENDING"})
				if got := exit.Of(err); got != test.exit {
					t.Errorf("%v", err)
				}
				text := said.String()
				if err != nil {
					text += err.Error()
				}
				for _, want := range test.said {
					if !strings.Contains(text, want) {
						t.Errorf("%q is not in:\n%s", want, text)
					}
				}
				if lines, most := strings.Count(text, "\n"), int(time.Since(remote.begin)/(10*s))+4; lines > most {
					t.Errorf("%d lines:\n%s", lines, text)
				}
				if most := 100; remote.looks > most {
					t.Errorf("%d requests", remote.looks)
				}
			})
		})
	}
}

// TestAwaitDeletion treats a database that the token may no longer view as
// deleted.
func TestAwaitDeletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, session := changing(t, map[time.Duration]string{0: "TERMINATING", 5 * time.Second: "HIDDEN"})
		d, err := newChange(app, session, Spec{
			Doing: "deleting shop", Done: func(d devops.Database) bool { return d.Status == "TERMINATED" },
		}).await(t.Context(), devops.Database{ID: "d", Name: "shop", Status: "ACTIVE"})
		if err != nil || d.Status != "TERMINATED" {
			t.Error(d.Status, err)
		}
	})
}

func changing(t *testing.T, statuses map[time.Duration]string) (*cli.App, *cli.Session) {
	t.Helper()
	app := newApp(io.Discard, []string{"db", "park", "shop"})
	client, err := devops.New(devops.Config{Token: secret.Text("x"), Transport: &service{begin: time.Now(), statuses: statuses}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return app, &cli.Session{Directory: lookup.New(client, new(async.Group), nil, nil)}
}

// TestChangeIsSent counts the requests of a change.
func TestChangeIsSent(t *testing.T) {
	lost := &devops.Error{Changes: true, Sent: true}
	for name, test := range map[string]struct {
		statuses map[time.Duration]string
		answers  []error
		wait     bool
		sent     int
		exit     exit.Code
		words    string        // of the failure
		took     time.Duration // minimum
	}{
		"at once":              {statuses: map[time.Duration]string{0: "PARKING"}, answers: []error{nil}, sent: 1},
		"after another change": {statuses: map[time.Duration]string{0: "MAINTENANCE", 7 * time.Second: "ACTIVE"}, answers: []error{devops.ErrConflict, nil}, sent: 2},
		"in conflict for good": {
			statuses: map[time.Duration]string{0: "ACTIVE"}, answers: []error{devops.ErrConflict, devops.ErrConflict, devops.ErrConflict, devops.ErrConflict},
			sent: 4, exit: exit.Conflict, took: 7 * time.Second,
		},
		"refused, and so already": {statuses: map[time.Duration]string{0: "PARKED"}, answers: []error{devops.ErrInvalid}, sent: 1},
		"refused":                 {statuses: map[time.Duration]string{0: "ACTIVE"}, answers: []error{devops.ErrInvalid}, sent: 1, exit: exit.Failed},
		"lost, and it arrived":    {statuses: map[time.Duration]string{0: "ACTIVE", time.Second: "PARKING"}, answers: []error{devops.ErrOutcomeUnknown}, sent: 1},
		"lost for good": {
			statuses: map[time.Duration]string{0: "ACTIVE"}, answers: []error{devops.ErrOutcomeUnknown}, sent: 1, exit: exit.Unknown, words: "it is unknown whether the service received the request",
		},
		"an attempt lost, and it arrived": {statuses: map[time.Duration]string{0: "PARKING"}, answers: []error{lost}, sent: 1},
		"an attempt lost for good":        {statuses: map[time.Duration]string{0: "ACTIVE"}, answers: []error{lost}, sent: 1, exit: exit.Failed, words: "astra db park shop"},
		"lost, and it shows in the end":   {statuses: map[time.Duration]string{0: "MAINTENANCE", 40 * time.Second: "PARKED"}, answers: []error{devops.ErrOutcomeUnknown}, wait: true, sent: 1},
		"lost, and something is done": {
			statuses: map[time.Duration]string{0: "MAINTENANCE"}, answers: []error{devops.ErrOutcomeUnknown}, sent: 1, exit: exit.Unknown, words: "shop is maintenance, perhaps because of it",
		},
		"begun, and out of sight": {
			statuses: map[time.Duration]string{0: "BROKEN"}, answers: []error{nil}, sent: 1, exit: exit.Server, words: "started parking shop, but its status is unavailable",
		},
		"in conflict, and out of sight": {
			statuses: map[time.Duration]string{0: "BROKEN"}, answers: []error{devops.ErrConflict}, sent: 1, exit: exit.Server, words: "parking shop was not started",
		},
		"deleted by somebody else": {statuses: map[time.Duration]string{0: "TERMINATING"}, answers: []error{devops.ErrConflict, devops.ErrConflict}, sent: 1, exit: exit.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				app, session := changing(t, test.statuses)
				begin := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				sent := 0
				_, err := Run(ctx, app, session, devops.Database{ID: "d", Name: "shop", Status: "ACTIVE"}, Spec{
					Doing: "parking shop", Wait: test.wait,
					Begun: func(d devops.Database) bool { return d.Status == "PARKING" },
					Done:  func(d devops.Database) bool { return d.Status == "PARKED" },
					Send: func(context.Context) error {
						sent++
						if sent > len(test.answers) {
							return errors.New("sent too often")
						}
						return test.answers[sent-1]
					},
				})
				if diff := cmp.Diff([]any{test.sent, test.exit}, []any{sent, exit.Of(err)}); diff != "" {
					t.Error(err, diff)
				}
				if took := time.Since(begin); took < test.took {
					t.Errorf("took %v", took)
				}
				if err == nil {
					return
				}
				e := exit.Classify(err)
				if text := strings.Join(append(e.Next, e.Message, e.Hint), "\n"); !strings.Contains(text, test.words) {
					t.Errorf("%q is not in:\n%s", test.words, text)
				}
			})
		})
	}
}

func newApp(messages io.Writer, args []string) *cli.App {
	app := &cli.App{
		Settings: cli.Settings{Getenv: func(string) string { return "" }, Args: args},
		Clock:    cli.Clock{Now: time.Now},
	}
	app.Streams = cli.Streams{Settings: &app.Settings, Err: messages}
	return app
}
