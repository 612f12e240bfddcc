package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// addRelatedRecords adds one record of each kind that refers to a database.
func addRelatedRecords(w *testSandbox, d db) {
	w.Helper()
	const group = "e0e0e0e0-0000-4000-8000-000000000005"
	now := w.clock.Now().Truncate(time.Millisecond)
	insertRecords(w, pcuGroups(), pcuGroup{
		ID: group, Title: "shop", Description: "for the shop", Cloud: "AWS", Region: "us-east-1", InstanceType: "small", ProvisionType: "shared",
		Min: 1, Max: 3, Reserved: 1, Status: "ACTIVE", CreatedAt: now, UpdatedAt: now,
	})
	insertRecords(w, associations(), association{Datacenter: d.ID + "-1", Group: group, Status: "Accepted", CreatedAt: now, UpdatedAt: now})
	insertRecords(w, cdcs(), cdc{w.status.OrgID, d.ID, d.Name, []cdcTable{{"orders", "shop"}}, []cdcRegion{{d.ID + "-1", "us-east1", "c", "t"}}})
	insertRecords(w, exports(),
		export{d.ID, map[string]json.RawMessage{"prometheus_remote": json.RawMessage(`{"endpoint":"e","auth_strategy":"bearer","token":"t"}`)}},
		export{w.status.OrgID, map[string]json.RawMessage{"pulsar": json.RawMessage(`{"endpoint":"e","topic":"t","auth_strategy":"token","token":"t"}`)}})
	insertRecords(w, privateLinks(), privateLink{"s", []string{"p"}, d.ID + "-1", []privateEndpoint{{"e", "d", "1", "Accepted", "2026-01-02T03:04:05"}}})
}

const newGroup = `[{"title":"new","cloudProvider":"gcp","region":"us-east1","instanceType":"standard","provisionType":"shared","min":1,"max":2,"reserved":0,"description":""}]`

// createGroup creates a PCU group and returns its ID.
func (w *testSandbox) createGroup(body string) string {
	w.Helper()
	return read[[]pcuGroup](w.T, w.admin(201, "POST", "/v2/pcus", body))[0].ID
}

