package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Request bodies of these tests.
const (
	newVector  = `{"name":"shop","cloudProvider":"gcp","tier":"serverless","capacityUnits":1,"region":"us-east1","dbType":"vector","keyspace":"app"}`
	newClassic = `{"name":"ledger","cloudProvider":"AWS","tier":"C10","capacityUnits":1,"region":"us-east-1","user":"clerk","password":"open sesame"}`
)

// create creates a database and returns its path.
func (w *testSandbox) create(body string) string {
	w.Helper()
	r := w.send("POST", "/v2/databases", w.status.Token, body)
	id := r.headers.Get("Location")
	if r.status != 201 || r.body != "" || !isUUID(id) {
		w.Fatalf("%+v", r)
	}
	return "/v2/databases/" + id
}

// TestSpellings sends what official clients and the documentation write.
func TestSpellings(t *testing.T) {
	w := newTestSandbox(t)
	for i, name := range []string{"a", "a&b+c-d_e(f)g<h>i.j,k@l", strings.Repeat("n", 50)} {
		body := strings.Replace(newVector, `"shop"`, `"`+name+`"`, 1)
		w.create(strings.Replace(body, "serverless", []string{"Serverless", "SERVERLESS", "serverless"}[i], 1))
	}
	path := "/v2/databases/" + w.databases("")[0].ID
	w.admin(201, "POST", path+"/datacenters", `[{"tier":"Serverless","cloudProvider":"gcp","region":"us-east4","status":"",`+
		`"streamingTenant":{"streamingClusterName":"","streamingTenantName":""},"pcuGroupUUID":""}]`)
}

// real makes changes take as long as in the service.
func real(o *Options) { o.TimeScale = 1 }

func (w *testSandbox) get(path string) databaseOut {
	w.Helper()
	return read[databaseOut](w.T, w.admin(200, "GET", path, ""))
}

