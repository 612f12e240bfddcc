package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestChecklist checks what official clients depend on. All requests use HTTP,
// and the keys of responses match with their case, as in clients not written in
// Go.
//
// Facts of November 2026 that have a test of their own: the keys of a database
// (TestDatabaseOf2026, TestPrimaryDatacenter), a keyspace that exists
// (TestExistingKeyspace), who creates PCU groups (TestPCURoles), which groups can be
// parked and what becomes of their databases (TestPCUs, TestParkedPCU), a database in
// a group (TestDatabaseInPCU), and keys that no description has (TestExtraKeys).
func TestChecklist(t *testing.T) {
	for name, test := range map[string]func(*testSandbox){
		"01_create_answers_with_location":             createAnswersWithLocation,
		"02_unknown_database_is_not_found":            unknownDatabase,
		"03_list_of_databases_is_a_bare_array":        listIsBareArray,
		"04_database_is_whole_from_the_start":         databaseIsWhole,
		"05_keyspaces_change_after_maintenance":       keyspacesChange,
		"06_terminated_databases_are_found_by_id":     terminatedDatabases,
		"07_tokens_are_made_with_200_and_deleted_204": tokensComeAndGo,
		"08_users_are_in_pascal_case":                 usersInPascalCase,
		"09_roles_are_in_small_letters":               rolesInSmallLetters,
		"10_role_errors_are_strings":                  roleErrorsAreStrings,
		"11_missing_permission_is_401_null":           missingPermission,
		"12_json_says_so":                             jsonSaysSo,
		"13_statuses_of_keys_cdc_and_pcu":             unusualStatuses,
		"14_bundles_are_one_or_all":                   bundlesAreOneOrAll,
		"15_odd_parameters_and_keys_are_taken":        oddParameters,
		"16_delete_takes_a_body_or_none":              deleteTakesBody,
		"17_question_mark_may_be_missing":             questionMarkMissing,
		"18_access_list_is_put_as_object_or_array":    accessListForms,
		"19_regions_hold_those_in_use":                regionsHoldThoseInUse,
		"20_http_1_1_is_served":                       serves11,
		"21_unknown_paths_are_answered_by_a_gateway":  gatewayAnswers,
		"22_missing_and_malformed_tokens_differ":      tokenErrors,
		"23_secrets_have_128_characters":              longSecrets,
		"24_tokens_of_an_organization_by_its_id":      tokensOfOrganizations,
		"25_an_enterprise_token_has_no_databases":     enterpriseTokens,
		"26_continents_of_classic_regions_are_places": continentsArePlaces,

		"f01_addresses_come_back_as_sent":   addressesComeBack,
		"f09_access_list_is_put_as_read":    listIsPutAsRead,
		"f10_post_adds_to_the_devops_acl":   postAddsToACL,
		"f11_cloudwatch_takes_secret_key":   takesSecretKey,
		"f14_prometheus_template_is_stored": takesTemplate,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newTestSandbox(t, real).overHTTP())
		})
	}
}

// object is a JSON object that preserves the case of its keys.
type object = map[string]any

// objects is a JSON array of objects.
type objects = []object

func createAnswersWithLocation(w *testSandbox) {
	r := w.send("POST", "/v2/databases", w.status.Token, newVector)
	if location := r.headers.Get("Location"); r.status != 201 || r.body != "" || !isUUID(location) {
		w.Errorf("status %d, body %q, Location %q", r.status, r.body, location)
	}
}

func unknownDatabase(w *testSandbox) {
	w.admin(404, "GET", "/v2/databases/"+unknownID, "")
	w.admin(404, "GET", "/v2/databases/invalid", "")
}

func listIsBareArray(w *testSandbox) {
	if got := w.admin(200, "GET", "/v2/databases?include=parked", ""); got != "[]" {
		w.Errorf("an empty list is %s", got)
	}
	if got := read[objects](w.T, w.admin(200, "GET", "/v2/databases", "")); len(got) != 2 {
		w.Errorf("%d databases", len(got))
	}
}

