package onetime

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/secret"
)

const (
	ownOrg   = "5cf5b5b5-8d9a-4a5b-9c58-0a4ee6ff5a01"
	otherOrg = "5cf5b5b5-8d9a-4a5b-9c58-0a4ee6ff5a02"
	issued   = "issuedissuedissuedissued"
	older    = "olderolderolderolderolde"
	caller   = "callercallercallercaller"
)

// A minter is a service with two lists of tokens. It may forbid either, refuse to create a
// token, and answer with another organization, token or roles than those of the token.
type minter struct {
	own, enterprise map[string]map[string]any
	forbidden       []string // paths that cannot be listed
	status          int      // of POST
	answer          map[string]any
	lost            bool
	deleted         []string
	currentOrgs     []string // that of a new token, one answer after the other; "" is a refusal
}

func (m *minter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	write := func(status int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	refusal := func(status int) {
		write(status, map[string]any{"errors": []any{map[string]any{"message": "refused"}}})
	}
	list := m.own
	if strings.HasPrefix(r.URL.Path, "/v2/tokens") {
		list = m.enterprise
	}
	switch {
	case r.URL.Path == "/v2/currentOrg":
		org := ownOrg
		if len(m.currentOrgs) > 0 {
			org, m.currentOrgs = m.currentOrgs[0], m.currentOrgs[1:]
		}
		if org == "" {
			refusal(http.StatusUnauthorized)
			return
		}
		write(http.StatusOK, map[string]any{"id": org})
	case r.Method == http.MethodDelete:
		id := filepath.Base(r.URL.Path)
		m.deleted = append(m.deleted, id)
		delete(m.own, id)
		delete(m.enterprise, id)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet && slices.Contains(m.forbidden, r.URL.Path):
		refusal(http.StatusForbidden)
	case r.Method == http.MethodGet:
		clients := []map[string]any{}
		for _, id := range slices.Sorted(maps.Keys(list)) {
			clients = append(clients, list[id])
		}
		write(http.StatusOK, map[string]any{"clients": clients})
	case m.status != 0:
		refusal(m.status)
	default:
		var body map[string]any
		_ = json.NewDecoder(r.Body).Decode(&body)
		list[issued] = client(issued, body["description"].(string), time.Now())
		answer := map[string]any{
			"clientId": issued, "secret": "s", "token": "AstraCS:" + issued + ":0", "orgId": ownOrg, "roles": body["roles"],
			"description": body["description"], "generatedOn": time.Now().UTC().Format(time.RFC3339),
		}
		maps.Copy(answer, m.answer)
		if m.lost {
			panic(http.ErrAbortHandler)
		}
		write(http.StatusOK, answer)
	}
}

func client(id, description string, generated time.Time) map[string]any {
	return map[string]any{"clientId": id, "description": description, "generatedOn": generated.UTC().Format(time.RFC3339), "roles": []string{}}
}

// newMinter returns a service with the caller's token and an older one.
func newMinter() *minter {
	return &minter{
		own: map[string]map[string]any{
			caller: client(caller, "", time.Now().Add(-48*time.Hour)), older: client(older, "prod", time.Now().Add(-24*time.Hour)),
		},
		enterprise: map[string]map[string]any{},
	}
}

// issuer returns an issuer for the service.
func (m *minter) issuer(t *testing.T, journal Journal, now func() time.Time) Issuer {
	t.Helper()
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	open := func(_ context.Context, token secret.Text) (*devops.Client, error) {
		return devops.New(devops.Config{Token: token, URL: server.URL, Now: now})
	}
	c, err := open(t.Context(), "AstraCS:"+caller+":0")
	if err != nil {
		t.Fatal(err)
	}
	return Issuer{
		Tokens: c.Tokens, Orgs: c.Orgs, Journal: journal, OrgID: ownOrg, Caller: caller, Rand: rand.Reader, Now: now, ServiceTime: now, With: open,
	}
}

const clientIDSecrets, v2Tokens = "/v2/clientIdSecrets", "/v2/tokens"

var reader = []string{"d2cfcd63-055c-4a58-b957-8916d4a007a5"}

// onlyRecord returns the record of the only pending operation.
func onlyRecord(t *testing.T, j Journal) Record {
	t.Helper()
	open, err := j.List()
	if err != nil || len(open) != 1 {
		t.Fatalf("pending: %+v, %v", open, err)
	}
	return open[0].Record
}

// After a request without a list, tokens that are older than it are no candidates, and are
// not revoked even if they are named.
func TestUnlistedCandidates(t *testing.T) {
	t.Parallel()
	m := newMinter()
	m.forbidden, m.lost = []string{clientIDSecrets, v2Tokens}, true
	journal := Journal{Dir: t.TempDir()}
	iss := m.issuer(t, journal, time.Now)
	file := &File{Path: filepath.Join(t.TempDir(), "token.txt")}
	if _, _, err := iss.Issue(t.Context(), Request{Roles: reader, OrgID: ownOrg}, []Destination{file}); !errors.Is(err, ErrPending) {
		t.Fatal(err)
	}
	m.forbidden = nil
	m.own[issued]["description"] = "" // the service keeps no mark
	later := time.Now().Add(time.Hour)
	m.own["laterlaterlaterlaterlate"] = client("laterlaterlaterlaterlate", "", later)
	m.own["timelesstimelesstimeless"] = map[string]any{"clientId": "timelesstimelesstimeless", "roles": []string{}}
	iss = m.issuer(t, journal, func() time.Time { return later })
	r := onlyRecord(t, journal)
	found, err := iss.Find(t.Context(), r, nil)
	if want := []string{issued, "laterlaterlaterlaterlate"}; err != nil || found.State != Lookalike || !cmp.Equal(found.ClientIDs, want) {
		t.Errorf("%+v, %v", found, err)
	}
	e, err := journal.Take(t.Context(), r.Mark)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Leave()
	iss.ByHand = true
	if err := iss.Revoke(t.Context(), e, []string{older}, nil); !errors.Is(err, ErrNotOurs) || len(m.deleted) > 0 {
		t.Errorf("%v, deleted %v", err, m.deleted)
	}
}

// A refusal of a login that cannot list tokens ends when the request can no longer take
// effect: by recover, by the next request, or by a login that can list.
func TestUnlistedRefusal(t *testing.T) {
	t.Parallel()
	for name, org := range map[string]string{"own organization": ownOrg, "another one": otherOrg} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMinter()
			m.forbidden, m.status = []string{clientIDSecrets, v2Tokens}, http.StatusForbidden
			journal := Journal{Dir: t.TempDir()}
			request := Request{Roles: reader, OrgID: org}
			file := &File{Path: filepath.Join(t.TempDir(), "token.txt")}
			refuse := func(now func() time.Time) {
				t.Helper()
				if _, _, err := m.issuer(t, journal, now).Issue(t.Context(), request, []Destination{file}); !errors.Is(err, devops.ErrForbidden) || errors.Is(err, ErrPending) {
					t.Fatal(err)
				}
			}
			refuse(time.Now)
			first := onlyRecord(t, journal)
			late := func() time.Time { return time.Now().Add(time.Hour) }
			refuse(late)
			second := onlyRecord(t, journal)
			if first.Mark == second.Mark {
				t.Error("the first refusal did not end")
			}
			if found, err := m.issuer(t, journal, func() time.Time { return time.Now().Add(2 * time.Hour) }).Find(t.Context(), second, nil); err != nil || found.State != Nothing {
				t.Errorf("%+v, %v", found, err)
			}
			m.forbidden = nil
			iss := m.issuer(t, journal, func() time.Time { return time.Now().Add(2 * time.Hour) })
			live, err := iss.Tokens.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, err = iss.Review(t.Context(), live)
			if open, _ := journal.List(); err != nil || len(open) > 0 {
				t.Errorf("pending: %+v, %v", open, err)
			}
		})
	}
}