// TestLife follows databases through their changes. A step is a request, the
// time to advance after it, and the statuses until the next step.
func TestLife(t *testing.T) {
	type moment struct {
		wait time.Duration
		want string
	}
	const second, minute = time.Second, time.Minute
	for name, test := range map[string]struct {
		body    string
		request string
		status  int
		moments []moment
	}{
		"create":        {newVector, "", 0, []moment{{-10 * minute, "PENDING"}, {20 * second, "INITIALIZING"}, {99 * second, "INITIALIZING"}, {second, "ACTIVE"}}},
		"terminate":     {newVector, "POST /terminate", 202, []moment{{0, "TERMINATING"}, {389 * second, "TERMINATING"}, {second, "TERMINATED"}}},
		"park":          {newClassic, "POST /park", 202, []moment{{0, "PARKING"}, {100 * second, "PARKED"}}},
		"keyspace":      {newVector, "POST /keyspaces/more", 201, []moment{{0, "MAINTENANCE"}, {4 * second, "MAINTENANCE"}, {second, "ACTIVE"}}},
		"no keyspace":   {newVector, "DELETE /keyspaces/other", 204, []moment{{0, "ACTIVE"}}},
		"region":        {newVector, `POST /datacenters [{"tier":"serverless","cloudProvider":"gcp","region":"us-east4"}]`, 201, []moment{{0, "MAINTENANCE"}, {150 * second, "ACTIVE"}}},
		"resize":        {newClassic, `POST /resize {"capacityUnits":4}`, 202, []moment{{0, "RESIZING"}, {180 * second, "ACTIVE"}}},
		"reset":         {newClassic, `POST /resetPassword {"username":"clerk","password":"sesame"}`, 202, []moment{{0, "ACTIVE"}}},
		"another later": {newClassic, "POST /park", 202, []moment{{time.Hour, "PARKED"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTestSandbox(t, real)
			path := w.create(test.body)
			w.clock.advance(10 * minute)
			if test.request != "" {
				method, rest, _ := strings.Cut(test.request, " ")
				below, body, _ := strings.Cut(rest, " ")
				w.admin(test.status, method, path+below, body)
			}
			for _, m := range test.moments {
				w.clock.advance(m.wait)
				d := w.get(path)
				if d.Status != m.want || d.ObservedStatus != m.want {
					t.Errorf("after %v it is %s, not %s", m.wait, d.Status, m.want)
				}
				if m.want != "ACTIVE" && m.want != "PARKED" {
					if len(d.AvailableActions) != 0 {
						t.Errorf("%s allows %v", m.want, d.AvailableActions)
					}
					for _, other := range []string{"POST /terminate", "POST /keyspaces/another", "DELETE /keyspaces/app"} {
						method, below, _ := strings.Cut(other, " ")
						want := http.StatusConflict
						if m.want == "TERMINATED" {
							want = http.StatusNotFound
						}
						w.admin(want, method, path+below, "")
					}
				}
			}
		})
	}
}

// TestWhatIsThereMeanwhile checks the fields of a database during its creation:
// those that clients read without checks are present, others appear at the end.
func TestWhatIsThereMeanwhile(t *testing.T) {
	w := newTestSandbox(t, real)
	path := w.create(newVector)
	d := w.get(path)
	if d.Info.Keyspace != "app" || !cmp.Equal(d.Info.Keyspaces, []string{"app"}) || len(d.Info.Datacenters) != 1 || d.Info.CloudProvider != "GCP" ||
		d.Info.Datacenters[0].ID != d.ID+"-1" || d.Info.Datacenters[0].DateCreated.IsZero() || d.OwnerID != strings.Split(w.status.Token, ":")[1] {
		t.Errorf("%+v", d)
	}
	if got := w.databases("?include=pending"); len(got) != 1 || got[0].ID != d.ID {
		t.Errorf("%d are pending", len(got))
	}
	w.clock.advance(2 * time.Minute)

	w.admin(201, "POST", path+"/keyspaces/more", "")
	if got := w.get(path).Info.Keyspaces; !cmp.Equal(got, []string{"app"}) {
		t.Errorf("meanwhile %v", got)
	}
	w.clock.advance(5 * time.Second)
	w.admin(422, "POST", path+"/keyspaces/more", "")
	w.admin(422, "DELETE", path+"/keyspaces/app", "")
	w.admin(202, "DELETE", path+"/keyspaces/more", "")
	if got := w.get(path).Info; !cmp.Equal(got.Keyspaces, []string{"app", "more"}) || !cmp.Equal(got.AdditionalKeyspaces, []string{"more"}) {
		t.Errorf("meanwhile %+v", got)
	}
	w.clock.advance(5 * time.Second)

	w.admin(201, "POST", path+"/datacenters", `[{"tier":"serverless","cloudProvider":"GCP","region":"us-east4"}]`)
	w.clock.advance(150 * time.Second)
	w.admin(202, "POST", path+"/datacenters/"+d.ID+"-2/terminate", "")
	if got := read[[]datacenterOut](t, w.admin(200, "GET", path+"/datacenters", "")); len(got) != 2 || got[1].Region != "us-east4" {
		t.Errorf("meanwhile %+v", got)
	}
	w.clock.advance(150 * time.Second)
	all := read[[]datacenterOut](t, w.admin(200, "GET", path+"/datacenters?all=true", ""))
	if len(all) != 2 || all[0].Status != "" || all[1].Status != "TERMINATED" || len(w.get(path).Info.Datacenters) != 1 {
		t.Errorf("afterwards %+v", all)
	}
	w.admin(201, "POST", path+"/datacenters", `[{"tier":"serverless","cloudProvider":"GCP","region":"us-east4"}]`)
	w.clock.advance(150 * time.Second)
	if got := w.get(path).Info.Datacenters[1].ID; got != d.ID+"-3" {
		t.Errorf("the next one is %s", got)
	}

	w.admin(202, "POST", path+"/terminate?preparedStateOnly=false", "")
	w.clock.advance(390 * time.Second)
	if got := w.get(path); got.TerminationTime.Before(got.CreationTime) {
		t.Errorf("terminated at %v", got.TerminationTime)
	}
	if got := len(w.databases("")); got != 2 {
		t.Errorf("%d databases", got)
	}
	if got := w.databases("?include=terminated"); len(got) != 1 {
		t.Errorf("%d are terminated", len(got))
	}
}

// TestUnpark unparks a classic database and checks the requests that are
// refused during the change.
func TestUnpark(t *testing.T) {
	w := newTestSandbox(t, real)
	path := w.create(newClassic)
	w.clock.advance(10 * time.Minute)
	w.admin(202, "POST", path+"/park", "")
	w.clock.advance(10 * time.Minute)
	w.admin(202, "POST", path+"/unpark", "")
	if got := w.get(path).Status; got != "UNPARKING" {
		t.Errorf("it is %s", got)
	}
	w.admin(409, "POST", path+"/terminate", "")
	w.admin(409, "POST", path+"/unpark", "")
	w.clock.advance(10 * time.Minute)
	if got := w.get(path).Status; got != "ACTIVE" {
		t.Errorf("it is %s", got)
	}
	demo := "/v2/databases/" + w.databases("")[0].ID
	w.admin(201, "POST", demo+"/keyspaces/more", "")
	w.admin(409, "POST", demo+"/datacenters", `[{"tier":"serverless","cloudProvider":"GCP","region":"us-east4"}]`)
}

// TestRefusedChanges sends invalid requests to active databases.
func TestRefusedChanges(t *testing.T) {
	w := newTestSandbox(t)
	all := w.databases("")
	fill := strings.NewReplacer("DEMO", "/v2/databases/"+all[0].ID, "LEGACY", "/v2/databases/"+all[1].ID, "ID", all[0].ID).Replace
	vector := func(old, new string) string { return strings.Replace(newVector, old, new, 1) }
	classic := func(old, new string) string { return strings.Replace(newClassic, old, new, 1) }
	dc := `[{"tier":"serverless","cloudProvider":"GCP","region":"us-east4"}]`
	for _, test := range []struct {
		request, body string
		status        int
	}{
		{"POST /v2/databases", "{}", 400},
		{"POST /v2/databases", vector(`"shop"`, `" "`), 400},
		{"POST /v2/databases", vector("gcp", "ibm"), 400},
		{"POST /v2/databases", vector("serverless", "huge"), 400},
		{"POST /v2/databases", vector(":1", ":0"), 400},
		{"POST /v2/databases", vector(":1", ":101"), 400},
		{"POST /v2/databases", vector("us-east1", ""), 400},
		{"POST /v2/databases", vector(`"vector"`, `"graph"`), 400},
		{"POST /v2/databases", vector("name", "nome"), 400},
		{"POST /v2/databases", vector("shop", "-starts"), 400},
		{"POST /v2/databases", vector("shop", "ends."), 400},
		{"POST /v2/databases", vector("shop", "has space"), 400},
		{"POST /v2/databases", vector("shop", "quote'd"), 400},
		{"POST /v2/databases", vector("shop", "ümlaut"), 400},
		{"POST /v2/databases", vector("shop", strings.Repeat("n", 51)), 400},
		{"POST /v2/databases", vector("serverless", "cloudnative"), 422},
		{"POST /v2/databases", vector("serverless", "C10"), 422},
		{"POST /v2/databases", vector(":1", ":2"), 422},
		{"POST /v2/databases", vector("us-east1", "us-east9"), 422},
		{"POST /v2/databases", vector("us-east1", "us-west1"), 422}, // not supported for vector databases
		{"POST /v2/databases", vector("gcp", "aws"), 422},
		{"POST /v2/databases", strings.Replace(vector("us-east1", "australia-southeast1"), `,"dbType":"vector"`, "", 1), 422}, // not enabled
		{"POST /v2/databases", vector("us-east1", "europe-west3"), 422},                                                       // enabled, but not for the organization
		{"POST /v2/databases", vector("app", "my-app"), 422},
		{"POST /v2/databases", vector("app", "system_x"), 422},
		{"POST /v2/databases", vector("{", `{"user":"u","password":"secret",`), 422},
		{"POST /v2/databases", vector("{", `{"pcuGroupUUID":"`+unknownID+`",`), 422},
		{"POST /v2/databases", classic("open sesame", "short"), 422},
		{"POST /v2/databases", classic("clerk", ""), 422},
		{"POST /v2/databases", classic(":1", ":13"), 422},
		{"POST DEMO/park", "", 400},
		{"POST DEMO/unpark", "", 400},
		{"POST DEMO/resize", `{"capacityUnits":2}`, 400},
		{"POST DEMO/resetPassword", `{"username":"u","password":"secret"}`, 400},
		{"POST DEMO/terminate?preparedStateOnly=true", "", 400},
		{"POST LEGACY/unpark", "", 409},
		{"POST LEGACY/resize", `{"capacityUnits":1}`, 400},
		{"POST LEGACY/resize", `{"capacityUnits":5}`, 400},
		{"POST LEGACY/resetPassword", `{"username":"legacy","password":"short"}`, 400},
		{"POST LEGACY/resetPassword", `{"username":"other","password":"secret"}`, 404},
		{"POST LEGACY/datacenters", strings.Replace(dc, "serverless", "C10", 1), 400},
		{"POST DEMO/datacenters", "[]", 400},
		{"POST DEMO/datacenters", strings.Replace(dc, "]", ","+dc[1:], 1), 400},
		{"POST DEMO/datacenters", strings.Replace(dc, "GCP", "AWS", 1), 400},
		{"POST DEMO/datacenters", strings.Replace(dc, "us-east4", "us-east1", 1), 400},
		{"POST DEMO/datacenters", strings.Replace(dc, "us-east4", "us-west1", 1), 400},
		{"POST DEMO/datacenters", strings.Replace(dc, "us-east4", "europe-west3", 1), 400},
		{"POST DEMO/datacenters/ID-1/terminate", "", 400},
		{"POST DEMO/datacenters/ID-2/terminate", "", 404},
		{"GET DEMO/datacenters?all=perhaps", "", 400},
		{"POST /v2/databases/" + unknownID + "/terminate", "", 404},
		{"POST DEMO/keyspaces/my-app", "", 422},
		{"GET /v2/regions/classic", "", 404},
	} {
		method, path, _ := strings.Cut(fill(test.request), " ")
		if got := w.send(method, path, w.status.Token, test.body); got.status != test.status {
			t.Errorf("%s %s: status %d, want %d: %s", test.request, test.body, got.status, test.status, got.body)
		}
	}
	if diff := cmp.Diff(all, w.databases("?include=all")); diff != "" {
		t.Error("something was changed: " + diff)
	}
	if got := w.send("POST", fill("DEMO/resize"), w.status.Token, `{"capacityUnits":2}`); !strings.Contains(got.body, "2000009") {
		t.Errorf("%s", got.body)
	}
}

// TestChangesNeedPermission sends changes with a read-only token: the service
// responds with 401 and null.
func TestChangesNeedPermission(t *testing.T) {
	w := newTestSandbox(t)
	reader := w.newToken(roUser).Token
	path := "/v2/databases/" + w.databases("")[0].ID
	for _, request := range []string{
		"POST /v2/databases", "POST " + path + "/terminate", "POST " + path + "/park", "POST " + path + "/unpark", "POST " + path + "/resize",
		"POST " + path + "/resetPassword", "POST " + path + "/keyspaces/more", "DELETE " + path + "/keyspaces/app", "POST " + path + "/datacenters",
		"POST " + path + "/datacenters/x/terminate", "GET /v2/regions/serverless", "GET /v2/availableRegions",
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := w.send(method, path, reader, "{}"); got.status != 401 || got.body != "null" {
			t.Errorf("%s: %d %s", request, got.status, got.body)
		}
	}
}

func TestRegionFilters(t *testing.T) {
	w := newTestSandbox(t)
	count := func(path string) int { return len(read[[]regionOut](t, w.admin(200, "GET", path, ""))) }
	serverless, vectors := count("/v2/regions/serverless"), count("/v2/regions/serverless?region-type=vector")
	for path, want := range map[string]int{
		"/v2/regions/serverless?region-type=all":                          serverless + vectors,
		"/v2/regions/serverless?region-type=whatever":                     serverless,
		"/v2/regions/serverless&filter-by-org=disabled":                   serverless, // as one client writes it
		"/v2/regions/serverless?filter-by-org=enabled":                    serverless - 4,
		"/v2/regions/serverless&filter-by-org=enabled":                    serverless - 4,
		"/v2/regions/serverless?filter-by-org=" + w.status.OrgID:          serverless,
		"/v2/regions/serverless?region-type=all&filter-by-org=enabled":    serverless + vectors - 6,
		"/v2/regions/serverless?region-type=vector&filter-by-org=enabled": vectors - 2,
	} {
		if got := count(path); got != want {
			t.Errorf("%s: %d regions, want %d", path, got, want)
		}
	}
	for region, cloud := range map[string]string{"us-east-1": "AWS", "us-west4": "GCP", "westus3": "AZURE", "eastus2": "AZURE", "australiaeast": "AZURE"} {
		if r, found := findRegion(vector, cloud, region); !found || !r.OrgEnabled {
			t.Errorf("official examples create databases in %s", region)
		}
	}
	for _, d := range w.databases("") {
		found := false
		for _, r := range catalog() {
			found = found || r.Cloud == d.Info.CloudProvider && r.Name == d.Info.Region && (r.Kind == classicKind) == (d.Info.DBType == "")
		}
		if !found {
			t.Errorf("%s is in %s, which is in no list", d.Info.Name, d.Info.Region)
		}
	}
}

// TestHibernation resumes a database with a data request, which fails.
func TestHibernation(t *testing.T) {
	w := newTestSandbox(t, real)
	d := w.databases("")[0]
	path := "/v2/databases/" + d.ID
	seed := func(o SeedOptions) {
		t.Helper()
		if err := w.server.Seed(o); err != nil {
			t.Fatal(err)
		}
	}
	seed(SeedOptions{Hibernate: []string{"demo"}, Advance: 30 * time.Second})
	if got := w.get(path).Status; got != "HIBERNATING" {
		t.Errorf("it is %s", got)
	}
	seed(SeedOptions{Advance: 30 * time.Second})
	if got := w.get(path); got.Status != "HIBERNATED" || got.AvailableActions[0] != "resumeHibernatedCluster" {
		t.Errorf("it is %s and can %v", got.Status, got.AvailableActions)
	}
	w.admin(409, "POST", path+"/keyspaces/more", "")
	if err := w.server.Seed(SeedOptions{Hibernate: []string{"demo"}}); err == nil {
		t.Error("it hibernates twice")
	}
	if err := w.server.Seed(SeedOptions{Hibernate: []string{"legacy"}}); err == nil {
		t.Error("a classic one hibernates")
	}
	for _, want := range []string{"RESUMING", "RESUMING", "ACTIVE"} {
		if got := w.keyspaces("https://"+d.ID+"-us-east1.apps.astra.datastax.com", ""); got.status != 503 {
			t.Errorf("%+v", got)
		}
		if want == "ACTIVE" {
			w.clock.advance(time.Minute)
		}
		if got := w.get(path).Status; got != want {
			t.Errorf("it is %s, not %s", got, want)
		}
	}
}

// TestSpeed checks that a creation takes at most two seconds with the default
// options.
func TestSpeed(t *testing.T) {
	w := newTestSandbox(t)
	path := w.create(newVector)
	w.clock.advance(2 * time.Second)
	if got := w.get(path).Status; got != "ACTIVE" {
		t.Errorf("it is %s", got)
	}
}

// TestDumpDuringAChange loads a dump with a pending change, and refuses invalid
// ones.
func TestDumpDuringAChange(t *testing.T) {
	w := newTestSandbox(t, real)
	path := w.create(newClassic)
	var dump strings.Builder
	if err := w.server.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(dump.String(), "sesame") {
		t.Error("the dump has a password")
	}
	if err := w.server.Load(strings.NewReader(dump.String())); err != nil {
		t.Fatal(err)
	}
	if got := w.get(path).Status; got != "PENDING" {
		t.Errorf("it is %s", got)
	}
	for _, key := range []string{"phases", "next"} {
		document := read[map[string]any](t, dump.String())
		delete(document["databases"].([]any)[2].(map[string]any), key)
		spoilt, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.server.Load(strings.NewReader(string(spoilt))); err == nil || !strings.Contains(err.Error(), "phases") {
			t.Errorf("without %s: %v", key, err)
		}
	}
}

// TestGone checks that access list and links disappear with their database.
func TestGone(t *testing.T) {
	w := newTestSandbox(t, real)
	path := w.create(newVector)
	id := strings.TrimPrefix(path, "/v2/databases/")
	w.clock.advance(10 * time.Minute)
	w.admin(204, "POST", path+"/access-list", `[{"address":"192.0.2.1","description":"","enabled":true}]`)
	link := "/v2/organizations/clusters/" + id + "/datacenters/" + id + "-1/private-link"
	w.admin(200, "POST", link, `{"allowedPrincipals":["acme"]}`)
	lists := []string{"/v2/access-lists", "/v2/organizations/private-link"}
	listed := func(want bool) {
		t.Helper()
		for _, list := range lists {
			if got := strings.Contains(w.admin(200, "GET", list, ""), id); got != want {
				t.Errorf("in %s: %v, want %v", list, got, want)
			}
		}
	}
	listed(true)
	w.admin(202, "POST", path+"/terminate", "")
	listed(true) // until the termination ends
	w.clock.advance(10 * time.Minute)
	listed(false)
	for _, p := range []string{path + "/access-list", link, "/v2/organizations/clusters/" + id + "/private-link"} {
		w.admin(404, "GET", p, "")
	}
	w.admin(404, "POST", path+"/access-list", `[{"address":"192.0.2.1","description":"","enabled":true}]`)
}
