//go:build linux

package faulttest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

const (
	answerSize = 8 << 20
	mostMemory = 64 << 10 // KiB

	// mostDecoded is for --jq, whose values come on top of the rows.
	mostDecoded = 112 << 10
)

// rowKinds are the rows of lists, by the path of the request: as the service writes
// them, and as small as they can be.
func rowKinds() map[string]func(path string, i int) string {
	const org = "11111111-2222-4333-8444-555555555555"
	usual := func(path string, i int) string {
		id := fmt.Sprintf("%08x-0000-4000-8000-000000000001", i)
		switch path {
		case "/v2/clientIdSecrets":
			return fmt.Sprintf(`{"clientId":"Fake%020d","roles":["ad0566b5-2a67-49de-89e8-92258c2f2c98"],"description":"deploy pipeline","generatedOn":"2026-01-02T03:04:05Z"}`, i)
		case "/v2/organizations/users":
			return fmt.Sprintf(`{"userID":%q,"email":"user%d@example.com","status":"active","roles":[{"id":"ad0566b5-2a67-49de-89e8-92258c2f2c98","name":"Organization Administrator"}]}`, id, i)
		case "/v2/organizations/roles":
			return fmt.Sprintf(`{"id":%q,"name":"role %d","policy":{"description":"d","resources":["drn:astra:org:__ORG_ID__:db:*"],"actions":["db-cql","db-rest","db-table-select","db-table-modify"],"effect":"allow"}}`, id, i)
		case "/v2/databases":
			return fmt.Sprintf(`{"id":%q,"orgId":%q,"ownerId":"Fake","status":"ACTIVE","info":{"name":"db%d","keyspace":"a","keyspaces":["a","b"],"dbType":"vector","tier":"serverless","cloudProvider":"GCP","region":"us-east1","datacenters":[{"id":"%s-1","region":"us-east1","tier":"serverless","cloudProvider":"GCP","secureBundleUrl":"https://bundles.example.com/%s-1/secure-connect.zip"}]},"cost":{"costPerMinCents":1}}`, id, org, i, id, id)
		case "/v2/regions/serverless":
			return fmt.Sprintf(`{"name":"us-east%d","cloudProvider":"GCP","displayName":"Moncks Corner, South Carolina","zone":"na","classification":"standard","enabled":true,"region_type":"vector"}`, i)
		case "/v2/availableRegions":
			return fmt.Sprintf(`{"tier":"C10","cloudProvider":"GCP","region":"us-east%d","regionDisplay":"Moncks Corner","regionContinent":"NA","cost":{"costPerMinCents":1}}`, i)
		case "/v2/access-lists":
			return fmt.Sprintf(`{"databaseId":%q,"addresses":[{"address":"10.0.0.0/8","description":"office","enabled":true}],"configurations":{"accessListEnabled":true}}`, id)
		case "/v2/kms", "/v2/kms/classic":
			return fmt.Sprintf(`{"cloudProvider":"aws","keyID":"arn:aws:kms:us-east-1:123456789012:key/%s","region":"us-east%d"}`, id, i)
		case "/v2/pcus/actions/get":
			return fmt.Sprintf(`{"uuid":%q,"title":"group %d","status":"ACTIVE","cloudProvider":"AWS","region":"us-east-1","min":1,"max":2,"reserved":1}`, id, i)
		case "/v2/organizations/private-link":
			return fmt.Sprintf(`{"clusterID":%q,"datacenters":[{"serviceName":"com.amazonaws.vpce","datacenterID":"%s-1","allowedPrincipals":["arn:aws:iam::1:root"],"endpoints":[{"endpointID":"vpce-1","linkID":"1","status":"Accepted"}]}]}`, id, id)
		case "/v2/streaming/tenants":
			return fmt.Sprintf(`{"id":%q,"tenantName":"tenant-%d","clusterName":"pulsar-gcp-useast1","cloudProvider":"gcp","cloudRegion":"useast1","status":"active","plan":"payg"}`, id, i)
		case "/v2/enterprises/consumption":
			return fmt.Sprintf(`{"orgID":%q,"clusterID":%q,"region":"us-east1","cost":1.5}`, org, id)
		}
		return ""
	}
	tiny := map[string]string{
		"/v2/clientIdSecrets": `{"clientId":"c%d"}`, "/v2/organizations/users": `{"userID":"u%d"}`, "/v2/organizations/roles": `{"id":"r%d"}`, "/v2/databases": `{"id":"d%d"}`,
		"/v2/regions/serverless": `{"name":"r%d"}`, "/v2/availableRegions": `{"region":"r%d"}`, "/v2/access-lists": `{"databaseId":"d%d"}`, "/v2/kms": `{}`, "/v2/kms/classic": `{}`,
		"/v2/pcus/actions/get": `{"uuid":"g%d"}`, "/v2/organizations/private-link": `{"clusterID":"d%d","datacenters":[{}]}`, "/v2/enterprises/consumption": `{}`,
		"/v2/streaming/tenants": `{"tenantName":"t%d"}`,
	}
	nested := map[string]string{
		"/v2/clientIdSecrets": `{"clientId":"c","roles":[%s]}`, "/v2/organizations/users": `{"userID":"u","roles":[{"name":""},{"name":%s}]}`, "/v2/organizations/roles": `{"id":"r","policy":{"actions":[%s]}}`,
		"/v2/databases": `{"id":"d","info":{"keyspaces":[%s]}}`, "/v2/access-lists": `{"databaseId":"d","addresses":[{"address":%s}]}`,
		"/v2/organizations/private-link": `{"clusterID":"d","datacenters":[{"allowedPrincipals":[%s]}]}`,
	}
	return map[string]func(string, int) string{
		"usual": usual,
		"tiny": func(path string, i int) string {
			return strings.Replace(tiny[path], "%d", fmt.Sprint(i), 1)
		},
		"nested": func(path string, i int) string {
			if i > 0 || nested[path] == "" {
				return ""
			}
			var list strings.Builder
			for n := 0; list.Len() < answerSize-(1<<10); n++ {
				fmt.Fprintf(&list, `"%x",`, n)
			}
			return strings.Replace(nested[path], "%s", strings.TrimSuffix(list.String(), ","), 1)
		},
	}
}

