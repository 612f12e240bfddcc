package sandbox

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
)

// TestAccessAgrees has the emulator judge pkg/access: the token of random roles is
// refused an endpoint exactly if the strict model denies its permission at the place.
func TestAccessAgrees(t *testing.T) {
	rounds := 6
	if os.Getenv("CI") == "true" {
		rounds = 40
	}
	w := newTestSandbox(t)
	databases := w.databases("")
	if len(databases) < 2 {
		t.Fatal("the test needs two databases")
	}
	ids := []string{databases[0].ID, databases[1].ID}
	r := rand.New(rand.NewPCG(9, 10))
	allowed, refused := 0, 0
	for round := range rounds {
		roles, token := w.randomToken(r, round, ids)
		analyzer := access.New(access.Organization{ID: w.status.OrgID, Roles: roles})
		principal := access.Principal{Kind: access.Token, ID: token}
		for _, role := range roles {
			principal.Roles = append(principal.Roles, role.ID)
		}
		for _, route := range endpoints() {
			if route.action == "" {
				continue
			}
			place := access.Place{Database: pick(r, ids...), Keyspace: pick(r, "app", "legacy", "other")}
			path := route.fill(place)
			what, err := access.ParseWhat(route.action)
			if err != nil {
				t.Fatal(err)
			}
			answer := analyzer.Evaluate(principal, access.Question{What: what, Place: place})
			got := w.request(route.method, path, "")
			got.Header.Set("Authorization", "Bearer "+token)
			recorder := httptest.NewRecorder()
			w.server.ServeHTTP(recorder, got)
			denied := recorder.Code == http.StatusUnauthorized || recorder.Code == http.StatusForbidden &&
				(route.method == http.MethodHead || strings.Contains(recorder.Body.String(), "missing permission "+route.action))
			if denied == (answer.Models.Strict == access.Yes) {
				t.Fatalf("%s %s needs %s: access says %s, the emulator answers %d %s\n%+v", route.method, path, route.action,
					answer.Models.Strict, recorder.Code, recorder.Body, roles)
			}
			if denied {
				refused++
			} else {
				allowed++
			}
		}
	}
	t.Logf("%d requests allowed, %d refused", allowed, refused)
	if min(allowed, refused) < rounds {
		t.Errorf("only %d requests were allowed, and %d refused", allowed, refused)
	}
}

// randomToken creates roles with random actions and resources, and a token with them.
func (w *testSandbox) randomToken(r *rand.Rand, round int, databases []string) ([]access.Role, string) {
	w.Helper()
	var roles []access.Role
	var ids []string
	for i := range 1 + r.IntN(3) {
		var actions, resources []string
		for _, p := range iam.Permissions() {
			if r.IntN(2) == 0 {
				actions = append(actions, p.Parameter)
			}
		}
		for range 1 + r.IntN(3) {
			database := pick(r, append(databases, "*")...)
			resources = append(resources, pick(r, "", ":db:"+database, ":db:"+database+":keyspace:"+pick(r, "app", "*"),
				":db:"+database+":keyspace:app:table:*", ":stream:*", ":role:*"))
		}
		id := w.newRole(fmt.Sprintf("random %d %d", round, i), actions, resources)
		ids = append(ids, id)
		policy := iam.Policy{Effect: iam.Allow, Actions: actions, Resources: resources}
		roles = append(roles, access.Role{Role: iam.Role{ID: id, Policy: policy}})
	}
	return roles, w.newToken(ids...).Token
}

// fill returns the path of the route at a place. Other parameters name nothing that
// exists, so that an allowed request changes no role and no token.
func (r route) fill(place access.Place) string {
	segments := strings.Split(r.path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			known := map[string]string{"{databaseID}": place.Database, "{keyspace}": place.Keyspace}
			segments[i] = cmp.Or(known[segment], unknownID)
		}
	}
	return strings.Join(segments, "/")
}

func pick(r *rand.Rand, values ...string) string { return values[r.IntN(len(values))] }
