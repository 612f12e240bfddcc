package secret_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/secret"
)

// BenchmarkRedact redacts the two secrets of a rotation in a list of tokens.
func BenchmarkRedact(b *testing.B) {
	row := `  {"clientId": "` + clientID + `", "roles": ["ad0566b5-2a67-49de-89e8-92258c2f2c98"], "description": "deploy \u0026 test", "generatedOn": "2026-11-21T11:00:00Z"},` + "\n"
	for _, rows := range []int{1, 100, 40000} {
		text := strings.Repeat(row, rows)
		b.Run(fmt.Sprintf("%d_bytes", len(text)), func(b *testing.B) {
			var r secret.Redactor
			r.Add(token)
			r.Add(other)
			r.Redact("")
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r.Redact(text)
			}
		})
	}
}

// BenchmarkAdd is the cost of the first output of a run.
func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var r secret.Redactor
		r.Add(token)
		r.Redact("Created role Reporting.\n")
	}
}
