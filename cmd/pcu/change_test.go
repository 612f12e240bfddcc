package pcu

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// TestChange sends a change whose state the steps show one after the other, the
// last one for good.
func TestChange(t *testing.T) {
	begun, complete := state{"PARKING", true, false}, state{"PARKED", true, true}
	lost := &devops.Error{Changes: true, Sent: true}
	away := &devops.Error{Status: 503}
	for name, test := range map[string]struct {
		sent  error
		steps []any // a state or an error
		wait  bool
		limit time.Duration
		exit  exit.Code
		said  string
	}{
		"at once":                      {steps: []any{complete}, said: "Parked batch."},
		"later":                        {steps: []any{begun}, said: "Started parking batch. To wait for it: astra pcu park batch --wait"},
		"shown late":                   {steps: []any{state{}, state{}, begun}, said: "Started parking batch"},
		"without effect":               {steps: []any{state{}}, exit: exit.Server, said: "does not show the change"},
		"refused":                      {sent: devops.ErrInvalid, steps: []any{complete}, exit: exit.Failed, said: "parking batch: invalid request"},
		"lost, and it arrived":         {sent: lost, steps: []any{begun}, said: "Started"},
		"lost for good":                {sent: lost, steps: []any{state{}}, exit: exit.Failed, said: "it is unknown whether"},
		"out of sight":                 {steps: []any{away}, exit: exit.Failed, said: "started parking batch, but its status is unavailable"},
		"waits":                        {steps: []any{begun, begun, complete}, wait: true, said: "Parking batch: parking.\nParked batch (0s)."},
		"waits, with a short outage":   {steps: []any{begun, devops.ErrServer, complete}, wait: true, said: "Parked batch"},
		"waits, and may not see it":    {steps: []any{begun, devops.ErrForbidden}, wait: true, exit: exit.Forbidden, said: "its status is unavailable"},
		"waits until the limit":        {steps: []any{begun}, wait: true, limit: 30 * time.Second, exit: exit.Network, said: "parking batch continues in the service"},
		"waits for what was lost once": {sent: lost, steps: []any{devops.ErrServer, begun, complete}, wait: true, said: "Parked batch"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said bytes.Buffer
				app := &cli.App{Settings: cli.Settings{Getenv: func(string) string { return "" }, Args: []string{"pcu", "park", "batch"}}, Clock: cli.Clock{Now: time.Now}}
				app.Streams = cli.Streams{Settings: &app.Settings, Err: &said}
				ctx := t.Context()
				if test.limit > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.limit)
					defer cancel()
				}
				sent := 0
				err := change{
					doing: "parking batch", done: "Parked batch", waits: true, wait: test.wait,
					send: func(context.Context) error { sent++; return test.sent },
					look: func(context.Context) (state, error) {
						next := test.steps[0]
						if len(test.steps) > 1 {
							test.steps = test.steps[1:]
						}
						if err, failed := next.(error); failed {
							return state{}, err
						}
						return next.(state), nil
					},
				}.run(ctx, app)
				text := said.String()
				if err != nil {
					e := exit.Classify(err)
					text += e.Message + "\n" + e.Hint
				}
				if sent != 1 || exit.Of(err) != test.exit || !strings.Contains(text, test.said) {
					t.Errorf("sent %d times, %v:\n%s", sent, err, text)
				}
			})
		})
	}
}