func databaseIsWhole(w *testSandbox) {
	d := read[object](w.T, w.admin(200, "GET", w.create(strings.Replace(newVector, `"app"`, `"first"`, 1)), ""))
	info := d["info"].(object)
	dc := info["datacenters"].([]any)[0].(object)
	want := []any{[]any{"first"}, "first", "GCP", "us-east1", d["id"].(string) + "-1"}
	if diff := cmp.Diff(want, []any{info["keyspaces"], info["keyspace"], info["cloudProvider"], dc["region"], dc["id"]}); diff != "" {
		w.Error(diff)
	}
	if _, err := time.Parse(time.RFC3339, dc["dateCreated"].(string)); err != nil {
		w.Error(err)
	}
	if _, is := d["storage"].(object)["nodeCount"].(float64); !is || d["status"] != "PENDING" {
		w.Errorf("storage %v, status %v", d["storage"], d["status"])
	}
	path := "/v2/databases/" + w.databases("")[0].ID
	w.admin(201, "POST", path+"/keyspaces/more", "")
	w.clock.advance(time.Minute)
	info = read[object](w.T, w.admin(200, "GET", path, ""))["info"].(object)
	if diff := cmp.Diff([]any{"more"}, info["additionalKeyspaces"]); diff != "" {
		w.Error(diff)
	}
}

func keyspacesChange(w *testSandbox) {
	path := "/v2/databases/" + w.databases("")[0].ID
	for _, step := range []struct {
		status          int
		method          string
		before, finally []string
	}{
		{201, "POST", []string{"app"}, []string{"app", "more"}},
		{202, "DELETE", []string{"app", "more"}, []string{"app"}},
	} {
		w.admin(step.status, step.method, path+"/keyspaces/more", "")
		if d := w.get(path); d.Status != "MAINTENANCE" || !slices.Equal(d.Info.Keyspaces, step.before) {
			w.Errorf("meanwhile %s with %v", d.Status, d.Info.Keyspaces)
		}
		w.admin(409, step.method, path+"/keyspaces/more", "")
		w.clock.advance(time.Minute)
		if d := w.get(path); d.Status != "ACTIVE" || !slices.Equal(d.Info.Keyspaces, step.finally) {
			w.Errorf("finally %s with %v", d.Status, d.Info.Keyspaces)
		}
	}
}

func terminatedDatabases(w *testSandbox) {
	id := w.databases("")[0].ID
	w.admin(202, "POST", "/v2/databases/"+id+"/terminate", "")
	if got := w.get("/v2/databases/" + id).Status; got != "TERMINATING" {
		w.Errorf("it is %s", got)
	}
	w.clock.advance(10 * time.Minute)
	if got := ids(w.databases("")); slices.Contains(got, id) {
		w.Error("it is still in the list")
	}
	if got := ids(w.databases("?include=all")); !slices.Contains(got, id) {
		w.Error("it is not in the list of all")
	}
	if got := w.get("/v2/databases/" + id).Status; got != "TERMINATED" {
		w.Errorf("it is %s", got)
	}
}

func tokensComeAndGo(w *testSandbox) {
	for _, path := range []string{"/v2/clientIdSecrets", "/v2/tokens"} {
		made := read[object](w.T, w.admin(200, "POST", path, `{"roles":["`+roUser+`"]}`))
		clients := read[object](w.T, w.admin(200, "GET", path, ""))["clients"].([]any)
		listed := clients[len(clients)-1].(object)
		if listed["clientId"] != made["clientId"] || !strings.HasPrefix(made["token"].(string), "AstraCS:") {
			w.Errorf("%v is listed as %v", made, listed)
		}
		w.admin(204, "DELETE", "/v2/clientIdSecrets/"+made["clientId"].(string), "")
	}
}

