package devops

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeys(t *testing.T) {
	c, s := newScriptedClient(t, status(200, fixture(t, "GET_v2_kms.json")), status(200, fixture(t, "GET_v2_kms_provider_region.json")),
		status(200, fixture(t, "GET_v2_kms_provider_region_accounts.json")), status(201, ""), status(200, "[]"),
		status(200, `{"gcp":{"keyID":"k","region":"r"}}`), status(200, `{"azure":{"keyID":"k","region":"r"}}`), status(200, "{}"))
	ctx, arn := t.Context(), "arn:aws:kms:us-east-1:111122223333:key/0123abcd-0000-4000-8000-000000000000"
	want := Key{Cloud: "aws", Region: "us-east-1", ID: arn}
	list, err := c.Keys.List(ctx, false)
	if diff := cmp.Diff([]Key{want}, list); diff != "" || err != nil {
		t.Error(diff, err)
	}
	one, err := c.Keys.Get(ctx, "aws", "us-east-1", false)
	if diff := cmp.Diff(want, one); diff != "" || err != nil {
		t.Error(diff, err)
	}
	accounts, err := c.Keys.Accounts(ctx, "aws", "us-east-1", true)
	if diff := cmp.Diff([]CloudAccount{{"aws", "111122223333"}}, accounts); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if err := c.Keys.Create(ctx, testOrg, Key{Cloud: "aws", Region: "us-west-2", ID: "arn:aws:kms:us-west-2:111122223333:key/0123abcd-0000-4000-8000-000000000000"}); err != nil {
		t.Error(err)
	}
	checkRequest(t, s.seen[1], "GET /v2/kms/provider/aws/region/us-east-1", "")
	checkRequest(t, s.seen[2], "GET /v2/kms/classic/provider/aws/region/us-east-1/accounts", "")
	checkRequest(t, s.seen[3], "POST /v2/kms", "POST_v2_kms.request.json")
	if none, err := c.Keys.List(ctx, true); err != nil || none == nil {
		t.Error(none, err)
	}
	for _, cloud := range []string{"gcp", "azure"} {
		got, err := c.Keys.Get(ctx, cloud, "r", true)
		if diff := cmp.Diff(Key{cloud, "r", "k", true}, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	if _, err := c.Keys.Get(ctx, "aws", "r", false); err == nil {
		t.Error("no key is no error")
	}
}
