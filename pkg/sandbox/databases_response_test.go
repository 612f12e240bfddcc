package sandbox

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestDatabaseOf2026 compares the keys of a database with those of a body that
// the service sent in February 2026, before and after its termination.
func TestDatabaseOf2026(t *testing.T) {
	w := newTestSandbox(t)
	path := "/v2/databases/" + w.databases("")[0].ID
	keys := func() (all, datacenter, storage []string) {
		d := read[object](t, w.admin(200, "GET", path, ""))
		dc := d["info"].(object)["datacenters"].([]any)[0].(object)
		return slices.Sorted(maps.Keys(d)), slices.Sorted(maps.Keys(dc)), slices.Sorted(maps.Keys(d["storage"].(object)))
	}
	database := []string{
		"availableActions", "cost", "cqlshUrl", "creationTime", "dataEndpointUrl", "grafanaUrl", "graphqlUrl", "id", "info", "lastUsageTime",
		"metrics", "observedStatus", "orgId", "ownerId", "status", "storage", "terminationTime",
	}
	datacenter := []string{
		"capacityUnits", "cloudAccount", "cloudProvider", "dateCreated", "id", "isPrimary", "name", "region", "regionClassification", "regionZone",
		"requestedNodeCount", "secureBundleInternalUrl", "secureBundleMigrationProxyInternalUrl", "secureBundleMigrationProxyUrl",
		"secureBundleUrl", "status", "streamingTenant", "targetAccount", "tier",
	}
	storage := []string{"displayStorage", "nodeCount", "replicationFactor", "totalStorage"}

	gotDatabase, gotDatacenter, gotStorage := keys()
	if diff := cmp.Diff([][]string{database, datacenter, storage}, [][]string{gotDatabase, gotDatacenter, gotStorage}); diff != "" {
		t.Error(diff)
	}
	w.admin(202, "POST", path+"/terminate", "")
	w.clock.advance(time.Hour)
	gotDatabase, _, _ = keys()
	if diff := cmp.Diff(database[1:], gotDatabase); diff != "" {
		t.Errorf("after the termination: %s", diff)
	}
	if _, is := read[object](t, w.admin(200, "GET", path, ""))["info"].(object)["additionalKeyspaces"]; is {
		t.Error("additionalKeyspaces without any")
	}
}

// TestPrimaryDatacenter checks that only the first region is primary.
func TestPrimaryDatacenter(t *testing.T) {
	w := newTestSandbox(t)
	path := "/v2/databases/" + w.databases("")[0].ID
	w.admin(201, "POST", path+"/datacenters", `[{"tier":"serverless","cloudProvider":"GCP","region":"us-east4"}]`)
	w.clock.advance(time.Hour)
	var primary []bool
	for _, dc := range w.get(path).Info.Datacenters {
		primary = append(primary, dc.IsPrimary)
	}
	if !slices.Equal(primary, []bool{true, false}) {
		t.Error(primary)
	}
}