func usersInPascalCase(w *testSandbox) {
	w.admin(200, "PUT", "/v2/organizations/users", `{"email":"new@example.com","orgID":"`+w.status.OrgID+`","roles":["`+roUser+`"]}`)
	org := read[object](w.T, w.admin(200, "GET", "/v2/organizations/users", ""))
	if org["OrgID"] != w.status.OrgID || org["OrgName"] != w.status.OrgName {
		w.Errorf("%v %v", org["OrgID"], org["OrgName"])
	}
	for _, u := range org["Users"].([]any) {
		u := u.(object)
		if !isUUID(u["UserID"].(string)) || u["Email"] == "" || u["Status"] == "" {
			w.Errorf("%v", u)
		}
		for _, r := range u["Roles"].([]any) {
			if r := r.(object); !isUUID(r["ID"].(string)) || r["Name"] == "" {
				w.Errorf("%v", r)
			}
		}
	}
}

func rolesInSmallLetters(w *testSandbox) {
	custom := w.newRole("Custom", []string{"org-read"}, []string{""})
	roles := read[objects](w.T, w.admin(200, "GET", "/v2/organizations/roles", ""))
	want := []string{"id", "last_update_date_time", "last_update_user_id", "name", "policy"}
	for _, r := range roles {
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(r))); diff != "" {
			w.Error(diff)
		}
		org := r["policy"].(object)["resources"].([]any)[0].(string)
		if (org == "drn:astra:org:__ORG_ID__") == (r["id"] == custom) {
			w.Errorf("%s is for %s", r["name"], org)
		}
	}
	if len(roles) != 17 {
		w.Errorf("%d roles", len(roles))
	}
}

func roleErrorsAreStrings(w *testSandbox) {
	const path = "/v2/organizations/roles"
	reader := w.newToken(roUser).Token
	for _, r := range []testResponse{
		w.send("GET", path+"/Custom", w.status.Token, ""),
		w.send("GET", path+"/"+unknownID, w.status.Token, ""),
		w.send("GET", path+"/"+roUser, reader, ""),
		w.send("POST", path, w.status.Token, "{}"),
		w.send("PUT", path+"/"+unknownID, w.status.Token, "{}"),
		w.send("DELETE", path+"/"+roUser, w.status.Token, ""),
	} {
		if text := read[string](w.T, r.body); r.status < 400 || r.kind != formJSON || text == "" {
			w.Errorf("%+v", r)
		}
	}
}

func missingPermission(w *testSandbox) {
	path, token := "/v2/databases/"+w.databases("")[0].ID, w.newToken(w.newRole("Guest", []string{"org-read"}, []string{""})).Token
	for _, request := range []string{
		"GET /v2/databases", "GET " + path, "POST /v2/databases", "POST " + path + "/terminate", "POST " + path + "/secureBundleURL",
		"POST " + path + "/datacenters", "GET /v2/regions/serverless", "GET /v2/availableRegions",
	} {
		method, path, _ := strings.Cut(request, " ")
		if r := w.send(method, path, token, ""); r.status != 401 || r.body != "null" || r.kind != formJSON {
			w.Errorf("%s: %+v", request, r)
		}
	}
}

func jsonSaysSo(w *testSandbox) {
	for _, request := range []string{
		"GET /v2/currentOrg", "GET /v2/databases", "GET /v2/databases/" + unknownID, "GET /v2/organizations/roles", "GET /v2/organizations/roles/x",
		"GET /v2/organizations/users/x", "GET /v2/clientIdSecrets", "POST /v2/databases", "DELETE /v2/clientIdSecrets/x",
		"GET /v2/availableRegions", "POST /v2/databases/" + w.databases("")[0].ID + "/park",
	} {
		method, path, _ := strings.Cut(request, " ")
		r := w.send(method, path, w.status.Token, "")
		if r.kind != "application/json; charset=UTF-8" || !json.Valid([]byte(r.body)) {
			w.Errorf("%s: %+v", request, r)
		}
	}
}

