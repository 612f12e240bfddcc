package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
)

func TestOpenNeedsPathAndClock(t *testing.T) {
	for _, o := range []Options{{}, {Path: filepath.Join(t.TempDir(), "x")}, {Now: time.Now}} {
		if _, err := Open(o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

func TestSeedIsPrivateAndRandom(t *testing.T) {
	w, other := newTestSandbox(t), newTestSandbox(t)
	for path, want := range map[string]os.FileMode{w.status.Path: 0o600, filepath.Dir(w.status.Path): os.ModeDir | 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
	if w.status.OrgID == other.status.OrgID || w.status.Token == other.status.Token || !isUUID(w.status.OrgID) {
		t.Errorf("two sandboxes are %+v and %+v", w.status, other.status)
	}
	var got []string
	for _, u := range w.users() {
		got = append(got, u.Email+" "+u.Status+" "+u.Roles[0].Name)
	}
	for _, d := range w.databases("") {
		got = append(got, strings.Join([]string{d.Info.Name, d.Info.Tier, d.Info.DBType, d.Info.Keyspace, d.Info.CloudProvider, d.Info.Region, d.Status}, " "))
	}
	want := []string{
		"owner@example.com active Organization Administrator", "developer@example.com active R/W User", "viewer@example.com invited UI View Only",
		"demo serverless vector app GCP us-east1 ACTIVE", "legacy C10  legacy AWS us-east-1 ACTIVE",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if roles := read[[]role](t, w.admin(200, "GET", "/v2/organizations/roles", "")); len(roles) != 16 {
		t.Errorf("%d roles", len(roles))
	}
}

func TestRandomSourceDecides(t *testing.T) {
	source := func(o *Options) { o.Rand = bytes.NewReader(bytes.Repeat([]byte("0123456789abcdef"), 40)) }
	one, two := newTestSandbox(t, source), newTestSandbox(t, source)
	if one.status.OrgID != two.status.OrgID || one.status.Token != two.status.Token {
		t.Errorf("%+v and %+v", one.status, two.status)
	}
	_, err := Open(Options{Path: filepath.Join(t.TempDir(), "x"), Now: time.Now, Rand: strings.NewReader("")})
	if !errors.Is(err, io.EOF) {
		t.Errorf("a source that is dry: %v", err)
	}
}

func TestStateOutlivesServer(t *testing.T) {
	w := newTestSandbox(t)
	made := w.newToken(roUser)
	before := w.status
	w.open(Options{Path: before.Path, Now: w.clock.Now})
	if diff := cmp.Diff(before, w.status); diff != "" {
		t.Error(diff)
	}
	if got := w.send("GET", "/v2/currentOrg", made.Token, ""); got.status != 200 {
		t.Errorf("%+v", got)
	}
}

func TestSeed(t *testing.T) {
	w := newTestSandbox(t)
	yes, no := true, false
	newOrg := `{"name":"Daughter","email":"d@example.com","adminUserID":"` + w.users()[0].UserID + `"}`
	seed := func(o SeedOptions) {
		t.Helper()
		if err := w.server.Seed(o); err != nil {
			t.Fatal(err)
		}
	}
	seed(SeedOptions{OrgName: "Acme", NoEnterprise: &yes, Accept: []string{"Viewer@example.com"}})
	w.admin(403, "POST", "/v2/enterprises/organizations", newOrg)
	if got := w.users()[2].Status; got != "active" {
		t.Errorf("who accepted is %s", got)
	}
	seed(SeedOptions{NoEnterprise: &no})
	w.admin(201, "POST", "/v2/enterprises/organizations", newOrg)
	if status, err := w.server.Status(); err != nil || status.OrgName != "Acme" {
		t.Errorf("%+v, %v", status, err)
	}
	if err := w.server.Seed(SeedOptions{OrgName: "Other", Accept: []string{"nobody@example.com"}}); err == nil {
		t.Error("nobody accepted")
	}
	if status, _ := w.server.Status(); status.OrgName != "Acme" {
		t.Errorf("half of a seed was made: %+v", status)
	}
}

func TestReset(t *testing.T) {
	w := newTestSandbox(t)
	made := w.newToken(roUser)
	if err := w.server.Reset(SeedOptions{OrgName: "Fresh", Advance: time.Hour}); err != nil {
		t.Fatal(err)
	}
	status, err := w.server.Status()
	if err != nil || status.OrgName != "Fresh" || status.OrgID == w.status.OrgID {
		t.Errorf("%+v, %v", status, err)
	}
	for _, token := range []string{made.Token, w.status.Token} {
		if got := w.send("GET", "/v2/currentOrg", token, ""); got.status != 401 {
			t.Errorf("an old token: %+v", got)
		}
	}
}

func TestDamagedStateIsNamedAndReset(t *testing.T) {
	w := newTestSandbox(t)
	if err := os.WriteFile(w.status.Path, []byte(strings.Repeat("no database", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.try("GET", "/v2/currentOrg", w.status.Token, ""); !errors.Is(err, ErrState) {
		t.Errorf("%v", err)
	}
	if got := w.overHTTP().send("GET", "/v2/currentOrg", w.status.Token, ""); got.status != 500 || !strings.Contains(got.body, "damaged") {
		t.Errorf("%+v", got)
	}
	if err := w.server.Reset(SeedOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.server.Status(); err != nil {
		t.Error(err)
	}
}

func TestStateOfAnotherVersionIsRefused(t *testing.T) {
	w := newTestSandbox(t)
	err := w.server.update(t.Context(), func(tx *bolt.Tx) error { return writeMeta(tx, meta{Version: stateVersion + 1}) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.server.Status(); !errors.Is(err, ErrState) || !strings.Contains(err.Error(), "version") {
		t.Errorf("%v", err)
	}
}

func TestStateThatVanishesIsSeededAgain(t *testing.T) {
	w := newTestSandbox(t)
	for _, spoil := range []func(string) error{os.Remove, func(path string) error { return os.Truncate(path, 0) }} {
		if err := spoil(w.status.Path); err != nil {
			t.Fatal(err)
		}
		if status, err := w.server.Status(); err != nil || !isUUID(status.OrgID) {
			t.Errorf("%+v, %v", status, err)
		}
	}
}

func TestDumpAndLoad(t *testing.T) {
	w := newTestSandbox(t)
	made := w.newToken(w.newRole("Members", []string{"org-user-read"}, []string{""}))
	w.admin(201, "POST", "/v2/enterprises/organizations", `{"name":"D\u202eaughter \ud83d\udc69\u007f","email":"d@example.com","adminUserID":"`+w.users()[0].UserID+`"}`)
	var first, second bytes.Buffer
	if err := w.server.Dump(&first); err != nil {
		t.Fatal(err)
	}
	other := newTestSandbox(t)
	if err := other.server.Load(bytes.NewReader(first.Bytes())); err != nil {
		t.Fatal(err)
	}
	if err := other.server.Dump(&second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.String(), second.String()); diff != "" {
		t.Error(diff)
	}
	if strings.ContainsFunc(first.String(), func(r rune) bool { return r >= 0x7f }) || !strings.Contains(first.String(), `D\u202eaughter \ud83d\udc69\u007f`) {
		t.Error("what a terminal would act on is in it")
	}
	if got := other.send("GET", "/v2/organizations/users", made.Token, ""); got.status != 200 {
		t.Errorf("%+v", got)
	}
}

func TestLoadRefusesWhatIsNotInOrder(t *testing.T) {
	w := newTestSandbox(t)
	var dump bytes.Buffer
	if err := w.server.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string][2]string{
		"not a dump":        {"{", "["},
		"version 2":         {`"version": 1`, `"version": 2`},
		"an unknown key":    {`"clockOffset"`, `"clock"`},
		"a user twice":      {"developer@example.com", "OWNER@example.com"},
		"an unknown status": {`"status": "invited"`, `"status": "gone"`},
		"no organization":   {w.status.OrgID, "x"},
		"no token":          {w.status.Token, "x"},
		"no hash":           {`"hash": "`, `"hash": "x`},
		"no keyspaces":      {`"keyspaces": [`, `"keyspaces": [], "user": [`},
		"a stranger's role": {`"roles": []`, `"roles": [{"id":"` + unknownID + `","name":"x","policy":{"resources":["drn:astra:org:x"],"actions":["y"],"effect":"allow"}}]`},
		"no daughter":       {`"organizations": []`, `"organizations": [{}]`},
	} {
		text := strings.Replace(dump.String(), edit[0], edit[1], 1)
		if text == dump.String() {
			t.Errorf("%s: nothing to edit", name)
		}
		if err := w.server.Load(strings.NewReader(text)); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	w.admin(200, "GET", "/v2/currentOrg", "") // the state is unchanged
}

// Goroutines of two servers stand for two processes: file locks exclude each
// other in both cases.
func TestTwoServersOnOneFile(t *testing.T) {
	w := newTestSandbox(t, func(o *Options) { o.LockTimeout = time.Minute })
	second, err := Open(Options{Path: w.status.Path, Now: w.clock.Now, LockTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	const workers, each = 8, 10
	var group sync.WaitGroup
	for worker := range workers {
		transport := []http.RoundTripper{w.server.RoundTripper(), second.RoundTripper()}[worker%2]
		sender := &testSandbox{T: t, client: transport, url: "http://sandbox", status: w.status}
		group.Go(func() {
			for i := range each {
				body := fmt.Sprintf(`{"email":"u%d.%d@example.com","orgID":%q,"roles":[%q]}`, worker, i, w.status.OrgID, roUser)
				if got, err := sender.try("PUT", "/v2/organizations/users", w.status.Token, body); err != nil || got.status != 200 {
					t.Errorf("%+v, %v", got, err)
				}
				if got, err := sender.try("GET", "/v2/organizations/users", w.status.Token, ""); err != nil || got.status != 200 {
					t.Errorf("%+v, %v", got, err)
				}
			}
		})
	}
	group.Wait()
	if got := len(w.users()); got != workers*each+3 {
		t.Errorf("%d users", got)
	}
}

// Concurrent processes on a new file must agree on one seed.
func TestManyOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "sandbox.db")
	orgs := make([]string, 8)
	var group sync.WaitGroup
	for i := range orgs {
		group.Go(func() {
			s, err := Open(Options{Path: path, Now: time.Now, LockTimeout: time.Minute})
			if err != nil {
				t.Error(err)
				return
			}
			status, err := s.Status()
			if err != nil {
				t.Error(err)
			}
			orgs[i] = status.OrgID
		})
	}
	group.Wait()
	for _, org := range orgs {
		if org != orgs[0] {
			t.Errorf("several seeds: %v", orgs)
		}
	}
}

// TestProcess is run by TestTwoProcesses in its own process.
func TestProcess(t *testing.T) {
	path := os.Getenv("SANDBOX_TEST_PATH")
	if path == "" {
		t.Skip("only as a child process")
	}
	w := &testSandbox{T: t, clock: newClock(), url: "http://sandbox"}
	w.client = w.open(Options{Path: path, Now: w.clock.Now, LockTimeout: time.Minute}).RoundTripper()
	for range 20 {
		w.newToken(roUser)
	}
}

func TestTwoProcesses(t *testing.T) {
	w := newTestSandbox(t, func(o *Options) { o.LockTimeout = time.Minute })
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcess$")
			child.Env = append(os.Environ(), "SANDBOX_TEST_PATH="+w.status.Path)
			if output, err := child.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, output)
			}
		})
	}
	for range 20 {
		w.newToken(roUser)
	}
	group.Wait()
	list := read[struct{ Clients []tokenOut }](t, w.admin(200, "GET", "/v2/tokens", ""))
	if len(list.Clients) != 61 {
		t.Errorf("%d tokens", len(list.Clients))
	}
}

func TestBusy(t *testing.T) {
	w := newTestSandbox(t, func(o *Options) { o.LockTimeout = 20 * time.Millisecond })
	held, err := bolt.Open(w.status.Path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	if _, err := w.try("GET", "/v2/currentOrg", w.status.Token, ""); !errors.Is(err, ErrBusy) {
		t.Errorf("in-process: %v", err)
	}
	if got := w.overHTTP().send("GET", "/v2/currentOrg", w.status.Token, ""); got.status != 503 || got.kind != formJSON {
		t.Errorf("over HTTP: %+v", got)
	}
}

func TestCancelEndsTheWait(t *testing.T) {
	w := newTestSandbox(t)
	held, err := bolt.Open(w.status.Path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://sandbox/v2/currentOrg", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.RoundTrip(request); !errors.Is(err, context.DeadlineExceeded) { //nolint:bodyclose // no response
		t.Errorf("%v", err)
	}
}

func TestCancelEndsTheReadingOfABody(t *testing.T) {
	w := newTestSandbox(t)
	ctx, cancel := context.WithCancel(t.Context())
	body, writer := io.Pipe()
	defer func() { _ = writer.Close() }()
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://sandbox/v2/organizations/users", body)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := w.client.RoundTrip(request); !errors.Is(err, context.Canceled) { //nolint:bodyclose // no response
		t.Errorf("%v", err)
	}
}
