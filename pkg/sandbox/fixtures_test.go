package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAnswersHaveTheShapeOfTheFixtures compares keys and types of values in the
// sandbox's responses with those of the recorded bodies that test the client:
// both packages must agree.
func TestAnswersHaveTheShapeOfTheFixtures(t *testing.T) {
	w := newTestSandbox(t)
	role := w.newRole("Shop readers", []string{"org-db-view"}, []string{"", ":db:*"})
	w.admin(204, "PUT", "/v2/organizations/users/"+w.users()[2].UserID+"/roles", `{"roles":["`+roService+`","`+role+`"]}`)
	w.admin(200, "POST", "/v2/tokens", `{"roles":["`+role+`"],"description":"d","tokenExpiry":"2027-01-01T00:00:00Z"}`)
	grown, old := demo("00000000-0000-4000-8000-000000000001", "owner", w.clock.Now()), legacy("00000000-0000-4000-8000-000000000002", "owner", w.clock.Now())
	grown.Keyspaces, old.Keyspaces = append(grown.Keyspaces, "shop"), append(old.Keyspaces, "archive")
	grown.Datacenters = append(grown.Datacenters, datacenter{Number: 2, Cloud: "GCP", Region: "us-east4", Zone: "na", Created: time.Time{}})
	plain := demo("00000000-0000-4000-8000-000000000003", "owner", w.clock.Now())
	insertRecords(w, databases(), grown, old, plain, legacy("00000000-0000-4000-8000-000000000004", "owner", w.clock.Now()))
	w.admin(204, "POST", "/v2/databases/"+grown.ID+"/access-list", `[{"address":"192.0.2.1","description":"","enabled":true}]`)
	w.admin(201, "POST", "/v2/organizations/"+w.status.OrgID+"/devops-acl", `[{"address":"192.0.2.1","description":"","enabled":true}]`)

	bill := report{ID: "b0b0b0b0-0000-4000-8000-000000000009", File: "file", Made: w.clock.Now().Add(-reportDuration)}
	insertRecords(w, reports(), bill)
	addRelatedRecords(w, grown)
	insertRecords(w, customerKeys(), customerKey{false, "aws", "us-east-1", "arn:aws:kms:us-east-1:111122223333:key/0123abcd"})

	requests := map[string]string{
		"GET_v2_access-lists":                                 "/v2/access-lists",
		"GET_v2_clientIdSecrets":                              "/v2/clientIdSecrets",
		"GET_v2_currentOrg":                                   "/v2/currentOrg",
		"GET_v2_database":                                     "/v2/databases/" + grown.ID,
		"GET_v2_databases":                                    "/v2/databases",
		"GET_v2_databases_access-list":                        "/v2/databases/" + grown.ID + "/access-list",
		"GET_v2_enterprises_billing-reports":                  "/v2/enterprises/billing-reports/" + bill.ID,
		"GET_v2_databases_telemetry_metrics":                  "/v2/databases/" + grown.ID + "/telemetry/metrics",
		"GET_v2_organizations_clusters_private-link":          "/v2/organizations/clusters/" + grown.ID + "/private-link",
		"GET_v2_organizations_private-link":                   "/v2/organizations/private-link",
		"GET_v2_organizations_telemetry_auditLogs":            "/v2/organizations/" + w.status.OrgID + "/telemetry/auditLogs",
		"GET_v2_pcus_association":                             "/v2/pcus/association/e0e0e0e0-0000-4000-8000-000000000005",
		"GET_v3_databases_cdc":                                "/v3/databases/" + grown.ID + "/cdc",
		"GET_v3_databases_keyspaces_tables_cdc":               "/v3/databases/" + grown.ID + "/keyspaces/shop/tables/orders/cdc",
		"POST_v2_pcus_actions_get":                            "/v2/pcus/actions/get",
		"POST_v2_pcus":                                        "/v2/pcus",
		"POST_v2_pcus_types":                                  "/v2/pcus/types",
		"PUT_v2_pcus":                                         "/v2/pcus",
		"GET_v2_kms":                                          "/v2/kms",
		"GET_v2_kms_provider_region":                          "/v2/kms/provider/aws/region/us-east-1",
		"GET_v2_kms_provider_region_accounts":                 "/v2/kms/provider/aws/region/us-east-1/accounts",
		"GET_v2_organizations_devops-acl":                     "/v2/organizations/" + w.status.OrgID + "/devops-acl",
		"GET_v2_organizations_role":                           "/v2/organizations/roles/" + role,
		"GET_v2_organizations_roles":                          "/v2/organizations/roles",
		"GET_v2_organizations_user":                           "/v2/organizations/users/" + w.users()[0].UserID,
		"GET_v2_organizations_users":                          "/v2/organizations/users",
		"PATCH_v2_databases_access-list":                      "/v2/databases/" + grown.ID + "/access-list",
		"POST_api_rest_v1_auth":                               "/api/rest/v1/auth",
		"POST_v2_clientIdSecrets":                             "/v2/clientIdSecrets",
		"POST_v2_tokens":                                      "/v2/tokens",
		"POST_v2_databases_access-list":                       "/v2/databases/" + grown.ID + "/access-list",
		"POST_v2_databases_secureBundleURL":                   "/v2/databases/" + grown.ID + "/secureBundleURL?all=true",
		"POST_v2_enterprises_billing-reports_generate-report": "/v2/enterprises/billing-reports/generate-report",
		"POST_v2_enterprises_consumption":                     "/v2/enterprises/consumption",
		"POST_v2_enterprises_organizations":                   "/v2/enterprises/organizations",
		"POST_v2_organizations_roles":                         "/v2/organizations/roles",
		"POST_v2_kms":                                         "/v2/kms",
		"PUT_v2_organizations_devops-acl":                     "/v2/organizations/" + w.status.OrgID + "/devops-acl",
		"PUT_v2_organizations_users":                          "/v2/organizations/users",
		"PUT_v2_organizations_users_roles":                    "/v2/organizations/users/" + w.users()[1].UserID + "/roles",
		"GET_v2_availableRegions":                             "/v2/availableRegions",
		"GET_v2_streaming_tenants":                            "/v2/streaming/tenants",
		"GET_v2_regions_serverless":                           "/v2/regions/serverless?region-type=all",
		"POST_v2_databases":                                   "/v2/databases",
		"POST_v2_databases_classic":                           "/v2/databases",
		"POST_v2_databases_datacenters":                       "/v2/databases/" + plain.ID + "/datacenters",
		"POST_v2_databases_resetPassword":                     "/v2/databases/" + old.ID + "/resetPassword",
		"POST_v2_databases_resize":                            "/v2/databases/00000000-0000-4000-8000-000000000004/resize",
	}
	// These bodies contain data that the sandbox does not have.
	fill := strings.NewReplacer(
		"11111111-2222-4333-8444-555555555555", w.status.OrgID, "c0c0c0c0-0000-4000-8000-000000000003", role,
		"a0a0a0a0-0000-4000-8000-000000000001", w.users()[0].UserID, `"name": "Shop readers"`, `"name": "Shop writers"`,
	).Replace
	for name, path := range requests {
		t.Run(name, func(t *testing.T) {
			w := &testSandbox{T: t, server: w.server, client: w.client, url: w.url, status: w.status}
			method, _, _ := strings.Cut(name, "_")
			body := fill(string(fixture(t, name+".request.json")))
			got := w.send(method, path, w.status.Token, body)
			if got.status >= 300 {
				t.Fatalf("%+v", got)
			}
			want := fixture(t, name+".json")
			if want == nil && body == "" {
				t.Skip("no fixture yet")
			}
			if diff := cmp.Diff(keys(t, want), keys(t, []byte(got.body))); diff != "" {
				t.Error(diff)
			}
		})
	}
	refusals := map[string][3]string{
		"error_envelope.json": {"GET", "/v2/currentOrg", otherToken},
		"error_null.json":     {"GET", "/v2/databases", w.newToken(roService).Token},
		"error_string.json":   {"GET", "/v2/organizations/roles/x", w.status.Token},
	}
	for name, request := range refusals {
		got := w.send(request[0], request[1], request[2], "")
		if want := fixture(t, name); want == nil {
			t.Logf("%s: no fixture yet", name)
		} else if diff := cmp.Diff(keys(t, want), keys(t, []byte(got.body))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}

	// A fixture without a comparison must belong to an endpoint that is not
	// served.
	files, err := filepath.Glob("../../testdata/api/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		_, compared := requests[name]
		_, refused := refusals[name+".json"]
		method, path, _ := strings.Cut(name, "_")
		got := w.send(method, "/"+strings.ReplaceAll(path, "_", "/"), w.status.Token, "")
		if !compared && !refused && (got.body != string(gatewayNotFound().body) || method == "error") {
			t.Errorf("%s is not compared", file)
		}
	}
}

// fixture returns nil if the file does not exist.
func fixture(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "api", name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return data
}

// keys returns the paths of all values in a JSON document with their types. The
// elements of a list share one path.
func keys(t *testing.T, data []byte) []string {
	t.Helper()
	if len(data) == 0 {
		return nil
	}
	var document any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	found := map[string]bool{}
	collect(found, "", document)
	return slices.Sorted(maps.Keys(found))
}

func collect(found map[string]bool, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			collect(found, path+"."+key, child)
		}
	case []any:
		found[path+"[]"] = true
		for _, child := range v {
			collect(found, path+"[]", child)
		}
	default:
		found[fmt.Sprintf("%s %T", path, value)] = true
	}
}
