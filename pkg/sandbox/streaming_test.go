package sandbox

import (
	"strings"
	"testing"
)

func TestStreaming(t *testing.T) {
	const tenant = "/v2/streaming/tenants/cdc-example"
	w := newTestSandbox(t)
	w.sendSteps([]step{
		{"GET /v2/streaming/tenants", "", 200, formJSON, `"tenantName":"cdc-example","clusterName":"pulsar-gcp-useast1"`},
		{"GET " + tenant, "", 200, formJSON, `"astraOrgGUID":"ORG"`},
		{"GET /v2/streaming/tenants/other", "", 404, formJSON, "tenant other not found"},
		{"HEAD " + tenant, "", 200, formNone, ""},
		{"HEAD " + tenant + "?provider=gcp&region=us-east1", "", 200, formNone, ""},
		{"HEAD " + tenant + "?provider=aws&region=us-east-1", "", 404, formJSON, ""},
		{"HEAD " + tenant + "?provider=gcp", "", 400, formJSON, ""},
		{"HEAD /v2/streaming/tenants/other", "", 404, formJSON, ""},
		{"GET /v2/streaming/astra-cdc/databases/DB", "", 200, formJSON, `"dataTopic":"persistent://cdc-example/astracdc/data-DB-app.example"`},
		{"GET /v2/streaming/astra-cdc/databases/" + unknownID, "", 404, formJSON, "not found"},
		{"DELETE /v3/databases/DB/cdc", `{"databaseID":"DB","tables":[{"tableName":"example","keyspaceName":"app"}]}`, 204, formNone, ""},
		{"GET /v2/streaming/astra-cdc/databases/DB", "", 200, formJSON, "[]"},
	})
	if got := w.send("GET", tenant, w.newToken(roUser).Token, ""); got.status != 403 {
		t.Errorf("without permission: %+v", got)
	}
}

// TestTenantOfCluster names a cluster in the header, as the Terraform provider
// does.
func TestTenantOfCluster(t *testing.T) {
	w := newTestSandbox(t)
	for cluster, want := range map[string]int{"": 200, "pulsar-gcp-useast1": 200, "pulsar-aws-useast1": 404} {
		r := w.request("GET", "/v2/streaming/tenants/cdc-example", "")
		r.Header.Set("X-DataStax-Pulsar-Cluster", cluster)
		if got := record(w.server, r); got.status != want || want == 200 && !strings.Contains(string(got.body), `"pulsarToken":"eyJ`) {
			t.Errorf("cluster %q: %d %s", cluster, got.status, got.body)
		}
	}
}