func unusualStatuses(w *testSandbox) {
	if got := w.admin(201, "POST", "/v2/kms", `{"orgId":"`+w.status.OrgID+`","aws":{"keyID":"arn:aws:kms:us-east-1:123456789012:key/`+unknownID+`","region":"us-east-1"}}`); got != "" {
		w.Errorf("a key is answered with %s", got)
	}

	id := w.createActive(newVector)
	w.admin(201, "POST", "/v3/databases/"+id+"/cdc", newCapture(id))
	if got := w.admin(204, "PUT", "/v3/databases/"+id+"/cdc", newCapture(id)); got != "" {
		w.Errorf("CDC is answered with %s", got)
	}

	const group = `"title":"t","cloudProvider":"GCP","region":"us-east1","instanceType":"STANDARD","provisionType":"shared","min":1,"max":1,"reserved":0`
	made := read[objects](w.T, w.admin(201, "POST", "/v2/pcus", "[{"+group+"}]"))
	pcu := made[0]["uuid"].(string)
	changed := read[objects](w.T, w.admin(200, "PUT", "/v2/pcus", `[{"pcuGroupUUID":"`+pcu+`",`+group+"}]"))
	joined := read[objects](w.T, w.admin(201, "POST", "/v2/pcus/association/"+pcu+"/"+id+"-1", ""))
	if len(made) != 1 || len(changed) != 1 || changed[0]["uuid"] != pcu || len(joined) != 1 {
		w.Errorf("%v %v %v", made, changed, joined)
	}
	w.clock.advance(time.Minute)
	w.admin(200, "POST", "/v2/pcus/park/"+pcu, "")
	w.clock.advance(time.Minute)
	w.admin(200, "POST", "/v2/pcus/unpark/"+pcu, "")
}

// createActive creates a database and waits until it is active.
func (w *testSandbox) createActive(body string) (id string) {
	w.Helper()
	path := w.create(body)
	w.clock.advance(10 * time.Minute)
	return strings.TrimPrefix(path, "/v2/databases/")
}

// captured has the tables of newCapture.
const captured = `"tables":[{"tableName":"t","keyspaceName":"app"}]`

// newCapture is a request for change data capture of the database of newVector.
func newCapture(id string) string {
	return `{"databaseID":"` + id + `","databaseName":"shop",` + captured + `,"regions":[{"datacenterID":"` + id +
		`-1","datacenterRegion":"us-east1","streamingClusterName":"c","streamingTenantName":"t"}]}`
}

func bundlesAreOneOrAll(w *testSandbox) {
	id := w.databases("")[0].ID
	one := read[object](w.T, w.admin(200, "POST", "/v2/databases/"+id+"/secureBundleURL", ""))
	all := read[objects](w.T, w.admin(200, "POST", "/v2/databases/"+id+"/secureBundleURL?all=true", ""))
	for _, bundle := range append(all, one) {
		if bundle["datcenterID"] != id+"-1" || !strings.HasPrefix(bundle["downloadURL"].(string), w.url) {
			w.Errorf("%v", bundle)
		}
	}
}

func oddParameters(w *testSandbox) {
	if got := w.databases("?include=non_terminated&provider=all&limit=1000"); len(got) != 2 {
		w.Errorf("%d databases", len(got))
	}
	w.admin(200, "PUT", "/v2/organizations/users", `{"email":"new@example.com","OrgID":"`+w.status.OrgID+`","roles":["`+roUser+`"]}`)
}

func deleteTakesBody(w *testSandbox) {
	id := w.createActive(newVector)
	dc := "/v2/organizations/clusters/" + id + "/datacenters/" + id + "-1"
	w.admin(200, "POST", dc+"/private-link", `{"allowedPrincipals":["arn:aws:iam::123456789012:user/ada"]}`)
	w.admin(204, "DELETE", dc+"/allowed-principals", `{"allowedPrincipal":"arn:aws:iam::123456789012:user/ada"}`)

	w.admin(201, "POST", "/v3/databases/"+id+"/cdc", newCapture(id))
	w.admin(204, "DELETE", "/v3/databases/"+id+"/cdc", `{"databaseID":"`+id+`",`+captured+`}`)

	request, err := http.NewRequestWithContext(w.Context(), http.MethodDelete, w.url+"/v2/organizations/users/"+w.users()[1].UserID, strings.NewReader(""))
	if err != nil {
		w.Fatal(err)
	}
	request.Header = http.Header{"Authorization": {"Bearer " + w.status.Token}, "Content-Type": {"application/json"}}
	answer, err := w.client.RoundTrip(request)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		w.Errorf("an empty body that should be JSON: %d", answer.StatusCode)
	}
}

