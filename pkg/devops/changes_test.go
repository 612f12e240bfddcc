package devops

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCreateDatabase(t *testing.T) {
	c, s := newScriptedClient(t, status(201, "", "Location", testVector), status(201, "", "Location", testVector))
	id, err := c.Databases.Create(t.Context(), NewDatabase{Name: "shop", Type: "vector", Cloud: "gcp", Region: "us-east1", Keyspace: "app"})
	if id != testVector || err != nil {
		t.Error(id, err)
	}
	_, err = c.Databases.Create(t.Context(), NewDatabase{
		Name: "ledger", Type: "classic", Cloud: "aws", Region: "us-east-1", Keyspace: "ledger", Tier: "C10", CapacityUnits: 2, User: "clerk", Password: "open sesame",
	})
	if err != nil {
		t.Error(err)
	}
	checkRequest(t, s.seen[0], "POST /v2/databases", "POST_v2_databases.request.json")
	checkRequest(t, s.seen[1], "POST /v2/databases", "POST_v2_databases_classic.request.json")
}

// TestCreateDatabaseIsSentOnce checks that an ambiguous response leaves the
// outcome unknown.
func TestCreateDatabaseIsSentOnce(t *testing.T) {
	for name, answer := range map[string]reply{
		"no id":     status(201, ""),
		"no uuid":   status(201, "", "Location", "/v2/databases/"+testVector+"/x"),
		"a gateway": status(502, ""),
		"a page":    status(200, "<html>", "Content-Type", "text/html"),
		"a reset":   failWith(reset),
	} {
		c, s := newScriptedClient(t, answer, status(201, "", "Location", testVector))
		if _, err := c.Databases.Create(t.Context(), NewDatabase{Name: "shop"}); !errors.Is(err, ErrOutcomeUnknown) || len(s.seen) != 1 {
			t.Errorf("%s: %v, sent %d times", name, err, len(s.seen))
		}
	}
}

// TestCreateDatabaseAcceptsALocation checks the ID alone, which the service
// sends, and the addresses that the name of the header suggests.
func TestCreateDatabaseAcceptsALocation(t *testing.T) {
	for _, location := range []string{testVector, "/v2/databases/" + testVector, "https://api.astra.datastax.com/v2/databases/" + testVector} {
		c, _ := newScriptedClient(t, status(201, "", "Location", location))
		if got, err := c.Databases.Create(t.Context(), NewDatabase{Name: "shop"}); err != nil || got != testVector {
			t.Errorf("%s: %q, %v", location, got, err)
		}
	}
}

// TestPasswordsAreShownToNobody checks requests in dry runs and messages that
// the service repeats.
func TestPasswordsAreShownToNobody(t *testing.T) {
	const password = "open sesame"
	var shown []string
	s := &script{replies: []reply{status(400, `{"errors":[{"ID":1,"message":"bad open sesame"}]}`), status(400, `"bad open sesame"`)}}
	c := newClient(t, Config{URL: "https://api.example.com", Transport: s, Before: func(r Request) error {
		shown = append(shown, cmp.Diff(nil, r.Body))
		return nil
	}})
	_, create := c.Databases.Create(t.Context(), NewDatabase{Name: "x", User: "u", Password: password})
	reset := c.Databases.ResetPassword(t.Context(), "d", "u", password)
	for _, text := range append(shown, create.Error(), reset.Error()) {
		if strings.Contains(text, password) {
			t.Errorf("shown: %s", text)
		}
	}
	if len(shown) != 2 || !errors.Is(create, ErrInvalid) || !strings.Contains(s.seen[1], password) {
		t.Error(shown, create, s.seen)
	}
}

// TestChanges compares the requests of changes, and how often they are sent if
// a gateway fails.
func TestChanges(t *testing.T) {
	d := Database{ID: "d", Tier: "serverless", Cloud: "gcp"}
	for line, test := range map[string]struct {
		body  string
		tries int
		call  func(context.Context, *DatabaseService) error
	}{
		"POST /v2/databases/d/terminate": {"", 1, func(ctx context.Context, s *DatabaseService) error { return s.Terminate(ctx, "d") }},
		"POST /v2/databases/d/park":      {"", 2, func(ctx context.Context, s *DatabaseService) error { return s.Park(ctx, "d") }},
		"POST /v2/databases/d/unpark":    {"", 2, func(ctx context.Context, s *DatabaseService) error { return s.Unpark(ctx, "d") }},
		"POST /v2/databases/d/resize":    {"POST_v2_databases_resize.request.json", 2, func(ctx context.Context, s *DatabaseService) error { return s.Resize(ctx, "d", 3) }},
		"POST /v2/databases/d/resetPassword": {"POST_v2_databases_resetPassword.request.json", 2, func(ctx context.Context, s *DatabaseService) error {
			return s.ResetPassword(ctx, "d", "legacy", "open sesame")
		}},
		"POST /v2/databases/d/keyspaces/k":               {"", 2, func(ctx context.Context, s *DatabaseService) error { return s.CreateKeyspace(ctx, "d", "k") }},
		"DELETE /v2/databases/d/keyspaces/k":             {"", 2, func(ctx context.Context, s *DatabaseService) error { return s.DropKeyspace(ctx, "d", "k") }},
		"POST /v2/databases/d/datacenters":               {"POST_v2_databases_datacenters.request.json", 1, func(ctx context.Context, s *DatabaseService) error { return s.AddRegion(ctx, d, "us-east4") }},
		"POST /v2/databases/d/datacenters/d-2/terminate": {"", 1, func(ctx context.Context, s *DatabaseService) error { return s.RemoveRegion(ctx, "d", "d-2") }},
	} {
		c, s := newScriptedClient(t, status(503, "", "Retry-After", "0"), status(202, ""))
		err := test.call(t.Context(), c.Databases)
		if len(s.seen) != test.tries || (test.tries == 1) != errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("%s: sent %d times, %v", line, len(s.seen), err)
		}
		checkRequest(t, s.seen[0], line, test.body)
	}
}

