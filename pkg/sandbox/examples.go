package sandbox

import (
	"encoding/json"
	"errors"
	"time"

	bolt "go.etcd.io/bbolt"
)

// seedExamples adds one record of each kind that the examples in help and docs
// need, for the database demo.
func seedExamples(tx *bolt.Tx, m meta, demo, group, tenant string, now time.Time) error {
	now = now.Truncate(time.Millisecond)
	kind, _ := findPCUType("standard", "GCP", "us-east1")
	return errors.Join(
		pcuGroups().put(tx, pcuGroup{
			ID: group, OrgID: m.OrgID, Title: "example", Cloud: "GCP", Region: "us-east1", InstanceType: "standard",
			Type: kind, ProvisionType: "shared", Min: 1, Max: 3, Reserved: 1,
			CreatedAt: now, UpdatedAt: now, CreatedBy: "owner@example.com", UpdatedBy: "owner@example.com", Status: "CREATED",
		}),
		cdcs().put(tx, cdc{
			Org: m.OrgID, Database: demo, Name: "demo", Tables: []cdcTable{{"example", "app"}},
			Regions: []cdcRegion{{demo + "-1", "us-east1", "pulsar-gcp-useast1", "cdc-example"}},
		}),
		streamingTenants().put(tx, streamingTenant{
			ID: tenant, Name: "cdc-example", Cluster: "pulsar-gcp-useast1", Cloud: "gcp", Region: "useast1", Plan: "payg", Created: now,
		}),
		exports().put(tx, export{demo, map[string]json.RawMessage{
			"prometheus_remote": json.RawMessage(`{"endpoint":"https://prometheus.example.com/api/v1/write","auth_strategy":"bearer","token":"example"}`),
		}}),
	)
}