func questionMarkMissing(w *testSandbox) {
	with := w.admin(200, "GET", "/v2/regions/serverless?filter-by-org=enabled", "")
	for _, path := range []string{"/v2/regions/serverless&filter-by-org=enabled", "/regions/serverless&filter-by-org=enabled"} {
		if got := w.admin(200, "GET", path, ""); got != with {
			w.Errorf("%s answers %s", path, got)
		}
	}
}

func accessListForms(w *testSandbox) {
	path := "/v2/databases/" + w.databases("")[0].ID + "/access-list"
	addresses := `[{"address":"192.0.2.0/24","description":"office","enabled":true}]`
	for _, body := range []string{addresses, `{"addresses":` + addresses + `,"configurations":{"accessListEnabled":true}}`} {
		w.admin(204, "PUT", path, body)
		got := read[object](w.T, w.admin(200, "GET", path, ""))
		if list := got["addresses"].([]any); len(list) != 1 || list[0].(object)["address"] != "192.0.2.0/24" {
			w.Errorf("%v", got)
		}
	}
}

// addressesComeBack checks text and order, on which the plan of Terraform depends.
func addressesComeBack(w *testSandbox) {
	path := "/v2/databases/" + w.databases("")[0].ID + "/access-list"
	w.admin(204, "POST", path, `[{"address":"203.0.113.7/24","description":"","enabled":true},{"address":"0.0.0.1/0","description":"all","enabled":true}]`)
	var texts []string
	for _, a := range read[object](w.T, w.admin(200, "GET", path, ""))["addresses"].([]any) {
		texts = append(texts, a.(object)["address"].(string))
	}
	if diff := cmp.Diff([]string{"203.0.113.7/24", "0.0.0.1/0"}, texts); diff != "" {
		w.Error(diff)
	}
}

func listIsPutAsRead(w *testSandbox) {
	path := "/v2/databases/" + w.databases("")[0].ID + "/access-list"
	w.admin(204, "POST", path, `[{"address":"203.0.113.0/24","description":"","enabled":true}]`)
	body := w.admin(200, "GET", path, "")
	w.admin(204, "PUT", path, strings.Replace(body, `"description":""`, `"description":"edited"`, 1))
	if got := w.admin(200, "GET", path, ""); !strings.Contains(got, "edited") {
		w.Error(got)
	}
}

func postAddsToACL(w *testSandbox) {
	path := "/v2/organizations/" + w.status.OrgID + "/devops-acl"
	for _, address := range []string{"203.0.113.0/24", "198.51.100.7/32"} {
		w.admin(201, "POST", path, `[{"address":"`+address+`","description":"","enabled":true}]`)
	}
	if list := read[object](w.T, w.admin(200, "GET", path, ""))["addresses"].([]any); len(list) != 2 {
		w.Errorf("%v", list)
	}
}

func takesSecretKey(w *testSandbox) {
	w.admin(202, "POST", "/v2/databases/"+w.databases("")[0].ID+"/telemetry/metrics", `{"cloudwatch":{"access_key":"A","secret_key":"s","region":"us-east-1"}}`)
}

func takesTemplate(w *testSandbox) {
	w.admin(202, "POST", "/v2/databases/"+w.databases("")[0].ID+"/telemetry/metrics",
		`{"prometheus_remote":{"endpoint":"e","auth_strategy":"bearer","token":"t","user":"u","password":"p"}}`)
}

func regionsHoldThoseInUse(w *testSandbox) {
	regions := read[objects](w.T, w.admin(200, "GET", "/v2/regions/serverless?region-type=all", ""))
	for _, d := range w.databases("") {
		if d.Info.Tier != "serverless" {
			continue
		}
		if !slices.ContainsFunc(regions, func(r object) bool {
			return r["name"] == d.Info.Region && strings.EqualFold(r["cloudProvider"].(string), d.Info.CloudProvider)
		}) {
			w.Errorf("%s in %s is not in the list", d.Info.Region, d.Info.CloudProvider)
		}
	}
}

