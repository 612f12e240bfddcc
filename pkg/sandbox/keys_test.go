package sandbox

import (
	"strings"
	"testing"
)

func TestCustomerKeys(t *testing.T) {
	const arn = `"arn:aws:kms:us-east-1:111122223333:key/k"`
	aws := `{"orgId":"ORG","aws":{"keyID":` + arn + `,"region":"us-east-1"}}`
	w := newTestSandbox(t)
	w.sendSteps([]step{
		{"GET /v2/kms", "", 200, formJSON, "[]"},
		{"GET /v2/kms/provider/aws/region/us-east-1", "", 404, formJSON, `"ID":404`},
		{"POST /v2/kms", aws, 201, formNone, ""},
		{"POST /v2/kms", aws, 400, formJSON, "already"},
		{"GET /v2/kms", "", 200, formJSON, `[{"OrganizationID":"ORG","CloudProvider":"aws","KeyID":` + arn + `,"Region":"us-east-1"}]`},
		{"GET /v2/kms/classic", "", 200, formJSON, "[]"},
		{"GET /v2/kms/provider/AWS/region/us-east-1", "", 200, formJSON, `"aws":{"keyID":` + arn + `,"region":"us-east-1"}`},
		{"GET /v2/kms/provider/aws/region/us-east-1/accounts", "", 200, formJSON, `[{"organization_id":"ORG","provider_id":"000000000000","provider":"aws"}]`},
		{"GET /v2/kms/provider/x/region/us-east-1/accounts", "", 400, formJSON, "no customer keys"},
		{"POST /v2/kms/classic", aws, 201, formNone, ""},
		{"GET /v2/kms/classic/provider/aws/region/us-east-1", "", 200, formJSON, `"aws":{"keyID":` + arn + `,"region":"us-east-1"}`},
		{"POST /v2/kms/classic/provider/aws/accounts", "", 201, formNone, ""},
		{"GET /v2/kms/classic/provider/aws/region/us-east-1/accounts", "", 200, formJSON, `"provider":"aws"`},
		{"POST /v2/kms", `{"orgId":"ORG"}`, 400, formJSON, "exactly one provider"},
		{"POST /v2/kms", `{"orgId":"ORG","gcp":{"keyID":"k","region":"r"}}`, 400, formJSON, "not a valid key of gcp"},
		{"POST /v2/kms", strings.Replace(aws, `"region":"us-east-1"`, `"region":"us-west-1"`, 1), 400, formJSON, "not a valid key of aws"},
		{"POST /v2/kms", strings.Replace(aws, "ORG", unknownID, 1), 403, formJSON, "does not belong to organization"},
		{"POST /v2/kms/classic", `{"orgId":"ORG","azure":{"keyID":"https://v/keys/k","region":"r"}}`, 400, formJSON, "exactly one provider"},
		{"POST /v2/kms", `{"orgId":"ORG","azure":{"keyID":"https://v/keys/k","region":"r"}}`, 201, formNone, ""},
		{"GET /v2/kms/provider/azure/region/r", "", 200, formJSON, `"azure":{"keyID":"https://v/keys/k","region":"r"}`},
		{"POST /v2/kms", `{"orgId":"ORG","gcp":{"keyID":"projects/p/locations/us-east1/keyRings/r/cryptoKeys/k","region":"us-east1"}}`, 201, formNone, ""},
		{"GET /v2/kms/provider/gcp/region/us-east1", "", 200, formJSON, `"gcp":{"keyID":"projects/`},
	})
	for _, request := range []string{"GET /v2/kms", "POST /v2/kms", "GET /v2/kms/provider/aws/region/r", "GET /v2/kms/provider/aws/region/r/accounts"} {
		method, path, _ := strings.Cut(request, " ")
		if got := w.send(method, path, w.newToken(roUser).Token, "{}"); got.status != 403 {
			t.Errorf("%s without permission: %+v", request, got)
		}
	}
}
