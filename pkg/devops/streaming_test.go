package devops

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTenants(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "GET_v2_streaming_tenants.json")),
		status(200, `[{"tenantName":"t","brokerServiceUrl":"pulsar://u:p@h:1/x?token=s#f","webServiceUrl":"no address"}]`), status(200, `[{"tenantName":""}]`))
	got, err := c.Streaming.Tenants(t.Context())
	want := []Tenant{{
		ID: "f1f1f1f1-0000-4000-8000-000000000008", Name: "shop-events", Cluster: "pulsar-gcp-useast1", Status: "active", Cloud: "gcp", Region: "useast1",
		Plan: "payg", PulsarVersion: "2.10", BrokerURL: "pulsar+ssl://pulsar-gcp-useast1.streaming.datastax.com:6651", WebURL: "https://pulsar-gcp-useast1.streaming.datastax.com",
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	got, err = c.Streaming.Tenants(t.Context())
	if diff := cmp.Diff([]Tenant{{Name: "t", BrokerURL: "pulsar://h:1/x"}}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err = c.Streaming.Tenants(t.Context()); !errors.Is(err, ErrInvalidResponse) {
		t.Errorf("a tenant without a name: %v", err)
	}
	if s.seen[0] != "GET /v2/streaming/tenants" {
		t.Error(s.seen)
	}
}