func TestPCUs(t *testing.T) {
	w := newTestSandbox(t, real)
	id, other := w.createGroup(newGroup), w.createGroup(newGroup)
	edit := func(old, new string) string { return strings.Replace(newGroup, old, new, 1) }
	change := edit(`{`, `{"pcuGroupUUID":"`+id+`",`)
	w.sendSteps([]step{
		{"POST /v2/pcus/actions/get", "{}", 200, formJSON, `"title":"example"`},
		{"POST /v2/pcus/actions/get", `{"pcuGroupUUIDs":["` + id + `"]}`, 200, formJSON, `[{"uuid":"` + id + `","orgId":"ORG","title":"new","cloudProvider":"GCP","region":"us-east1","instanceType":"standard",` +
			`"pcuType":{"type":"standard","region":"us-east1","provider":"gcp","details":{"vCPU":16,"memory":"64GB","disk_cache":"500GB"}},"provisionType":"shared","min":1,"max":2,"createdAt"`},
		{"POST /v2/pcus/actions/get", `{"pcuGroupUUIDs":["` + unknownID + `"]}`, 404, formJSON, `"ID":2000367`},
		{"GET /v2/pcus/types?provider=gcp&region=us-east1", "", 200, formJSON, `{"type":"cacheOptimized","region":"us-east1","provider":"gcp"`},
		{"POST /v2/pcus/types", `{"provider":"GCP","region":"us-east1"}`, 200, formJSON, `{"type":"small","region":"us-east1","provider":"gcp","details":{"vCPU":4,"memory":"16GB","disk_cache":"125GB"},"enabled":true}`},
		{"POST /v2/pcus", "[]", 400, formJSON, "an array of one"},
		{"POST /v2/pcus", edit(`"min":1`, `"min":3`), 400, formJSON, "max at least min"},
		{"POST /v2/pcus", edit(`"reserved":0`, `"reserved":2`), 400, formJSON, "reserved at most min"},
		{"POST /v2/pcus", edit(`gcp`, `ibm`), 400, formJSON, "cloudProvider"},
		{"POST /v2/pcus", edit(`us-east1`, `nowhere`), 400, formJSON, "not available"},
		{"POST /v2/pcus", edit(`standard`, `huge`), 400, formJSON, "instanceType"},
		{"POST /v2/pcus", edit(`shared`, `mine`), 400, formJSON, "provisionType"},
		{"PUT /v2/pcus", strings.Replace(change, `"max":2`, `"max":3`, 1), 200, formJSON, `"max":3`},
		{"PUT /v2/pcus", strings.Replace(change, `"reserved":0`, `"reserved":1`, 1), 400, formJSON, "reserved capacity"},
		{"PUT /v2/pcus", strings.Replace(change, `standard`, `small`, 1), 400, formJSON, "cannot be changed"},
		{"PUT /v2/pcus", strings.Replace(change, `us-east1`, `us-east4`, 1), 400, formJSON, "cannot be changed"},
		{"PUT /v2/pcus", newGroup, 404, formJSON, "2000367"},
		{"GET /v2/pcus/association/" + id, "", 200, formJSON, "[]"},
		{"GET /v2/pcus/association/" + unknownID, "", 404, formJSON, `"ID":2000367`},
		{"GET /v2/pcus/actions/get/DB-1", "", 404, formJSON, "no PCU group"},
		{"POST /v2/pcus/park/" + id, "", 400, formJSON, "has no datacenters"},
		{"POST /v2/pcus/association/" + id + "/DB-1", "", 201, formJSON, `[{"datacenterUUID":"DB-1","pcuGroupUUID":"` + id + `","provisioningStatus":"Accepted"`},
		{"POST /v2/pcus/association/" + id + "/DB-1", "", 400, formJSON, "is not in the PCU group"},
		{"POST /v2/pcus/association/" + id + "/DB-9", "", 404, formJSON, "not found"},
		{"GET /v2/pcus/actions/get/DB-1", "", 200, formJSON, `"status":"INITIALIZING"`},
		{"GET /v2/databases/DB", "", 200, formJSON, `"status":"ASSOCIATING"`},
		{"POST /v2/pcus/park/" + id, "", 400, formJSON, "is INITIALIZING"},
		{"DELETE /v2/pcus/" + id, "", 400, formJSON, "still has datacenters"},
		{"POST /v2/pcus/association/transfer", `{"fromPCUGroupUUID":"` + id + `","toPCUGroupUUID":"` + other + `","datacenterUUID":"DB-1"}`, 202, formJSON, other},
		{"POST /v2/pcus/association/transfer/" + other, `{"toPCUGroupUUID":"` + id + `","datacenterUUID":"DB-1"}`, 202, formJSON, id},
		{"GET /v2/pcus/association/" + id, "", 200, formJSON, "DB-1"},
		{"DELETE /v2/pcus/association/" + other + "/DB-1", "", 404, formJSON, "is not in"},
		{"DELETE /v2/pcus/association/" + id + "/DB-1", "", 200, formNone, ""},
		{"POST /v2/pcus/actions/get", `{"pcuGroupUUIDs":["` + other + `"]}`, 200, formJSON, `"status":"INITIALIZING"`},
		{"DELETE /v2/pcus/" + id, "", 200, formNone, ""},
		{"DELETE /v2/pcus/" + id, "", 404, formJSON, "2000367"},
	})
	w.clock.advance(time.Minute)
	committed := w.createGroup(edit(`"reserved":0`, `"reserved":1`))
	change = strings.Replace(edit(`"reserved":0`, `"reserved":1`), `{`, `{"pcuGroupUUID":"`+committed+`",`, 1)
	w.sendSteps([]step{
		{"POST /v2/pcus/actions/get", `{"pcuGroupUUIDs":["` + other + `"]}`, 200, formJSON, `"status":"CREATED"`},
		{"PUT /v2/pcus", strings.Replace(change, `"reserved":1`, `"reserved":0`, 1), 400, formJSON, "cannot be decreased"},
		{"PUT /v2/pcus", strings.NewReplacer(`"min":1`, `"min":2`, `"reserved":1`, `"reserved":2`).Replace(change), 200, formJSON, `"reserved":2`},
		{"POST /v2/pcus/association/" + committed + "/DB-1", "", 201, formJSON, "Accepted"},
		{"POST /v2/pcus/park/" + committed, "", 400, formJSON, "reserved capacity"},
		{"DELETE /v2/pcus/association/" + committed + "/DB-1", "", 200, formNone, ""},
		{"DELETE /v2/pcus/" + committed, "", 400, formJSON, "reserved capacity"},
	})
}