// filled is an answer of 8 MiB.
func filled(path string, row func(string, int) string) []byte {
	before, after := "[", "]"
	switch path {
	case "/v2/clientIdSecrets":
		before, after = `{"clients":[`, "]}"
	case "/v2/organizations/users":
		before, after = `{"orgID":"11111111-2222-4333-8444-555555555555","orgName":"o","users":[`, "]}"
	case "/v2/organizations/private-link":
		before, after = `{"clusters":[`, "]}"
	case "/v2/enterprises/consumption":
		before, after = `{"totalCost":1,"costs":[`, "]}"
	}
	var b bytes.Buffer
	b.WriteString(before)
	for i := 0; ; i++ {
		text := row(path, i)
		if text == "" || b.Len()+len(text)+3 > answerSize {
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(text)
	}
	b.WriteString(after)
	return b.Bytes()
}

// measure runs a program and says what it took: from a small process, since the kernel
// counts what the one had that started it.
const measure = `package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	_ = cmd.Run()
	fmt.Fprintf(os.Stderr, "\x00%d", cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	os.Exit(cmd.ProcessState.ExitCode())
}
`

// TestMemoryRig gives each list 8 MiB of rows, in two formats, and measures what the
// program takes. ASTRA_TEST_MEMORY=1 runs it, and a part of a name what has that part.
func TestMemoryRig(t *testing.T) {
	if os.Getenv("ASTRA_TEST_MEMORY") == "" {
		t.Skip("ASTRA_TEST_MEMORY is not set")
	}
	dir := t.TempDir()
	binary := filepath.Join(dir, "astra")
	out, err := exec.Command("go", "build", "-o", binary, "../../..").CombinedOutput()
	if err != nil {
		t.Fatalf("%s%v", out, err)
	}
	source := filepath.Join(dir, "measure.go")
	testkit.Check(t, os.WriteFile(source, []byte(measure), 0o600))
	measuring := filepath.Join(dir, "measure")
	if out, err := exec.Command("go", "build", "-o", measuring, source).CombinedOutput(); err != nil {
		t.Fatalf("%s%v", out, err)
	}
	for kind, row := range rowKinds() {
		answers := map[string][]byte{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			body := answers[r.URL.Path]
			if r.URL.Query().Get("starting_after") != "" {
				body = []byte("[]")
			}
			switch {
			case r.URL.Path == "/v2/currentOrg":
				body = []byte(`{"id":"11111111-2222-4333-8444-555555555555"}`)
			case body == nil:
				w.WriteHeader(http.StatusNotFound)
			}
			_, _ = w.Write(body)
		}))
		defer server.Close()
		for _, path := range []string{
			"/v2/clientIdSecrets", "/v2/organizations/users", "/v2/organizations/roles", "/v2/databases", "/v2/regions/serverless", "/v2/availableRegions", "/v2/access-lists", "/v2/kms", "/v2/kms/classic",
			"/v2/pcus/actions/get", "/v2/organizations/private-link", "/v2/enterprises/consumption", "/v2/streaming/tenants",
		} {
			answers[path] = filled(path, row)
		}
		for _, line := range []string{
			"token list", "user list", "role list", "db list", "region list", "region list --type classic", "access-list list", "key list", "pcu list", "private-link list", "billing show", "billing usage", "keyspace list --db d", "cdc list", "telemetry list", "streaming tenant list",
		} {
			for _, format := range []string{"-o json", "-o table", "--jq length", "-o yaml", "-o csv"} {
				if kind != "usual" && format != "-o json" && format != "-o table" {
					continue
				}
				name := kind + " " + line + " " + format
				if wanted := os.Getenv("ASTRA_TEST_MEMORY"); wanted != "1" && !strings.Contains(name, wanted) {
					continue
				}
				most := mostMemory
				if strings.HasPrefix(format, "--jq") {
					most = mostDecoded
				}
				var used int
				for run := 0; run < 3 && (run == 0 || used > most); run++ { // on a busy machine the collector may be late
					cmd := exec.Command(measuring, append([]string{binary}, strings.Fields(line+" "+format+" --timeout 60s")...)...)
					cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ASTRA_API_URL=" + server.URL, "ASTRA_TOKEN=AstraCS:TestTestTestTestTestTest:" + strings.Repeat("0123456789abcdef", 4)}
					var stdout, stderr bytes.Buffer
					cmd.Stdout, cmd.Stderr = &stdout, &stderr
					begin := time.Now()
					err := cmd.Run()
					said, last, _ := strings.Cut(stderr.String(), "\x00")
					if _, scanErr := fmt.Sscan(last, &used); scanErr != nil {
						t.Fatalf("%s: %v: %s", name, err, stderr.String())
					}
					t.Logf("%6d KiB %6s %8d bytes  %-50s %v %.150s", used, time.Since(begin).Round(10*time.Millisecond), stdout.Len(), name, err, said)
				}
				if used > most {
					t.Errorf("%s: %d KiB", name, used)
				}
			}
		}
	}
}
