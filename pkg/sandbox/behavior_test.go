package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// withBehavior serves the same state with a behavior, through a listener of its
// own.
func (w *testSandbox) withBehavior(o ServeOptions, texts ...string) *testSandbox {
	w.Helper()
	b, err := ParseBehavior(texts...)
	if err != nil {
		w.Fatal(err)
	}
	other := *w
	options := w.server.options
	options.Behavior = b
	other.server = w.open(options)
	o.Behavior, o.Clock = b, other.server.Clock
	server := httptest.NewServer(Listener(other.server, o))
	w.Cleanup(server.Close)
	other.client, other.url = server.Client().Transport, server.URL
	return &other
}

type listedToken struct {
	ClientID    string
	Roles       []string
	Description *string
}

// tokenList returns the token list by client ID, and the IDs in order.
func (w *testSandbox) tokenList(token string) (map[string]listedToken, []string) {
	w.Helper()
	got := w.send("GET", "/v2/clientIdSecrets", token, "")
	if got.status != 200 {
		w.Fatalf("%+v", got)
	}
	all, ids := map[string]listedToken{}, []string{}
	for _, t := range read[struct{ Clients []listedToken }](w.T, got.body).Clients {
		all[t.ClientID] = t
		ids = append(ids, t.ClientID)
	}
	return all, ids
}

func (w *testSandbox) lists(id string) bool {
	w.Helper()
	all, _ := w.tokenList(w.status.Token)
	_, listed := all[id]
	return listed
}

func (w *testSandbox) adminID() string { return strings.Split(w.status.Token, ":")[1] }

func (w *testSandbox) createToken(body string) credentialOut {
	w.Helper()
	return read[credentialOut](w.T, w.admin(200, "POST", "/v2/tokens", body))
}

func (w *testSandbox) accepts(token string) bool {
	w.Helper()
	return w.send("GET", "/v2/currentOrg", token, "").status == 200
}