// TestPCURoles checks the roles of the documentation.
func TestPCURoles(t *testing.T) {
	const billingAdmin, databaseAdministrator = "c5fabb3c-1ae1-4648-898f-d3b98167d62e", "1faa93f2-b889-4190-9585-4bc6e3c3595a"
	w := newTestSandbox(t)
	for role, allowed := range map[string]bool{orgAdministrator: true, billingAdmin: true, databaseAdministrator: false, roUser: false} {
		token := w.newToken(role).Token
		if got := w.send("POST", "/v2/pcus", token, newGroup); (got.status == 201) != allowed || !allowed && got.status != 403 {
			t.Errorf("%s creates: %+v", role, got)
		}
		if got := w.send("POST", "/v2/pcus/actions/get", token, "{}"); (got.status == 200) != allowed || !allowed && got.status != 403 {
			t.Errorf("%s lists: %+v", role, got)
		}
	}
}

// TestParkedPCU parks and unparks a group with a database.
func TestParkedPCU(t *testing.T) {
	w := newTestSandbox(t)
	id := w.createGroup(newGroup)
	database := w.databases("")[0].ID
	dc := database + "-1"
	w.admin(201, "POST", "/v2/pcus/association/"+id+"/"+dc, "")
	expect := func(group, db string) {
		t.Helper()
		got := read[[]pcuGroup](t, w.admin(200, "GET", "/v2/pcus/actions/get/"+dc, ""))[0].Status
		if d := w.get("/v2/databases/" + database).Status; got != group || d != db {
			t.Errorf("the group is %s and the database %s, not %s and %s", got, d, group, db)
		}
	}
	expect("INITIALIZING", "ASSOCIATING")
	w.clock.advance(400 * time.Millisecond)
	expect("ACTIVE", "ACTIVE")
	w.admin(200, "POST", "/v2/pcus/park/"+id, "")
	expect("PARKING", "HIBERNATING")
	w.admin(400, "POST", "/v2/pcus/park/"+id, "")
	w.admin(400, "POST", "/v2/pcus/unpark/"+id, "")
	w.clock.advance(600 * time.Millisecond)
	expect("PARKED", "HIBERNATED")

	change := strings.Replace(newGroup, `{`, `{"pcuGroupUUID":"`+id+`",`, 1)
	other := w.createGroup(newGroup)
	for _, request := range []string{
		"PUT /v2/pcus " + change, "DELETE /v2/pcus/association/" + id + "/" + dc, "POST /v2/pcus/park/" + id,
		`POST /v2/pcus/association/transfer {"fromPCUGroupUUID":"` + id + `","toPCUGroupUUID":"` + other + `","datacenterUUID":"` + dc + `"}`,
	} {
		parts := strings.SplitN(request+" ", " ", 3)
		if got := w.admin(400, parts[0], parts[1], strings.TrimSpace(parts[2])); !strings.Contains(got, "is PARKED") {
			t.Errorf("%s: %s", request, got)
		}
	}
	api := w.url
	w.url = "https://" + database + "-us-east1.apps.astra.datastax.com"
	if got := w.send("GET", "/api/rest/v2/schemas/keyspaces", "", ""); got.status != 503 || !strings.Contains(got.body, "parked") {
		t.Errorf("%+v", got)
	}
	w.url = api
	expect("PARKED", "HIBERNATED")

	lenient := w.withBehavior(ServeOptions{}, "park-remove")
	lenient.admin(200, "DELETE", "/v2/pcus/association/"+id+"/"+dc, "")
	if got := w.get("/v2/databases/" + database).Status; got != "RESUMING" {
		t.Errorf("the removed database is %s", got)
	}
	insertRecords(w, associations(), association{Datacenter: dc, Group: id, Status: "Accepted"})
	w.clock.advance(600 * time.Millisecond)
	if err := w.server.Seed(SeedOptions{Hibernate: []string{database}}); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(600 * time.Millisecond)

	w.admin(200, "POST", "/v2/pcus/unpark/"+id, "")
	expect("UNPARKING", "RESUMING")
	w.clock.advance(600 * time.Millisecond)
	expect("CREATED", "ACTIVE")
	w.clock.advance(10 * time.Second) // the interval of a client that waits for CREATED
	expect("CREATED", "ACTIVE")
	w.clock.advance(2 * time.Second)
	expect("ACTIVE", "ACTIVE")
	w.admin(400, "POST", "/v2/pcus/unpark/"+id, "")

	w.admin(201, "POST", "/v2/databases/"+database+"/datacenters", `[{"tier":"serverless","cloudProvider":"GCP","region":"us-east4"}]`)
	if got := w.admin(400, "POST", "/v2/pcus/park/"+id, ""); !strings.Contains(got, "MAINTENANCE") {
		t.Error(got)
	}
	w.clock.advance(2 * time.Second)
	if got := w.admin(400, "POST", "/v2/pcus/park/"+id, ""); !strings.Contains(got, "several regions") {
		t.Error(got)
	}
	if got := w.admin(400, "POST", "/v2/pcus/association/"+id+"/"+database+"-2", ""); !strings.Contains(got, "us-east4") {
		t.Error(got)
	}
	w.admin(202, "POST", "/v2/databases/"+database+"/terminate", "")
	w.clock.advance(time.Minute)
	if got := w.admin(200, "GET", "/v2/pcus/association/"+id, ""); got != "[]" {
		t.Error(got)
	}
	w.admin(404, "GET", "/v2/pcus/actions/get/"+dc, "")
	legacy := w.databases("")[0].ID
	aws := w.createGroup(strings.NewReplacer("gcp", "aws", "us-east1", "us-east-1").Replace(newGroup))
	if got := w.admin(400, "POST", "/v2/pcus/association/"+aws+"/"+legacy+"-1", ""); !strings.Contains(got, "not serverless") {
		t.Error(got)
	}
}