func serves11(w *testSandbox) {
	request, err := http.NewRequestWithContext(w.Context(), http.MethodGet, w.url+"/v2/currentOrg", nil)
	if err != nil {
		w.Fatal(err)
	}
	answer, err := w.client.RoundTrip(request)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.Proto != "HTTP/1.1" {
		w.Errorf("%s", answer.Proto)
	}
}

func gatewayAnswers(w *testSandbox) {
	for _, token := range []string{"", "AstraCS:x", w.status.Token} {
		for _, request := range []string{"GET /v2/nothing", "PATCH /v2/currentOrg", "GET /openapi", "DELETE /v2/databases"} {
			method, path, _ := strings.Cut(request, " ")
			if r := w.send(method, path, token, ""); r.status != 404 || r.kind != "text/plain; charset=utf-8" || r.body != "404 page not found\n" {
				w.Errorf("%s with %q: %+v", request, token, r)
			}
		}
	}
}

func tokenErrors(w *testSandbox) {
	for token, want := range map[string]string{
		"":                      `{"errors":[{"ID":340002,"message":"no bearer token in request"}]}`,
		"AstraCS:notarealtoken": `{"errors":[{"ID":340016,"message":"Resource, token, was malformed. Error: auth-manager returned 400 for call %s/v2/admin/tokens?%s"}]}`,
		otherToken:              `{"errors":[{"ID":340018,"message":"Resource not found: token with identifier: auth-manager returned 404 for call %s/v2/admin/tokens?%s"}]}`,
	} {
		for _, path := range []string{"/v2/currentOrg", "/v2/databases", "/v2/organizations/roles"} {
			if r := w.send("GET", path, token, ""); r.status != 401 || r.body != want {
				w.Errorf("%s with %q: %+v", path, token, r)
			}
		}
	}
}

func longSecrets(w *testSandbox) {
	made := w.newToken(roUser)
	if len(made.Secret) != 128 || strings.Trim(made.Secret, secretLetters) != "" {
		w.Errorf("the secret is %q", made.Secret)
	}
	if want := "AstraCS:" + made.ClientID + ":" + hash(made.Secret); made.Token != want {
		w.Errorf("%s, want %s", made.Token, want)
	}
}

func tokensOfOrganizations(w *testSandbox) {
	org := read[organization](w.T, w.admin(201, "POST", "/v2/enterprises/organizations",
		`{"name":"Europe","email":"owner@example.com","adminUserID":"`+w.users()[0].UserID+`"}`)).OrganizationID
	body := `{"roles":["` + orgAdministrator + `"],"orgId":"` + org + `"}`
	if made := read[credentialOut](w.T, w.admin(200, "POST", "/v2/tokens", body)); made.OrgID != org {
		w.Errorf("%+v", made)
	}
	w.admin(403, "POST", "/v2/clientIdSecrets", body)
}

// continentsArePlaces checks the form of the answer recorded in 2020: "Moncks Corner,
// South Carolina".
func continentsArePlaces(w *testSandbox) {
	regions := read[objects](w.T, w.admin(200, "GET", "/v2/availableRegions", ""))
	for _, r := range regions {
		if place, _ := r["regionContinent"].(string); len(place) < 5 || strings.ToUpper(place) == place {
			w.Errorf("%v: continent %q", r["region"], place)
		}
	}
	if len(regions) == 0 {
		w.Error("no classic regions")
	}
}

func enterpriseTokens(w *testSandbox) {
	token, err := w.server.IssueEnterpriseToken()
	if err != nil {
		w.Fatal(err)
	}
	for _, request := range []string{"GET /v2/databases", "POST /v2/databases", "GET /v2/availableRegions", "GET /v2/databases/" + w.databases("")[0].ID} {
		method, path, _ := strings.Cut(request, " ")
		if r := w.send(method, path, token, ""); r.status != 401 || r.body != "null" {
			w.Errorf("%s: %+v", request, r)
		}
	}
	if r := w.send("GET", "/v2/tokens", token, ""); r.status != 200 {
		w.Errorf("%+v", r)
	}
}