func TestParseBehavior(t *testing.T) {
	got, err := ParseBehavior("list-lag=1m30s,page-size=2", "description=drop", "roles=extra,quote-caller,late-commit=5s", "existing-keyspace,extra-keys",
		"foreign-org,ignore-org,revoke=lie-fail,token-delay=1h,commit-then=409,wrong-id,acl-conflict,park-remove")
	want := Behavior{
		ListLag: 90 * time.Second, PageSize: 2, Description: DescriptionDrop, Roles: RolesExtra, QuoteCaller: true, LateCommit: 5 * time.Second,
		ForeignOrg: true, IgnoreOrg: true, Revoke: RevokeLieFail, TokenDelay: time.Hour, CommitThen: 409, WrongID: true, ACLConflict: true, ExtraKeys: true, SameKeyspace: true, ParkRemove: true,
	}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := ParseBehavior(); err != nil || got != (Behavior{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestParseBehaviorSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                           `unknown behavior ""; expected acl-conflict, commit-then, description,`,
		"list-lagg=1s":               `unknown behavior "list-lagg"`,
		"list-lag":                   "expected a duration such as 2s",
		"list-lag=":                  "list-lag= has no value",
		"list-lag=0s":                "expected a duration",
		"list-lag=-1s":               "expected a duration",
		"list-lag=10":                "expected a duration",
		"list-lag=721h":              "at most 720h",
		"late-commit=x":              "expected a duration",
		"token-delay=soon":           "expected a duration",
		"page-size=0":                "expected a number",
		"page-size=x":                "expected a number",
		"description=trunc":          `unknown value of description "trunc"; expected drop, truncate, suffix, escape, upper`,
		"roles=none":                 `unknown value of roles "none"; expected null, names, extra`,
		"revoke=lie":                 `unknown value of revoke "lie"; expected lie-ok, lie-fail`,
		"revoke":                     `unknown value of revoke ""`,
		"quote-caller=1":             "does not take a value",
		"quote-caller=":              "has no value",
		"foreign-org=x":              "does not take a value",
		"park-remove=x":              "does not take a value",
		"wrong-id=x":                 "does not take a value",
		"commit-then=200":            "expected a status from 400 to 599",
		"commit-then":                "expected a status from 400 to 599",
		"page-size=1,page-size=2":    "page-size is a duplicate",
		"quote-caller,":              `unknown behavior ""`,
		"quote-caller, wrong-id":     `unknown behavior " wrong-id"`,
		"mint-unbounded":             "unknown behavior",
		"page-size=1,quote-caller,x": `unknown behavior "x"`,
	} {
		if _, err := ParseBehavior(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	var unknown *UnknownWordError
	if _, err := ParseBehavior("revoke=lie-okay"); !errors.As(err, &unknown) || unknown.Word != "lie-okay" || !slices.Contains(unknown.Known, "lie-ok") {
		t.Errorf("%v", err)
	}
}

func TestListLags(t *testing.T) {
	w := newTestSandbox(t)
	lying := w.withBehavior(ServeOptions{}, "list-lag=1m")
	made := lying.newToken(roUser)
	if lying.lists(made.ClientID) || !w.lists(made.ClientID) || !lying.accepts(made.Token) || !lying.lists(w.adminID()) {
		t.Error("a new token is listed at once, or an old one is not, or authentication lags")
	}
	w.clock.advance(time.Minute)
	if !lying.lists(made.ClientID) {
		t.Error("a token is not listed after the lag")
	}
	w.admin(204, "DELETE", "/v2/clientIdSecrets/"+made.ClientID, "") // at the listener without a behavior
	if !lying.lists(made.ClientID) || w.lists(made.ClientID) || lying.accepts(made.Token) {
		t.Error("a revoked token is missing at once, or authentication lags")
	}
	lying.admin(404, "DELETE", "/v2/clientIdSecrets/"+made.ClientID, "")
	w.clock.advance(time.Minute)
	if lying.lists(made.ClientID) {
		t.Error("a revoked token is listed after the lag")
	}
	brief := lying.newToken(roUser)
	w.clock.advance(30 * time.Second)
	lying.admin(204, "DELETE", "/v2/clientIdSecrets/"+brief.ClientID, "")
	for range 4 { // it is listed from 60 s to 90 s
		listed := lying.lists(brief.ClientID)
		age := w.clock.Now().Sub(brief.GeneratedOn)
		if want := age >= time.Minute && age < 90*time.Second; listed != want {
			t.Errorf("listed after %v: %v", age, listed)
		}
		w.clock.advance(20 * time.Second)
	}
}

func TestRevokedTokensAreForgotten(t *testing.T) {
	w := newTestSandbox(t)
	remembered := func() (n int) {
		all, _ := w.withBehavior(ServeOptions{}, "list-lag=720h").tokenList(w.status.Token)
		return len(all) - 1
	}
	for range 3 {
		w.admin(204, "DELETE", "/v2/clientIdSecrets/"+w.newToken(roUser).ClientID, "")
	}
	w.clock.advance(maxBehaviorDuration - time.Minute)
	made := w.newToken(roUser)
	w.clock.advance(time.Minute)
	w.admin(204, "DELETE", "/v2/clientIdSecrets/"+made.ClientID, "")
	w.clock.advance(maxBehaviorDuration - time.Minute)
	if got := remembered(); got != 1 {
		t.Errorf("%d revoked tokens are listed", got)
	}
	w.admin(204, "DELETE", "/v2/clientIdSecrets/"+w.newToken(roUser).ClientID, "")
	w.clock.advance(maxBehaviorDuration)
	if got := remembered(); got != 0 {
		t.Errorf("%d revoked tokens are listed", got)
	}
}

func TestListIsCut(t *testing.T) {
	w := newTestSandbox(t)
	lying := w.withBehavior(ServeOptions{}, "page-size=3")
	for range 4 {
		w.newToken(roUser)
	}
	_, all := w.tokenList(w.status.Token)
	slices.Sort(all)
	for range 2 {
		if _, got := lying.tokenList(w.status.Token); !slices.Equal(got, all[:3]) {
			t.Errorf("%v of %v", got, all)
		}
	}
	if got := lying.send("GET", "/v2/clientIdSecrets", w.status.Token, ""); strings.Count(got.body, ":[") != 4 || got.headers.Get("Link") != "" {
		t.Errorf("the list has more than its tokens: %s", got.body)
	}
}

func TestDescriptionsChange(t *testing.T) {
	w := newTestSandbox(t)
	const text = "made by astra-cli/0123456789abcdef <x>"
	made := w.createToken(`{"roles":["` + roUser + `"],"description":"` + text + `"}`)
	for value, want := range map[string]*string{
		"drop":     nil,
		"truncate": new("made by astra-cli/01"),
		"suffix":   new(text + " (via API)"),
		"escape":   new("made by astra-cli&#x2F;0123456789abcdef &lt;x&gt;"),
		"upper":    new("MADE BY ASTRA-CLI/0123456789ABCDEF <X>"),
	} {
		t.Run(value, func(t *testing.T) {
			lying := w.withBehavior(ServeOptions{}, "description="+value)
			lying.T = t
			all, _ := lying.tokenList(w.status.Token)
			if diff := cmp.Diff(want, all[made.ClientID].Description); diff != "" {
				t.Error(diff)
			}
			got := lying.admin(200, "POST", "/v2/tokens", `{"roles":["`+roUser+`"],"description":"`+text+`"}`)
			if diff := cmp.Diff(want, read[listedToken](t, got).Description); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRolesChange(t *testing.T) {
	w := newTestSandbox(t)
	custom := w.newRole("Shop readers", []string{"org-db-view"}, []string{""})
	made := w.newToken(roUser, custom)
	listed := func(value string) []string {
		all, _ := w.withBehavior(ServeOptions{}, "roles="+value).tokenList(w.status.Token)
		return all[made.ClientID].Roles
	}
	if got := listed("null"); got != nil {
		t.Errorf("%v", got)
	}
	if got := listed("names"); !slices.Equal(got, []string{"RO User", "Shop readers"}) {
		t.Errorf("%v", got)
	}
	if got := listed("extra"); len(got) != 3 || !slices.Equal(got[:2], made.Roles) || slices.Contains(made.Roles, got[2]) {
		t.Errorf("%v", got)
	}
}

func TestErrorsQuoteTheCaller(t *testing.T) {
	w := newTestSandbox(t)
	poor := w.newToken(roService)
	lying := w.withBehavior(ServeOptions{Faults: parse(t, "GET /organizations/users=status,arg=502", "GET /organizations/roles=html")}, "quote-caller")
	for _, test := range []struct {
		method, path, token, body string
		status                    int
	}{
		{"GET", "/v2/clientIdSecrets", poor.Token, "", 403},                  // envelope
		{"GET", "/v2/databases", poor.Token, "", 401},                        // null
		{"GET", "/v2/organizations/roles/" + unknownID, poor.Token, "", 0},   // JSON string
		{"POST", "/v2/clientIdSecrets", w.status.Token, `{"roles":[]}`, 0},   // plain text
		{"GET", "/v2/nowhere", poor.Token, "", 404},                          // unknown path
		{"GET", "/v2/organizations/users", w.status.Token, "", 502},          // fault
		{"GET", "/v2/currentOrg", otherToken, "", 401},                       // unknown caller
		{"POST", "/v2/organizations/roles", w.status.Token, `{"name":1}`, 0}, // always an envelope
	} {
		got := lying.send(test.method, test.path, test.token, test.body)
		if id := strings.Split(test.token, ":")[1]; got.status < 400 || test.status != 0 && got.status != test.status || strings.Count(got.body, id) != 1 {
			t.Errorf("%s %s: %+v", test.method, test.path, got)
		}
		if strings.Contains(got.body, strings.Split(test.token, ":")[2]) {
			t.Errorf("%s %s shows the token", test.method, test.path)
		}
		if strings.Contains(got.kind, "json") && !json.Valid([]byte(got.body)) {
			t.Errorf("%s %s: not JSON: %s", test.method, test.path, got.body)
		}
		if honest := w.send(test.method, test.path, test.token, test.body); honest.status == got.status && (honest.kind != got.kind || honest.body == got.body) {
			t.Errorf("%s %s: %+v is quoted as %+v", test.method, test.path, honest, got)
		}
	}
	if got := lying.send("GET", "/v2/currentOrg", w.status.Token, ""); strings.Contains(got.body, w.adminID()) {
		t.Errorf("success quotes the caller: %s", got.body)
	}
	if got := lying.send("GET", "/v2/currentOrg", "", ""); got.status != 401 || strings.Contains(got.body, "headers") {
		t.Errorf("no caller is quoted: %+v", got)
	}
	limited := w.withBehavior(ServeOptions{RateLimit: 1, Now: w.clock.Now}, "quote-caller")
	for range burst {
		limited.send("GET", "/v2/currentOrg", w.status.Token, "")
	}
	if got := limited.send("GET", "/v2/currentOrg", w.status.Token, ""); got.status != 429 || !strings.Contains(got.body, w.adminID()) {
		t.Errorf("%+v", got)
	}
}

// TestLateCommit moves the sandbox's clock instead of waiting.
func TestLateCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, err := Open(Options{Path: filepath.Join(t.TempDir(), "state.db"), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		status, err := server.Status()
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseBehavior("late-commit=10s,quote-caller")
		if err != nil {
			t.Fatal(err)
		}
		lying := Listener(server, ServeOptions{Behavior: b, Clock: server.Clock})
		count := func() int {
			t.Helper()
			got := httptest.NewRecorder()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v2/clientIdSecrets", http.NoBody)
			request.Header.Set("Authorization", "Bearer "+status.Token)
			server.ServeHTTP(got, request)
			return len(read[struct{ Clients []listedToken }](t, got.Body.String()).Clients)
		}
		post := func() {
			t.Helper()
			got := httptest.NewRecorder()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v2/tokens", strings.NewReader(`{"roles":["`+roUser+`"]}`))
			request.Header.Set("Authorization", "Bearer "+status.Token)
			start := time.Now()
			lying.ServeHTTP(got, request)
			id := strings.Split(status.Token, ":")[1]
			if body := got.Body.String(); got.Code != 504 || time.Since(start) != 0 || !strings.HasPrefix(body, "<html>") || !strings.Contains(body, id) {
				t.Errorf("%d %s", got.Code, body)
			}
		}
		post()
		time.Sleep(10*time.Second - time.Millisecond)
		synctest.Wait()
		if got := count(); got != 1 {
			t.Errorf("%d tokens before the time", got)
		}
		time.Sleep(clockStep)
		synctest.Wait()
		if got := count(); got != 2 {
			t.Errorf("%d tokens after the time", got)
		}
		post()
		if err := server.Seed(SeedOptions{Advance: time.Hour}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(clockStep)
		synctest.Wait()
		if got := count(); got != 3 {
			t.Errorf("%d tokens after the clock was moved", got)
		}
	})
}

func TestLateCommitNeedsClock(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Listener(http.NotFoundHandler(), ServeOptions{Behavior: Behavior{LateCommit: 1}})
}

// TestOtherOrganizations generates tokens for other organizations of the
// enterprise.
func TestOtherOrganizations(t *testing.T) {
	w := newTestSandbox(t)
	org := read[organization](t, w.admin(201, "POST", "/v2/enterprises/organizations",
		`{"name":"Europe","email":"owner@example.com","adminUserID":"`+w.users()[0].UserID+`"}`)).OrganizationID
	body := `{"roles":["` + orgAdministrator + `"],"orgId":"` + org + `"}`
	made := w.createToken(body)
	if made.OrgID != org || !w.lists(made.ClientID) {
		t.Errorf("%+v", made)
	}
	if got := w.send("GET", "/v2/currentOrg", made.Token, ""); !strings.Contains(got.body, org) {
		t.Errorf("%+v", got)
	}
	// A token sees the tokens of its organization and can do nothing in
	// another.
	if all, _ := w.tokenList(made.Token); len(all) != 1 {
		t.Errorf("%v", all)
	}
	for _, path := range []string{"/v2/organizations/users/x", "/v2/databases", "/v2/organizations/roles/x", "/v2/enterprises/billing-reports/x"} {
		if got := w.send("GET", path, made.Token, ""); got.status != 501 {
			t.Errorf("%s: %+v", path, got)
		}
	}
	for _, path := range []string{"/v2/organizations/users", "/v2/organizations/roles"} {
		if got := w.send("GET", path, made.Token, ""); got.status != 200 || strings.Contains(got.body, "owner@") || path == "/v2/organizations/users" && !strings.Contains(got.body, "Europe") {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if got := w.send("DELETE", "/v2/clientIdSecrets/"+w.adminID(), made.Token, ""); got.status != 404 {
		t.Errorf("%+v", got)
	}
	if got := w.send("POST", "/api/rest/v1/auth", "", `{"username":"`+made.ClientID+`","password":"`+made.Secret+`"}`); got.status < 400 {
		t.Errorf("%+v", got)
	}
	own := read[credentialOut](t, w.send("POST", "/v2/tokens", made.Token, `{"roles":["`+roUser+`"]}`).body)
	if own.OrgID != org {
		t.Errorf("%+v", own)
	}
	// Enterprise rights, an organization of the enterprise and existing roles
	// are required.
	plain := w.newToken(orgAdministrator)
	for name, got := range map[string]testResponse{
		"not of the enterprise":   w.send("POST", "/v2/tokens", plain.Token, body),
		"of another organization": w.send("POST", "/v2/tokens", made.Token, `{"roles":["`+roUser+`"],"orgId":"`+w.status.OrgID+`"}`),
		"unknown organization":    w.send("POST", "/v2/tokens", w.status.Token, `{"roles":["`+roUser+`"],"orgId":"`+unknownID+`"}`),
	} {
		if got.status != 403 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	custom := w.newRole("Shop readers", []string{"org-db-view"}, []string{""})
	w.admin(404, "POST", "/v2/tokens", `{"roles":["`+custom+`"],"orgId":"`+org+`"}`)
	if all, _ := w.tokenList(plain.Token); len(all) != 2 {
		t.Errorf("%v", all)
	}

	w.admin(403, "POST", "/v2/clientIdSecrets", body) // its description has no orgId
	ignoring := w.withBehavior(ServeOptions{}, "ignore-org")
	if own := ignoring.createToken(body); own.OrgID != w.status.OrgID {
		t.Errorf("%+v", own)
	}

	lying := w.withBehavior(ServeOptions{}, "foreign-org")
	hidden := lying.createToken(body)
	if lying.lists(hidden.ClientID) || !w.lists(hidden.ClientID) || !lying.accepts(hidden.Token) || hidden.OrgID != org {
		t.Error("a token of another organization is listed")
	}
	lying.admin(404, "DELETE", "/v2/clientIdSecrets/"+hidden.ClientID, "")
	if !w.accepts(hidden.Token) {
		t.Error("it was revoked")
	}
	if got := lying.send("DELETE", "/v2/clientIdSecrets/"+hidden.ClientID, hidden.Token, ""); got.status != 204 {
		t.Errorf("%+v", got)
	}
	w.admin(204, "DELETE", "/v2/clientIdSecrets/"+made.ClientID, "")
}

func TestRevocationLies(t *testing.T) {
	w := newTestSandbox(t)
	for value, want := range map[string]struct {
		status int
		lives  bool
	}{"lie-ok": {204, true}, "lie-fail": {500, false}} {
		lying := w.withBehavior(ServeOptions{}, "revoke="+value)
		made := w.newToken(roUser)
		lying.admin(want.status, "DELETE", "/v2/clientIdSecrets/"+made.ClientID, "")
		if w.accepts(made.Token) != want.lives || w.lists(made.ClientID) != want.lives || lying.lists(made.ClientID) != want.lives {
			t.Errorf("%s: the token lives: %v", value, !want.lives)
		}
		lying.admin(404, "DELETE", "/v2/clientIdSecrets/NeverMadeNeverMadeNeverM", "")
	}
}

func TestNewTokenIsRefused(t *testing.T) {
	w := newTestSandbox(t)
	lying := w.withBehavior(ServeOptions{}, "token-delay=10s")
	made := lying.newToken(roUser)
	got := lying.send("GET", "/v2/currentOrg", made.Token, "")
	if got.status != 401 || !strings.Contains(got.body, "340018") || !w.accepts(made.Token) || !lying.lists(made.ClientID) {
		t.Errorf("%+v", got)
	}
	auth := `{"username":"` + made.ClientID + `","password":"` + made.Secret + `"}`
	if got := lying.send("POST", "/api/rest/v1/auth", "", auth); got.status != 401 {
		t.Errorf("%+v", got)
	}
	w.clock.advance(10 * time.Second)
	if !lying.accepts(made.Token) {
		t.Error("it is refused after the delay")
	}
}

func TestCommitThenFails(t *testing.T) {
	w := newTestSandbox(t)
	for _, status := range []int{403, 404, 409, 413, 500, 504, 599} {
		lying := w.withBehavior(ServeOptions{}, fmt.Sprintf("commit-then=%d,quote-caller", status))
		before, _ := w.tokenList(w.status.Token)
		body := lying.admin(status, "POST", "/v2/clientIdSecrets", `{"roles":["`+roUser+`"]}`)
		after, _ := w.tokenList(w.status.Token)
		if len(after) != len(before)+1 || !strings.Contains(body, w.adminID()) {
			t.Errorf("%d: %d tokens, then %d: %s", status, len(before), len(after), body)
		}
		lying.admin(400, "POST", "/v2/clientIdSecrets", `{"roles":["x"]}`) // not performed
	}
}

func TestAnswerNamesAnotherToken(t *testing.T) {
	w := newTestSandbox(t)
	lying := w.withBehavior(ServeOptions{}, "wrong-id")
	if got := lying.newToken(roUser); got.ClientID != w.adminID() || strings.Split(got.Token, ":")[1] != got.ClientID {
		t.Errorf("%+v", got)
	}
	other := w.newToken(roUser)
	before, _ := w.tokenList(w.status.Token)
	got := lying.newToken(roUser)
	if got.ClientID != other.ClientID || strings.Split(got.Token, ":")[1] != other.ClientID || w.accepts(got.Token) || !w.accepts(other.Token) {
		t.Errorf("%+v", got)
	}
	if after, _ := w.tokenList(w.status.Token); len(after) != len(before)+1 {
		t.Errorf("%d tokens, then %d", len(before), len(after))
	}
}

// TestHabitsCombine combines random behaviors and checks the effect of each.
func TestHabitsCombine(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	values := map[string][]string{
		"list-lag": {"=1m"}, "page-size": {"=3"}, "description": {"=upper", "=suffix"}, "roles": {"=null", "=names"}, "quote-caller": {""},
		"foreign-org": {""}, "revoke": {"=lie-ok", "=lie-fail"}, "token-delay": {"=30s"}, "commit-then": {"=409"}, "wrong-id": {""},
	}
	for range 20 {
		var texts []string
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if random.IntN(2) == 0 {
				texts = append(texts, name+values[name][random.IntN(len(values[name]))])
			}
		}
		w := newTestSandbox(t)
		other := w.newToken(roUser)
		w.createToken(`{"roles":["` + roUser + `"],"description":"last"}`)
		w.clock.advance(time.Hour)
		lying := w.withBehavior(ServeOptions{}, texts...)
		b := lying.server.options.Behavior
		complain := func(what string, args ...any) {
			t.Errorf("seed %d, %v: %s", seed, texts, fmt.Sprintf(what, args...))
		}
		made := lying.send("POST", "/v2/tokens", w.status.Token, `{"roles":["`+roUser+`"],"description":"new"}`)
		if b.CommitThen != 0 && (made.status != 409 || b.QuoteCaller != strings.Contains(made.body, w.adminID())) {
			complain("%+v", made)
		}
		if truth, _ := w.tokenList(w.status.Token); len(truth) != 4 {
			complain("%d tokens", len(truth))
		}
		if b.CommitThen == 0 {
			got := read[credentialOut](t, made.body)
			if w.accepts(got.Token) == b.WrongID {
				complain("the answer names the token: %v", b.WrongID)
			}
			if !b.WrongID && lying.accepts(got.Token) != (b.TokenDelay == 0) {
				complain("the token is accepted: %v", b.TokenDelay != 0)
			}
		}
		all, ids := lying.tokenList(w.status.Token)
		want := 4
		if b.ListLag > 0 || b.PageSize > 0 {
			want = 3
		}
		if len(all) != want || b.PageSize > 0 && !slices.IsSorted(ids) {
			complain("%v are listed", ids)
		}
		for id, row := range all {
			if b.Roles == RolesNull && row.Roles != nil || b.Roles == RolesNames && !slices.ContainsFunc(row.Roles, func(r string) bool { return strings.Contains(r, " ") }) {
				complain("%s has the roles %v", id, row.Roles)
			}
			text := *row.Description
			if b.Description == DescriptionUpper && text != strings.ToUpper(text) || b.Description == DescriptionSuffix && !strings.HasSuffix(text, "(via API)") {
				complain("%s has the description %q", id, text)
			}
		}
		status := map[RevokeMode]int{"": 204, RevokeLieOK: 204, RevokeLieFail: 500}[b.Revoke]
		if got := lying.send("DELETE", "/v2/clientIdSecrets/"+other.ClientID, w.status.Token, ""); got.status != status || w.accepts(other.Token) != (b.Revoke == RevokeLieOK) {
			complain("%+v", got)
		}
	}
}

// TestExistingKeyspace compares the refusal of a keyspace that exists with the
// answer recorded in 2020.
func TestExistingKeyspace(t *testing.T) {
	w := newTestSandbox(t)
	path := "/v2/databases/" + w.databases("")[0].ID
	w.admin(422, "POST", path+"/keyspaces/app", "")
	lenient := w.withBehavior(ServeOptions{}, "existing-keyspace")
	if got := lenient.send("POST", path+"/keyspaces/app", w.status.Token, ""); got.status != 201 || got.body != "" {
		t.Errorf("%+v", got)
	}
	if d := w.get(path); d.Status != "ACTIVE" || len(d.Info.Keyspaces) != 1 {
		t.Errorf("%s with %v", d.Status, d.Info.Keyspaces)
	}
}

// TestExtraKeys sends keys that no description has.
func TestExtraKeys(t *testing.T) {
	w := newTestSandbox(t)
	lenient := w.withBehavior(ServeOptions{}, "extra-keys")
	for _, body := range []string{
		strings.Replace(newVector, "{", `{"engineType":"serverless",`, 1),
		strings.Replace(newVector, "{", `{"user":"clerk","password":"open sesame",`, 1),
	} {
		if got := w.send("POST", "/v2/databases", w.status.Token, body); got.status < 400 {
			t.Errorf("%s: %+v", body, got)
		}
		if got := lenient.send("POST", "/v2/databases", w.status.Token, body); got.status != 201 {
			t.Errorf("%s: %+v", body, got)
		}
	}
}