// TestDatabaseInPCU creates a database in a group.
func TestDatabaseInPCU(t *testing.T) {
	w := newTestSandbox(t, real)
	id := w.createGroup(newGroup)
	in := func(group string) string { return strings.Replace(newVector, "{", `{"pcuGroupUUID":"`+group+`",`, 1) }
	path := w.create(in(id))
	var seen []string
	for range 5 {
		seen = append(seen, w.get(path).Status)
		w.clock.advance(40 * time.Second)
	}
	if diff := cmp.Diff([]string{"PENDING", "INITIALIZING", "INITIALIZING", "ASSOCIATING", "ACTIVE"}, seen); diff != "" {
		t.Error(diff)
	}
	dc := strings.TrimPrefix(path, "/v2/databases/") + "-1"
	if got := w.admin(200, "GET", "/v2/pcus/association/"+id, ""); !strings.Contains(got, dc) {
		t.Error(got)
	}
	if got := w.admin(200, "GET", "/v2/pcus/actions/get/"+dc, ""); !strings.Contains(got, `"status":"ACTIVE"`) {
		t.Error(got)
	}
	elsewhere := w.createGroup(strings.Replace(newGroup, "us-east1", "us-east4", 1))
	w.admin(200, "POST", "/v2/pcus/park/"+id, "")
	before := len(w.databases(""))
	for body, want := range map[string]string{
		in(unknownID): "not found", in(elsewhere): "us-east4", in(id): "is PARKING",
		strings.Replace(newClassic, "{", `{"pcuGroupUUID":"`+id+`",`, 1): "serverless",
	} {
		if got := w.admin(422, "POST", "/v2/databases", body); !strings.Contains(got, want) {
			t.Errorf("%s: %s", body, got)
		}
	}
	if after := len(w.databases("")); after != before {
		t.Errorf("%d databases, then %d", before, after)
	}
}

