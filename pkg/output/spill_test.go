package output_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/output"
)

// pieces counts writes, and fails all after the first few.
type pieces struct {
	bytes.Buffer

	writes, most int
}

func (p *pieces) Write(b []byte) (int, error) {
	if p.writes++; p.most > 0 && p.writes > p.most {
		return 0, errFull
	}
	return p.Buffer.Write(b)
}

var errFull = errors.New("full")

type tall struct {
	id    int
	value any
}

func tallRows(n int) ([]output.Column[tall], []tall) {
	columns := []output.Column[tall]{
		{Key: "id", Value: func(r tall) any { return r.id }, Name: true, Sorted: true},
		{Key: "text", Value: func(r tall) any {
			return fmt.Sprintf("row %d %s\n%s", r.id, strings.Repeat("é", 20), strings.Repeat("x", 60))
		}},
		{Key: "value", Value: func(r tall) any { return r.value }},
	}
	rows := make([]tall, n)
	for i := range rows {
		rows[i] = tall{id: n - i, value: []string{"a", "b"}}
	}
	return columns, rows
}

// TestLongListsAreWrittenInPieces compares a long list with the same rows in
// many short lists.
func TestLongListsAreWrittenInPieces(t *testing.T) {
	const n = 20_000
	columns, rows := tallRows(n)
	for _, format := range output.Formats() {
		var long pieces
		o := output.Options{Format: format, NoHeaders: true}
		if err := output.List(&long, o, columns, rows); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if long.writes < 2 && format != output.Name {
			t.Errorf("%s: %d bytes were written at once", format, long.Len())
		}
		if format == output.JSON {
			var all []map[string]any
			if err := json.Unmarshal(long.Bytes(), &all); err != nil || len(all) != n || all[0]["id"] != 1.0 || all[n-1]["id"] != float64(n) {
				t.Errorf("json: %v: %d rows", err, len(all))
			}
			continue
		}
		var short bytes.Buffer
		for end := n; end > 0; end -= n / 10 {
			if err := output.List(&short, o, columns, rows[end-n/10:end]); err != nil {
				t.Fatal(err)
			}
		}
		want, got := short.String(), long.String()
		if format == output.Table || format == output.Wide { // the width of columns depends on the list
			want, got = strings.Join(strings.Fields(want), " "), strings.Join(strings.Fields(got), " ")
		}
		if want != got {
			t.Errorf("%s: the pieces are another text: %d and %d bytes", format, len(want), len(got))
		}
	}
}

// TestLongListsFailWhole has an invalid value in the last row: nothing is
// written.
func TestLongListsFailWhole(t *testing.T) {
	columns, rows := tallRows(20_000)
	rows[0].value = make(chan int) // the last one in the output
	for _, format := range output.Formats() {
		var w pieces
		err := output.List(&w, output.Options{Format: format}, columns, rows)
		if format != output.Name && (err == nil || w.Len() > 0) {
			t.Errorf("%s: %v after %d bytes", format, err, w.Len())
		}
	}
}

// TestLongListsStopAtAFailedWrite has a writer that fails after one piece.
func TestLongListsStopAtAFailedWrite(t *testing.T) {
	columns, rows := tallRows(40_000)
	for _, format := range output.Formats() {
		if format == output.Name {
			continue
		}
		w := pieces{most: 1}
		if err := output.List(&w, output.Options{Format: format}, columns, rows); !errors.Is(err, errFull) || w.writes != 2 {
			t.Errorf("%s: %v after %d writes", format, err, w.writes)
		}
	}
}
