package cmd_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestDocumentedRequests sends the requests of testdata/documented with curl to
// "astra sandbox serve", with and without /v2 in the address.
func TestDocumentedRequests(t *testing.T) {
	t.Parallel()
	testkit.NeedPart(t, "curl")
	text, err := os.ReadFile(filepath.Join("..", "testdata", "documented", "requests.txt"))
	check(t, err)
	for name, suffix := range map[string]string{"bare": "", "v2": "/v2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := servePage(t)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			astra := func(args ...string) string {
				t.Helper()
				run := exec.CommandContext(ctx, filepath.Join(p.dir, "astra"), append([]string{"--sandbox"}, args...)...)
				run.Env = p.env
				out, err := run.Output()
				check(t, err)
				return strings.TrimSpace(string(out))
			}
			token, db := astra("sandbox", "status", "--jq", ".token"), astra("db", "get", "demo", "-o", "name")
			values := strings.NewReplacer("$ORG", astra("org", "get", "--jq", ".id"), "$DB", db, "$DC", db+"-1", "$GROUP", astra("pcu", "get", "example", "-o", "name"))
			for line := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n") {
				if strings.HasPrefix(line, "#") {
					continue
				}
				words := strings.SplitN(values.Replace(line)+" ", " ", 4)
				args := []string{
					"--silent", "--show-error", "--write-out", "\n%{http_code}", "--request", words[1], p.url + suffix + words[2],
					"--header", "Authorization: Bearer " + token, "--header", "Content-Type: application/json",
				}
				if body := strings.TrimSpace(words[3]); body != "" {
					args = append(args, "--data", body)
				}
				out, err := exec.CommandContext(ctx, "curl", args...).CombinedOutput()
				check(t, err)
				answer := string(out)
				if status := answer[strings.LastIndex(answer, "\n")+1:]; status != words[0] {
					t.Errorf("%s\n%s", line, answer)
				}
				if strings.Contains(line, "POST /pcus [") && strings.Contains(answer, `"description"`) {
					t.Errorf("a group without description has one: %s", answer)
				}
			}
		})
	}
}