func TestTwoIDsCannotLeaveTheirPlaces(t *testing.T) {
	c, s := newScriptedClient(t, status(202, ""))
	for _, ids := range [][2]string{{"", "k"}, {"d", ""}, {"d", ".."}, {".", "k"}} {
		if err := c.Databases.DropKeyspace(t.Context(), ids[0], ids[1]); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", ids, err)
		}
	}
	if err := c.Databases.DropKeyspace(t.Context(), "{part}", "../k"); err != nil {
		t.Fatal(err)
	}
	if len(s.seen) != 1 || s.seen[0] != http.MethodDelete+" /v2/databases/%7Bpart%7D/keyspaces/..%2Fk" {
		t.Errorf("sent %q", s.seen)
	}
}

func TestRegions(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	var all, enabled string
	c := newServerClient(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Method+" "+r.URL.RequestURI())
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/v2/availableRegions":
			_, _ = io.WriteString(w, fixture(t, "GET_v2_availableRegions.json"))
		case r.URL.Query().Get("filter-by-org") == "enabled":
			_, _ = io.WriteString(w, enabled)
		default:
			_, _ = io.WriteString(w, all)
		}
	})
	serve := func(everywhere, here string) {
		mu.Lock()
		defer mu.Unlock()
		all, enabled = everywhere, here
	}
	serve(fixture(t, "GET_v2_regions_serverless.json"), fixture(t, "GET_v2_regions_serverless.json"))
	got, err := c.Regions.ListServerless(t.Context())
	want := []Region{
		{"us-east1", "GCP", "US East1 (South Carolina)", "na", "standard", "vector", true, false, []string{"small"}},
		{"ap-southeast-2", "AWS", "Asia Pacific (Sydney)", "apac", "premium_plus", "serverless", false, true, []string{"small"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	got, err = c.Regions.Classic(t.Context())
	want = []Region{{Name: "us-east-1", Cloud: "AWS", DisplayName: "US East (N. Virginia)", Type: "classic", Enabled: true}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	mu.Lock()
	slices.Sort(seen[:2]) // they are sent at the same time
	if diff := cmp.Diff([]string{"GET /v2/regions/serverless?filter-by-org=enabled&region-type=all", "GET /v2/regions/serverless?region-type=all", "GET /v2/availableRegions"}, seen); diff != "" {
		t.Error(diff)
	}
	mu.Unlock()
	const short, nameless = `[{"name":"r"}]`, `[{"name":""}]`
	serve(short, short)
	if got, err = c.Regions.ListServerless(t.Context()); err != nil || !got[0].Enabled || got[0].Type != "serverless" {
		t.Errorf("a region of few words: %+v, %v", got, err)
	}
	for _, one := range [][2]string{{nameless, short}, {short, nameless}} {
		serve(one[0], one[1])
		if _, err = c.Regions.ListServerless(t.Context()); !errors.Is(err, ErrInvalidResponse) {
			t.Errorf("a region without a name: %v", err)
		}
	}
	serve(recorded(t, "regions.json"), `[{"name":"us-east-2","cloudProvider":"aws","region_type":"vector"},{"name":"europe-west3","cloudProvider":"aws"}]`)
	got, err = c.Regions.ListServerless(t.Context())
	if err != nil || !got[0].Enabled || got[1].Enabled || !got[1].Reserved || got[2].Enabled || !slices.Equal(got[2].PCUTypes, []string{"small"}) {
		t.Errorf("regions that are not enabled for the organization: %+v, %v", got, err)
	}
}

func TestStates(t *testing.T) {
	for status, want := range map[string]State{
		"ACTIVE": StateStable, "PARKED": StateStable, "TERMINATED": StateStable, "PENDING": StateChanging, "MAINTENANCE": StateChanging, "TERMINATING": StateChanging,
		"ERROR": StateFailed, "DEGRADED": StateFailed, "DREAMING": StateUnknown, "": StateUnknown,
	} {
		if got := (Database{Status: status}).State(); got != want {
			t.Errorf("%s is %d", status, got)
		}
	}
}