func TestCDC(t *testing.T) {
	const list = "/v3/databases/DB/cdc"
	set := `{"databaseID":"DB","databaseName":"demo","tables":[{"tableName":"a","keyspaceName":"app"},{"tableName":"b","keyspaceName":"app"}],` +
		`"regions":[{"datacenterID":"DB-1","datacenterRegion":"us-east1","streamingClusterName":"c","streamingTenantName":"t"}]}`
	w := newTestSandbox(t)
	w.sendSteps([]step{
		{"GET " + list, "", 200, formJSON, `"tables":[{"tableName":"example","keyspaceName":"app"}]`},
		{"POST " + list, set, 409, formJSON, "already"},
		{"PUT " + list, set, 204, formNone, ""},
		{"PUT " + list, strings.Replace(set, `"demo"`, `"x"`, 1), 400, formJSON, "databaseName"},
		{"PUT " + list, strings.Replace(set, `"app"`, `"x"`, 1), 400, formJSON, "not found"},
		{"PUT " + list, strings.Replace(set, `"t"`, `""`, 1), 400, formJSON, "a region needs"},
		{"GET /v3/databases/DB/keyspaces/app/tables/b/cdc", "", 200, formJSON, `"status":"Active"`},
		{"GET /v3/databases/DB/keyspaces/app/tables/c/cdc", "", 404, formJSON, "no change data capture"},
		{"DELETE " + list, `{"databaseID":"DB","tables":[{"tableName":"c","keyspaceName":"app"}]}`, 404, formJSON, "app.c"},
		{"DELETE " + list, `{"databaseID":"DB","tables":[]}`, 400, formJSON, "required"},
		{"DELETE " + list, `{"databaseID":"DB","tables":[{"tableName":"a","keyspaceName":"app"}]}`, 204, formNone, ""},
		{"DELETE " + list, `{"databaseID":"DB","tables":[{"tableName":"b","keyspaceName":"app"}]}`, 204, formNone, ""},
		{"GET " + list, "", 404, formJSON, "no change data capture"},
		{"PUT " + list, set, 404, formJSON, "no change data capture"},
		{"POST " + list, set, 201, formNone, ""},
		{"GET /v3/databases/" + unknownID + "/cdc", "", 404, formJSON, "not found"},
	})
	if got := w.send("GET", "/v3/databases/"+w.databases("")[0].ID+"/cdc", w.newToken(roService).Token, ""); got.status != 401 || got.body != "null" {
		t.Errorf("without permission: %+v", got)
	}
}

