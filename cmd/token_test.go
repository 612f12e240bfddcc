package cmd_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// strange is a service with what no sandbox has: two organizations, a token
// without roles, and two roles of one name.
func strange(w http.ResponseWriter, r *http.Request) {
	theirs := strings.Contains(r.Header.Get("Authorization"), theirID)
	switch r.Method + " " + r.URL.Path {
	case "GET /v2/currentOrg":
		if theirs {
			fmt.Fprint(w, `{"id":"00000000-0000-4000-8000-000000000002"}`)
		} else {
			fmt.Fprint(w, `{"id":"00000000-0000-4000-8000-000000000001"}`)
		}
	case "GET /v2/organizations/users":
		fmt.Fprint(w, `{"OrgID":"00000000-0000-4000-8000-000000000001","OrgName":"Ours","Users":[]}`)
	case "GET /v2/organizations/roles":
		fmt.Fprint(w, `[{"id":"r-1","name":"Analyst","policy":{}},{"id":"r-2","name":"Analyst","policy":{}}]`)
	case "GET /v2/clientIdSecrets":
		fmt.Fprint(w, `{"clients":[{"clientId":"`+ourID+`","roles":["r-1"]},{"clientId":"bareBAREbareBAREbareBARE","roles":[]},{"clientId":"noneNONEnoneNONEnoneNONE"}]}`)
	default:
		w.WriteHeader(http.StatusNotImplemented)
	}
}

const (
	ourID   = "oursOURSoursOURSoursOURS"
	theirID = "themTHEMthemTHEMthemTHEM"
)

func tokenOf(clientID string) string { return "AstraCS:" + clientID + ":" + strings.Repeat("0", 64) }

// TestStrangeTokens does what a sandbox has no state for.
func TestStrangeTokens(t *testing.T) {
	t.Parallel()
	listener := httptest.NewServer(http.HandlerFunc(strange))
	t.Cleanup(listener.Close)
	for _, c := range []struct {
		name, stdin, args string
		status            int
		says              string
	}{
		{"a token of another organization is reported as one", tokenOf(theirID), "token verify - --columns valid,otherOrg,orgId", 0, "true\ttrue\t00000000-0000-4000-8000-000000000002\n"},
		{"and in words", tokenOf(theirID), "token verify - -o name", 0, "belongs to another organization than the login in use"},
		{"one of the same organization", tokenOf(ourID), "token verify - --columns valid,otherOrg,orgName", 0, "true\tfalse\tOurs\n"},
		{"tokens without roles are rows like any other", "", "token list --columns clientId,roles", 0, "bareBAREbareBAREbareBARE\t\nnoneNONEnoneNONEnoneNONE\t\n"},
		{"also for revoking them", "", "token delete noneNONEnoneNONEnoneNONE", 8, "(no roles, generated unknown ago)"},
		{"two roles of one name are refused with both ids", "", "token generate --role Analyst", 7, `role "Analyst" is ambiguous: r-1, r-2`},
		{"an id says which", "", "token generate --role r-2 --dry-run", 0, `"r-2"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			self, err := program()
			check(t, err)
			program := filepath.Join(dir, "astra")
			check(t, os.Symlink(self, program))
			run := exec.CommandContext(t.Context(), program, strings.Fields(c.args)...)
			run.Env = []string{"HOME=" + dir, "ASTRA_API_URL=" + listener.URL, "ASTRA_TOKEN=" + tokenOf(ourID)}
			run.Stdin = strings.NewReader(c.stdin)
			out, _ := run.CombinedOutput()
			if got := run.ProcessState.ExitCode(); got != c.status || !strings.Contains(string(out), c.says) {
				t.Errorf("status %d, want %d and %q:\n%s", got, c.status, c.says, out)
			}
		})
	}
}
