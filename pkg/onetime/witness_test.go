package onetime

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/devops"
)

// A claimer is a service whose answers are set by a test: each list in turn, the last
// one for good.
type claimer struct {
	lists   [][]string
	expires map[string]string
	delete  int // status of a DELETE; 204 if 0
	looks   int
}

func (c *claimer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodDelete {
		w.WriteHeader(cmp.Or(c.delete, http.StatusNoContent))
		return
	}
	now := c.lists[min(c.looks, len(c.lists)-1)]
	c.looks++
	type client struct {
		ClientID    string  `json:"clientId"`
		TokenExpiry *string `json:"tokenExpiry"`
	}
	clients := []client{}
	for _, id := range now {
		one := client{ClientID: id}
		if at, ok := c.expires[id]; ok {
			one.TokenExpiry = &at
		}
		clients = append(clients, one)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"clients": clients})
}

// witness returns a witness of the service, which saw the tokens before.
func (c *claimer) witness(t *testing.T, before ...string) *Witness {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	client, err := devops.New(devops.Config{Token: "AstraCS:caller:0", URL: server.URL, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	w := &Witness{Tokens: client.Tokens, Journal: Journal{Dir: t.TempDir()}, Caller: "caller", Now: time.Now, pauses: make([]time.Duration, len(absence.Pauses()))}
	known := []devops.Token{}
	for _, id := range before {
		at, _ := time.Parse(time.RFC3339, c.expires[id])
		known = append(known, devops.Token{ClientID: id, ExpiresAt: at})
	}
	w.Expect(known)
	return w
}

// TestGone decides by what the lists say, and by what they do not, whether a token is
// gone.
func TestGone(t *testing.T) {
	t.Parallel()
	all, without := []string{"caller", "a", "x"}, []string{"caller", "a"}
	incomplete := absence.ErrUnproven
	for name, c := range map[string]struct {
		lists    [][]string
		expires  map[string]string
		accepted bool
		rejected bool // asked with its stored secret
		deleted  string
		want     error
		looks    int
	}{
		"accepted and gone":             {lists: [][]string{without}, accepted: true, looks: 1},
		"accepted and late":             {lists: [][]string{all, all, without}, accepted: true, looks: 3},
		"accepted and still there":      {lists: [][]string{all}, accepted: true, want: absence.ErrStillListed, looks: 5},
		"failed and still there":        {lists: [][]string{all}, want: absence.ErrStillListed, looks: 1},
		"failed and gone":               {lists: [][]string{without}, looks: 2},
		"failed and back again":         {lists: [][]string{without, all}, want: absence.ErrStillListed, looks: 2},
		"an empty list":                 {lists: [][]string{{}}, accepted: true, want: incomplete, looks: 5},
		"a page without the caller":     {lists: [][]string{{"a"}}, accepted: true, want: incomplete, looks: 5},
		"a page without another":        {lists: [][]string{{"caller"}}, accepted: true, want: incomplete, looks: 5},
		"a page at first":               {lists: [][]string{{"caller"}, without}, accepted: true, looks: 2},
		"another one expired":           {lists: [][]string{{"caller"}}, expires: map[string]string{"a": "2020-01-01T00:00:00Z"}, accepted: true, looks: 1},
		"another one will expire":       {lists: [][]string{{"caller"}}, expires: map[string]string{"a": "2120-01-01T00:00:00Z"}, accepted: true, want: incomplete, looks: 5},
		"another one deleted from here": {lists: [][]string{{"caller"}}, deleted: "a", accepted: true, looks: 1},
		"a page, and rejected":          {lists: [][]string{{}}, accepted: true, rejected: true},
		"failed, and rejected":          {lists: [][]string{{}}, rejected: true},
		"listed, and rejected":          {lists: [][]string{all}, accepted: true, rejected: true, want: absence.ErrStillListed, looks: 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := &claimer{lists: c.lists, expires: c.expires}
			w := service.witness(t, "a")
			if c.deleted != "" {
				if err := w.Journal.NoteDeleted(c.deleted); err != nil {
					t.Fatal(err)
				}
			}
			w.Rejected = func(_ context.Context, id string) (bool, error) { return id == "x" && c.rejected, nil }
			got := w.Gone(t.Context(), map[string]bool{"x": c.accepted})["x"]
			if !errors.Is(got, c.want) || c.looks > 0 && service.looks != c.looks {
				t.Errorf("got %v after %d looks, want %v after %d", got, service.looks, c.want, c.looks)
			}
		})
	}
}

// TestLookNamesWhatIsMissing says which tokens an incomplete list lacks, and expects
// from later lists what earlier ones showed.
func TestLookNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := (&claimer{lists: [][]string{{"caller", "a", "b", "new"}, {"caller", "a"}, {"a", "b", "new"}}}).witness(t, "a", "b")
	for i, want := range [][]string{nil, {"b", "new"}, {"caller"}} {
		sight, err := w.Look(t.Context())
		if err != nil || !slices.Equal(sight.Missing, want) || sight.Complete() != (want == nil) {
			t.Errorf("look %d: %v, %v; want %v", i, sight.Missing, err, want)
		}
	}
}

// TestProofIsNoted counts a token as deleted from here only once that is proven.
func TestProofIsNoted(t *testing.T) {
	t.Parallel()
	for noted, lists := range map[bool][][]string{true: {{"caller"}}, false: {{"caller", "x"}}} {
		w := (&claimer{lists: lists}).witness(t)
		w.Gone(t.Context(), map[string]bool{"x": true})
		if w.Journal.readDeleted()["x"] != noted {
			t.Errorf("%v: %v", lists, w.Journal.readDeleted())
		}
	}
}

// TestPlanExpectsEarlierTokens keeps the tokens that the first attempt saw if the list
// of the second one is incomplete.
func TestPlanExpectsEarlierTokens(t *testing.T) {
	t.Parallel()
	expiry := time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)
	service := &claimer{lists: [][]string{{"caller", "new"}}}
	w := service.witness(t)
	iss := Issuer{Tokens: w.Tokens, Journal: w.Journal, Caller: "caller", Now: time.Now, ServiceTime: time.Now}
	earlier := Record{Before: []string{"caller", "old"}, Expires: map[string]time.Time{"old": expiry}}
	plan, err := iss.plan(t.Context(), earlier, nil)
	if err != nil || !slices.Equal(plan.Before, []string{"caller", "new", "old"}) || len(plan.Expires) != 1 || !plan.Expires["old"].Equal(expiry) {
		t.Fatalf("%v, %v, %v", plan.Before, plan.Expires, err)
	}
	if got := iss.witness(plan, nil).Gone(t.Context(), map[string]bool{"new": false})["new"]; !errors.Is(got, absence.ErrStillListed) {
		t.Errorf("%v", got)
	}
	service.lists = [][]string{{"caller"}}
	incomplete := iss.witness(plan, nil)
	incomplete.pauses = make([]time.Duration, len(absence.Pauses()))
	if got := incomplete.Gone(t.Context(), map[string]bool{"new": false})["new"]; !errors.Is(got, absence.ErrUnproven) {
		t.Errorf("a list without old proves that new is gone: %v", got)
	}
}