// TestCompareAnswer checks what happens to a token whose response says something else than
// the request: it is revoked where a list shows our mark, and no other token is.
func TestCompareAnswer(t *testing.T) {
	t.Parallel()
	const colleague = "colleaguecolleaguecollea"
	theirs := map[string]any{"clientId": colleague, "token": "AstraCS:" + colleague + ":0"}
	admin := []string{"21ef3576-0197-415a-b167-d510af12ecf0"}
	for name, c := range map[string]struct {
		org       string
		forbidden []string
		answer    map[string]any
		orgs      []string
		want      error // nil is a delivered token
		deleted   []string
	}{
		"another organization, of a login without the enterprise's list": {
			ownOrg, []string{v2Tokens}, map[string]any{"orgId": otherOrg}, nil, ErrNothingKept, []string{issued},
		},
		"another organization, with both lists": {ownOrg, nil, map[string]any{"orgId": otherOrg}, nil, ErrNothingKept, []string{issued}},
		"the own organization, of a token of the enterprise": {
			otherOrg, nil, map[string]any{"orgId": ownOrg}, nil, ErrNothingKept, []string{issued},
		},
		"other roles": {ownOrg, nil, map[string]any{"roles": admin}, nil, ErrNothingKept, []string{issued}},
		"another token with other roles": {
			ownOrg, nil, map[string]any{"clientId": colleague, "token": theirs["token"], "roles": admin}, nil, ErrNothingKept, []string{issued},
		},
		"another token of another organization": {
			ownOrg, []string{v2Tokens}, map[string]any{"clientId": colleague, "token": theirs["token"], "orgId": otherOrg}, nil, ErrNothingKept, []string{issued},
		},
		"no organization":                         {otherOrg, nil, map[string]any{"orgId": ""}, []string{otherOrg}, nil, nil},
		"no organization, accepted later":         {otherOrg, nil, map[string]any{"orgId": ""}, []string{"", "", otherOrg}, nil, nil},
		"no organization, accepted in another":    {otherOrg, nil, map[string]any{"orgId": ""}, []string{"", ownOrg}, ErrNothingKept, []string{issued}},
		"no organization, not accepted":           {otherOrg, nil, map[string]any{"orgId": ""}, slices.Repeat([]string{""}, 9), ErrPending, nil},
		"no organization, from the own one":       {ownOrg, nil, map[string]any{"orgId": ""}, nil, nil, nil},
		"the organization and a role in capitals": {ownOrg, nil, map[string]any{"orgId": strings.ToUpper(ownOrg), "roles": []string{strings.ToUpper(reader[0])}}, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMinter()
			m.forbidden, m.answer, m.currentOrgs = c.forbidden, c.answer, c.orgs
			journal := Journal{Dir: t.TempDir()}
			iss := m.issuer(t, journal, time.Now)
			iss.Before = func(ctx context.Context) ([]devops.Token, error) {
				before, err := iss.Tokens.List(ctx)
				m.own[colleague] = client(colleague, "", time.Now()) // generated in the same moment
				return before, err
			}
			file := &File{Path: filepath.Join(t.TempDir(), "token.txt"), Render: renderToken}
			_, _, err := iss.Issue(t.Context(), Request{Roles: reader, OrgID: c.org}, []Destination{file})
			if !errors.Is(err, c.want) || !slices.Equal(m.deleted, c.deleted) {
				t.Errorf("%v, deleted %v", err, m.deleted)
			}
			if open, err := journal.List(); err != nil || (len(open) > 0) != errors.Is(c.want, ErrPending) {
				t.Errorf("pending: %+v, %v", open, err)
			}
		})
	}
}

func renderToken(w io.Writer, made devops.Credential) error {
	_, err := io.WriteString(w, made.Token.Reveal())
	return err
}
