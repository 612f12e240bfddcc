package db

import (
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// TestExplainAsleep checks the refusals for statuses that scripts do not reach.
func TestExplainAsleep(t *testing.T) {
	for status, want := range map[string]string{
		"PARKED":      "shop is parked, not hibernated; astra db unpark shop --wait",
		"HIBERNATING": "shop is still hibernating; astra db wake shop --wait",
		"TERMINATED":  "shop is terminated, not hibernated",
		"PENDING":     "shop is pending, not hibernated; astra db get shop",
		"ERROR":       "shop is error, not hibernated; astra db get shop",
		"":            "shop is of unknown status, not hibernated; astra db get shop",
	} {
		e := explainAsleep(devops.Database{Name: "shop", Status: status})
		if got := strings.Join(append([]string{e.Message}, e.Next...), "; "); got != want || e.Exit != exit.Conflict || e.Hint == "" && status != "PARKED" {
			t.Errorf("%s: %q, %+v", status, got, e)
		}
	}
}
