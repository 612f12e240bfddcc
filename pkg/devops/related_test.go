package devops

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/secret"
)

func TestPCUs(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "POST_v2_pcus_actions_get.json")), status(200, fixture(t, "GET_v2_pcus_association.json")),
		status(404, `{"errors":[{"ID":404,"message":"none"}]}`), status(200, `[{"uuid":"u","instanceType":"STANDARD"}]`))
	at := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	want := PCUGroup{"e0e0e0e0-0000-4000-8000-000000000005", "shop", "for the shop", "CREATED", "AWS", "us-east-1", "small", "shared", 1, 3, 1, at, at}
	groups, err := c.PCUs.List(t.Context())
	if diff := cmp.Diff([]PCUGroup{want}, groups); diff != "" || err != nil {
		t.Error(diff, err)
	}
	checkRequest(t, s.seen[0], "POST /v2/pcus/actions/get", "POST_v2_pcus_actions_get.request.json")
	members, err := c.PCUs.Members(t.Context(), want.ID)
	if diff := cmp.Diff([]PCUMember{{testVector + "-1", "Accepted"}}, members); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if none, err := c.PCUs.Members(t.Context(), want.ID); err != nil || none == nil || len(none) > 0 {
		t.Error(none, err)
	}
	if groups, err = c.PCUs.List(t.Context()); err != nil || groups[0].Type != "STANDARD" || groups[0].Reserved != 0 {
		t.Error(groups, err)
	}
}

func TestCDC(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "GET_v3_databases_cdc.json")), status(200, fixture(t, "GET_v3_databases_keyspaces_tables_cdc.json")), status(404, "null"))
	regions := []CDCRegion{{testVector + "-1", "us-east1", "pulsar-gcp-useast1", "cdc-shop"}}
	got, err := c.CDC.Get(t.Context(), testVector)
	if diff := cmp.Diff(CDC{testVector, []CDCTable{{"shop", "orders"}}, regions}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	table, err := c.CDC.Table(t.Context(), testVector, CDCTable{"shop", "a/b"})
	if diff := cmp.Diff([]CDCStatus{{"Active", regions}}, table); diff != "" || err != nil {
		t.Error(diff, err)
	}
	checkRequest(t, s.seen[1], "GET /v3/databases/"+testVector+"/keyspaces/shop/tables/a%2Fb/cdc", "")
	if none, err := c.CDC.Get(t.Context(), testVector); err != nil || none.Tables == nil || none.DatabaseID != testVector {
		t.Error(none, err)
	}
	for _, name := range []string{"", ".", ".."} {
		if _, err := c.CDC.Table(t.Context(), testVector, CDCTable{"shop", name}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestTelemetryHidesSecrets(t *testing.T) {
	c, _ := newScriptedClient(t, status(200, fixture(t, "GET_v2_databases_telemetry_metrics.json")), status(200, fixture(t, "GET_v2_organizations_telemetry_auditLogs.json")),
		status(200, `{"Datadog":{"api_key":"leak","site":"datadoghq.com"}}`),
		status(200, `{"kafka":{"bootstrap_servers":["a","b"],"sasl_password":"leak","endpoint":"https://u:leak@h","more":{"x":"leak"},"secret":7}}`),
		status(404, "null"), status(200, "{}"), status(200, `{"splunk":{},"kafka":null,"Datadog":{"site":"x"}}`), status(200, `{"kafka":"x"}`))
	got, err := c.Telemetry.Metrics(t.Context(), testVector)
	want := []Export{{"prometheus_remote", map[string]any{"endpoint": "https://prometheus.example.com/api/v1/write", "auth_strategy": "bearer", "token": secret.Text("fake")}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got, err = c.Telemetry.AuditLogs(t.Context(), testOrg); err != nil || len(got) != 1 || got[0].Kind != "pulsar" || got[0].Settings["topic"] != "audit" {
		t.Error(got, err)
	}
	for _, kind := range []string{"datadog", "kafka"} {
		got, err := c.Telemetry.Metrics(t.Context(), testVector)
		text, _ := json.Marshal(got)
		if err != nil || len(got) != 1 || got[0].Kind != kind || strings.Contains(string(text), "leak") || strings.Contains(string(text), "7") {
			t.Errorf("%s, %v", text, err)
		}
	}
	for range 2 {
		if got, err := c.Telemetry.Metrics(t.Context(), testVector); err != nil || got == nil || len(got) != 0 {
			t.Error(got, err)
		}
	}
	got, err = c.Telemetry.Metrics(t.Context(), testVector)
	if diff := cmp.Diff([]Export{{"datadog", map[string]any{"site": "x"}}, {"splunk", map[string]any{}}}, got); diff != "" || err != nil {
		t.Error("several destinations:", diff, err)
	}
	if _, err := c.Telemetry.Metrics(t.Context(), testVector); !errors.Is(err, ErrInvalidResponse) {
		t.Error("a destination that is no object:", err)
	}
}

func TestPrivateLinks(t *testing.T) {
	c, _ := newScriptedClient(t, status(200, fixture(t, "GET_v2_organizations_private-link.json")), status(200, fixture(t, "GET_v2_organizations_clusters_private-link.json")),
		status(200, `{"clusters":null}`))
	want := []PrivateLink{{
		testVector, testVector + "-1", "projects/fake/regions/us-east1/serviceAttachments/pl-shop",
		[]string{"fake-project"},
		[]PrivateEndpoint{{"fake-endpoint", "billing", "1", "Accepted", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}},
	}}
	list, err := c.PrivateLinks.List(t.Context())
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Error(diff, err)
	}
	one, err := c.PrivateLinks.Get(t.Context(), testVector)
	if diff := cmp.Diff(want, one); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if none, err := c.PrivateLinks.List(t.Context()); err != nil || none == nil {
		t.Error(none, err)
	}
}
