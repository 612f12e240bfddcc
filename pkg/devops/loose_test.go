package devops

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOddFields lists databases, one of which has a field of another type: all
// are listed with their valid fields.
func TestOddFields(t *testing.T) {
	t.Parallel()
	odd := []string{"null", `"1"`, "1.0", "1e0", "1.5", `"x"`, "true", "[]", "{}", "[1,null,{}]", `{"a":[1]}`, "99999999999999999999", `""`}
	for _, field := range []string{"orgId", "ownerId", "status", "info", "creationTime", "dataEndpointUrl", "storage", "cost", "availableActions"} {
		for _, value := range odd {
			checkOdd(t, field+"="+value, `{"id":"odd","info":{"name":"odd"},"`+field+`":`+value+`}`)
		}
	}
	for _, field := range []string{
		"name", "tier", "dbType", "capacityUnits", "cloudProvider", "region", "keyspace", "keyspaces", "additionalKeyspaces", "datacenters",
	} {
		for _, value := range odd {
			checkOdd(t, "info."+field+"="+value, `{"id":"odd","info":{"`+field+`":`+value+`}}`)
		}
	}
	for _, field := range []string{"id", "name", "region", "tier", "cloudProvider"} {
		for _, value := range odd {
			checkOdd(t, "datacenter "+field+"="+value, `{"id":"odd","info":{"datacenters":["x",7,null,{"`+field+`":`+value+`},{"region":"us-east1"}]}}`)
		}
	}
}

func checkOdd(t *testing.T, name, document string) {
	t.Helper()
	client, _ := newScriptedClient(t, status(http.StatusOK, `[{"id":"a","info":{"name":"first"}},`+document+`,{"id":"b","info":{"name":"last"}}]`))
	all, err := Collect(client.Databases.All(t.Context(), ""))
	if err != nil || len(all) != 3 || all[0].Name != "first" || all[1].ID != "odd" || all[2].Name != "last" {
		t.Errorf("%s: %v, %v", name, all, err)
	}
	if err != nil && strings.Contains(err.Error(), "{id}") {
		t.Errorf("%s: %v", name, err)
	}
}

func TestLooseValues(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"1": 1, `"1"`: 1, "1.0": 1, `" 2 "`: 2, "3e0": 3, "1.5": 0, "null": 0, `"x"`: 0, "1e99": 0, "-1": -1, "true": 0} {
		client, _ := newScriptedClient(t, status(http.StatusOK, `{"id":"d","info":{"capacityUnits":`+value+`,"name":7,"keyspaces":"only","datacenters":[{"region":"us-east1"},4]}}`))
		d, err := client.Databases.Get(t.Context(), "d")
		if err != nil || d.CapacityUnits != want || d.Name != "7" || !cmp.Equal(d.Keyspaces, []string{"only"}) || !cmp.Equal(d.Regions, []string{"us-east1"}) {
			t.Errorf("%s: %+v, %v", value, d, err)
		}
	}
}

// TestMessagesNameTheThing checks that errors show the expanded path, not its
// placeholders.
func TestMessagesNameTheThing(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{"id":7}`, "[]", "no", `{"id":""}`} {
		for _, code := range []int{200, 400, 401, 403, 404, 409, 422, 500} {
			client, _ := newScriptedClient(t, status(code, answer))
			_, err := client.Databases.Get(t.Context(), "some-id")
			if err == nil || strings.ContainsAny(err.Error(), "{}") && !strings.Contains(answer, "{") || strings.Contains(err.Error(), "{id}") || !strings.Contains(err.Error(), "some-id") {
				t.Errorf("%d %s: %v", code, answer, err)
			}
		}
	}
	client, _ := newScriptedClient(t, status(200, ""))
	for _, id := range []string{"", ".", ".."} {
		if _, err := client.Databases.Get(t.Context(), id); err == nil || strings.Contains(err.Error(), "{id}") {
			t.Errorf("%q: %v", id, err)
		}
		if err := client.Databases.CreateKeyspace(t.Context(), "d", id); err == nil || strings.Contains(err.Error(), "{part}") {
			t.Errorf("%q: %v", id, err)
		}
	}
}