func TestTelemetry(t *testing.T) {
	const metrics, audits = "/v2/databases/DB/telemetry/metrics", "/v2/organizations/ORG/telemetry/auditLogs"
	w := newTestSandbox(t)
	w.sendSteps([]step{
		{"GET " + metrics, "", 200, formJSON, `{"prometheus_remote":{`},
		{"POST " + metrics, `{"Datadog":{"api_key":"k"}}`, 202, formNone, ""},
		{"GET " + metrics, "", 200, formJSON, `{"Datadog":{"api_key":"k"}}`},
		{"POST " + metrics, `{"Datadog":{}}`, 400, formJSON, "Datadog.api_key is required"},
		{"POST " + metrics, `{"nagios":{}}`, 400, formJSON, "not a destination"},
		{"POST " + metrics, `{"kafka":1}`, 400, formJSON, "not an object"},
		{"POST " + metrics, `{}`, 400, formJSON, "a destination is required"},
		// Both descriptions require secret_key, and describe secret.
		{"POST " + metrics, `{"cloudwatch":{"access_key":"A","secret_key":"s","region":"us-east-1"}}`, 202, formNone, ""},
		{"POST " + metrics, `{"cloudwatch":{"access_key":"A","region":"us-east-1"}}`, 400, formJSON, "cloudwatch.secret is required"},
		// The template of the documentation has the settings of both methods.
		{"POST " + metrics, `{"prometheus_remote":{"endpoint":"e","auth_strategy":"basic","token":"t","user":"u","password":"p"}}`, 202, formNone, ""},
		// The published answer may have several destinations.
		{"POST " + metrics, `{"Datadog":{"api_key":"k"},"splunk":{"endpoint":"e","index":"i","token":"t"}}`, 202, formNone, ""},
		{"GET " + metrics, "", 200, formJSON, `{"Datadog":{"api_key":"k"},"splunk":{`},
		{"GET " + audits, "", 404, formJSON, "no telemetry"},
		{"POST " + audits, `{"Datadog":{"api_key":"k"}}`, 400, formJSON, "not a destination"},
		{"POST " + audits, `{"pulsar":{"endpoint":"e","topic":"t","auth_strategy":"token","token":"x"}}`, 202, formNone, ""},
		{"GET " + audits, "", 200, formJSON, `{"pulsar":{`},
		{"DELETE " + audits, "", 202, formNone, ""},
		{"GET " + audits, "", 404, formJSON, ""},
		{"GET /v2/organizations/" + unknownID + "/telemetry/auditLogs", "", 403, formJSON, "does not belong to organization"},
	})
	if got := w.send("GET", "/v2/databases/"+w.databases("")[0].ID+"/telemetry/metrics", w.newToken(roUser).Token, ""); got.status != 403 {
		t.Errorf("without permission: %+v", got)
	}
}

// TestTelemetryDestinations omits each required setting of a destination in
// turn, and then adds an unknown one.
func TestTelemetryDestinations(t *testing.T) {
	w := newTestSandbox(t)
	path := "/v2/databases/" + w.databases("")[0].ID + "/telemetry/metrics"
	for _, test := range []struct {
		kind     string
		settings object
		optional []string
	}{
		{"kafka", object{"bootstrap_servers": []string{"h:1"}, "topic": "t", "sasl_mechanism": "PLAIN", "sasl_username": "u", "sasl_password": "p", "security_protocol": "SASL_SSL"}, []string{"security_protocol"}},
		{"prometheus_remote", object{"endpoint": "e", "auth_strategy": "basic", "user": "u", "password": "p"}, nil},
		{"prometheus_remote", object{"endpoint": "e", "auth_strategy": "bearer", "token": "t"}, nil},
		{"cloudwatch", object{"access_key": "k", "secret": "s", "region": "r"}, nil},
		{"splunk", object{"endpoint": "e", "index": "i", "token": "t", "source": "s", "sourcetype": "t"}, []string{"source", "sourcetype"}},
		{"pulsar", object{"endpoint": "e", "topic": "t", "auth_strategy": "token", "token": "t", "auth_name": "n"}, []string{"auth_name"}},
		{"pulsar", object{"endpoint": "e", "topic": "t", "auth_strategy": "oauth2", "oauth2_credentials_url": "c", "oauth2_issuer_url": "i", "oauth2_audience": "a", "oauth2_scope": "s"}, []string{"oauth2_audience", "oauth2_scope"}},
		{"Datadog", object{"api_key": "k", "site": "s"}, []string{"site"}},
	} {
		send := func(status int, settings object) {
			t.Helper()
			body, err := json.Marshal(object{test.kind: settings})
			if err != nil {
				t.Fatal(err)
			}
			w.admin(status, "POST", path, string(body))
			if status == 202 {
				w.admin(200, "GET", path, "")
			}
		}
		send(202, test.settings)
		for name, value := range test.settings {
			less := maps.Clone(test.settings)
			delete(less, name)
			if slices.Contains(test.optional, name) {
				send(202, less)
			} else {
				send(400, less)
			}
			less[name] = 1
			send(400, less)
			if name == "auth_strategy" || name == "sasl_mechanism" || name == "security_protocol" {
				less[name] = "other"
				send(400, less)
			}
			less[name], less["more"] = value, "x"
			send(400, less)
		}
	}
}

