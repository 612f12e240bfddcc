package bulk

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// closing accepts requests, and rejects all from the tenth on for a while.
type closing struct {
	until time.Time
	after string
	seen  []time.Time
}

func (s *closing) RoundTrip(r *http.Request) (*http.Response, error) {
	s.seen = append(s.seen, time.Now())
	a := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}
	if len(s.seen) >= 10 && time.Now().Before(s.until) {
		a.StatusCode = http.StatusTooManyRequests
		a.Header.Set("Retry-After", s.after)
	}
	return a, nil
}

func TestARunPausesForAsLongAsTheServiceAsks(t *testing.T) {
	for name, test := range map[string]struct {
		limit time.Duration
		want  map[string]int
		last  time.Duration // minimum time of the last request
	}{
		"with room":    {time.Hour, map[string]int{"ok 0": 40}, 2 * time.Minute},
		"without room": {time.Minute, map[string]int{"ok 0": 9, "failed 13": 1, "not started 13": 30}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				s := &closing{until: begin.Add(2 * time.Minute), after: "120"}
				c := client(t, s)
				rows := make([]Row, 40)
				for i := range rows {
					rows[i].Do = func(ctx context.Context) error { return c.Users.Invite(ctx, "o", "a@example.com", []string{"r"}) }
				}
				o := testOptions()
				o.Limit = 1
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				defer cancel()
				got := map[string]int{}
				for _, w := range words(Run(ctx, rows, o)) {
					got[w]++
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
				for _, at := range s.seen[10:] {
					if early := begin.Add(2 * time.Minute).Sub(at); early > 0 {
						t.Errorf("a request was sent %s too early", early)
					}
				}
				if took := s.seen[len(s.seen)-1].Sub(begin); took < test.last {
					t.Errorf("the last request came after %s", took)
				}
			})
		})
	}
}
