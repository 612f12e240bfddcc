package output_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/output"
)

func tenThousand() []thing {
	things := make([]thing, 10_000)
	for i := range things {
		created := time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC)
		things[i] = thing{
			id: fmt.Sprintf("client-%06d-abcdefgh", i), name: fmt.Sprintf("Token of Jürgen %d", i),
			roles:   []role{{"ad0736dc-e3bd-4cb4-8ca6-24ebb80c2f7f", "Organization Administrator"}, {"b2f4", "R/O User"}},
			tags:    []string{"blue", "green"},
			created: created, expires: &created, size: i,
		}
	}
	return things
}

func BenchmarkList10k(b *testing.B) {
	things := tenThousand()
	for _, format := range output.Formats() {
		b.Run(string(format), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := output.List(io.Discard, output.Options{Format: format, Width: 120}, columns(), things); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	// The baseline for the others.
	b.Run("unmarshal", func(b *testing.B) {
		var text bytes.Buffer
		if err := output.List(&text, output.Options{Format: output.JSON}, columns(), things); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			var rows []struct {
				ClientID, Name       string
				Roles                []role
				Tags                 []string
				Size                 int
				CreatedAt, ExpiresAt time.Time
			}
			if err := json.Unmarshal(text.Bytes(), &rows); err != nil {
				b.Fatal(err)
			}
		}
	})
}
