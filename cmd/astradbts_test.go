package cmd_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestAstraDBTS runs the administration of astra-db-ts, an official client, with
// "astra sandbox serve". No request leaves this machine.
func TestAstraDBTS(t *testing.T) {
	t.Parallel()
	testkit.NeedPart(t, "node")
	dir := filepath.Join("..", "testdata", "astra-db-ts")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@datastax", "astra-db-ts")); err != nil {
		testkit.Skip(t, "astra-db-ts is not installed: npm ci, in testdata/astra-db-ts")
	}
	p := servePage(t, "--time-scale", "2000")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	status := exec.CommandContext(ctx, filepath.Join(p.dir, "astra"), "sandbox", "status", "--jq", ".token")
	status.Env = p.env
	token, err := status.Output()
	check(t, err)
	run := exec.CommandContext(ctx, "node", "--import", "./redirect.mjs", "admin.mjs")
	run.Dir, run.Env = dir, append(p.env, "URL="+p.url, "TOKEN="+strings.TrimSpace(string(token)))
	var said strings.Builder
	run.Stderr = &said
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v after %q\n%s", err, out, said.String())
	}
	if diff := cmp.Diff([]string{"regions", "create", "list", "info", "keyspaces", "groups", "drop"}, strings.Fields(string(out))); diff != "" {
		t.Error(diff)
	}
	group := exec.CommandContext(ctx, filepath.Join(p.dir, "astra"), "--sandbox", "pcu", "get", "library", "--jq", ".datacenters | length")
	group.Env = p.env
	members, err := group.Output()
	check(t, err)
	if got := strings.TrimSpace(string(members)); got != "1" {
		t.Errorf("the group library has %s datacenters, want that of the database grouped", got)
	}
}