func TestPrivateLinks(t *testing.T) {
	const dc = "/v2/organizations/clusters/DB/datacenters/DB-1"
	w := newTestSandbox(t)
	w.sendSteps([]step{
		{"GET /v2/organizations/private-link", "", 200, formJSON, `{"clusters":[{"clusterID":"DB","datacenters":[{"serviceName":"projects/`},
		{"GET /v2/organizations/clusters/private-link", "", 200, formJSON, `{"clusters":[{"clusterID":"DB"`},
		{"GET /v2/organizations/ORG/clusters/private-link", "", 200, formJSON, `{"clusters":[{"clusterID":"DB"`},
		{"GET /v2/organizations/" + unknownID + "/clusters/private-link", "", 403, formJSON, "does not belong"},
		{"GET /v2/organizations/clusters/DB/private-link", "", 200, formJSON, `"datacenterID":"DB-1","endpoints":[]`},
		{"GET /v2/organizations/clusters/" + unknownID + "/private-link", "", 404, formText, "not found"},
		{"GET " + dc + "/private-link", "", 200, formJSON, `"allowedPrincipals":[]`},
		{"POST " + dc + "/private-link", `{}`, 400, formText, "required"},
		{"POST " + dc + "/private-link", `{"allowedPrincipals":["p"]}`, 200, formJSON, `"allowedPrincipals":["p"]`},
		{"POST " + dc + "/allowed-principals", `{"allowedPrincipals":["p","q"]}`, 200, formJSON, `["p","q"]`},
		{"DELETE " + dc + "/allowed-principals", `{"allowedPrincipal":"p"}`, 204, formNone, ""},
		{"DELETE " + dc + "/allowed-principals", `{"allowedPrincipal":"p"}`, 404, formText, "is not allowed"},
		{"PUT " + dc + "/private-link", `{"allowedPrincipals":["r","s","r"]}`, 200, formJSON, `["r","s"]`},
		{"PUT " + dc + "/private-link", `{"allowedPrincipals":[]}`, 400, formText, "required"},
		{"POST " + dc + "/endpoints", `{"endpointID":"a/b","description":"d"}`, 200, formJSON, `{"endpointID":"a/b","description":"d","linkID":"1","status":"Accepted","createdDateTime":"2026-02-03T04:05:06"}`},
		{"POST " + dc + "/endpoints", `{"endpointID":"a/b"}`, 409, formText, "exists"},
		{"POST " + dc + "/endpoints", `{}`, 400, formText, "required"},
		{"GET " + dc + "/endpoints/a%2Fb", "", 200, formJSON, `"a/b"`},
		{"GET " + dc + "/endpoints/x", "", 404, formJSON, `"endpoint x not found"`},
		{"PUT " + dc + "/endpoints/a%2Fb", `{"description":"new"}`, 200, formJSON, `"description":"new"`},
		{"PUT " + dc + "/endpoints/x", `{"description":"new"}`, 404, formJSON, `"ID":404`},
		{"DELETE " + dc + "/endpoints/a%2Fb", "", 204, formNone, ""},
		{"GET /v2/organizations/clusters/DB/datacenters/DB-9/private-link", "", 404, formText, "not found"},
	})
	reader := w.newToken(roUser).Token
	for _, path := range []string{"/v2/organizations/private-link", "/v2/organizations/clusters/private-link"} {
		if got := w.send("GET", path, reader, ""); got.status != 403 {
			t.Errorf("without permission: %+v", got)
		}
	}
	if got := w.send("GET", "/v2/organizations/clusters/"+w.databases("")[0].ID+"/private-link", reader, ""); got.status != 403 || got.kind != formText {
		t.Errorf("without permission: %+v", got)
	}
}
