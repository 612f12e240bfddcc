package onetime

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/devops"
)

// A tokenList is a service whose tokens are client IDs with their descriptions.
type tokenList map[string]string

func (l tokenList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodDelete {
		delete(l, filepath.Base(r.URL.Path))
		w.WriteHeader(http.StatusNoContent)
		return
	}
	type client struct {
		ClientID    string `json:"clientId"`
		Description string `json:"description"`
	}
	clients := []client{}
	for id, description := range l {
		clients = append(clients, client{id, description})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"clients": clients})
}

// An interrupted rotation whose request took effect twice revokes the duplicates, and keeps
// the token whose secret was delivered.
func TestRestart(t *testing.T) {
	t.Parallel()
	const mark = "0123456789abcdef"
	marked := addMark("nightly", mark, "old")
	for name, tc := range map[string]struct {
		listed    tokenList
		delivered bool // the secret of the token that the response named
		left      []string
		again     bool
		step      Step
	}{
		"delivered":                {tokenList{"made": marked}, true, []string{"caller", "made", "old"}, false, Stored},
		"delivered, and duplicate": {tokenList{"made": marked, "double": marked}, true, []string{"caller", "made", "old"}, false, Stored},
		"delivered, mark on the duplicate only": {
			tokenList{"made": "nightly", "double": marked}, true, []string{"caller", "made", "old"}, false, Stored,
		},
		"not delivered, and duplicate": {tokenList{"made": marked, "double": marked}, false, []string{"caller", "old"}, true, Planned},
		"token of another client":      {tokenList{"made": marked, "other": "nightly"}, true, []string{"caller", "made", "old", "other"}, false, Stored},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := maps.Clone(tc.listed)
			service["caller"], service["old"] = "", "nightly"
			server := httptest.NewServer(service)
			t.Cleanup(server.Close)
			client, err := devops.New(devops.Config{Token: "AstraCS:caller:0", URL: server.URL, Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			file := &File{Path: filepath.Join(t.TempDir(), "token.txt")}
			if tc.delivered {
				if err := os.WriteFile(file.Path, []byte("AstraCS:made:0"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			journal := Journal{Dir: t.TempDir()}
			begun, err := journal.begin(t.Context(), "old", func() (Record, error) {
				return Record{
					Kind: Rotating, Step: Delivering, Began: time.Now(), OrgID: "org", Request: Request{OrgID: "org"}, Mark: mark,
					Caller: "caller", Before: []string{"caller", "old"}, Made: "made", Old: "old", Out: file.Path,
				}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			begun.Leave()
			entry, err := journal.Take(t.Context(), "old")
			if err != nil {
				t.Fatal(err)
			}
			defer entry.Leave()
			r := Rotation{Destinations: []Destination{file}, Issuer: Issuer{
				Tokens: client.Tokens, Orgs: client.Orgs, Journal: journal, OrgID: "org", Caller: "caller", Rand: rand.Reader, Now: time.Now, ServiceTime: time.Now,
			}}
			again, err := r.resumeIssue(t.Context(), entry)
			if err != nil || again != tc.again || entry.Step != tc.step {
				t.Errorf("again %v, step %s, %v", again, entry.Step, err)
			}
			server.Close()
			if diff := cmp.Diff(tc.left, slices.Sorted(maps.Keys(service))); diff != "" {
				t.Errorf("tokens left (-want +got):\n%s", diff)
			}
			if text, _ := os.ReadFile(file.Path); tc.delivered && !strings.Contains(string(text), "made") {
				t.Error("the delivered secret is lost")
			}
		})
	}
}
