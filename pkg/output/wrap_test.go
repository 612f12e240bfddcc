package output_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/output"
)

func TestCellsAreWrapped(t *testing.T) {
	t.Parallel()
	type row struct{ name, detail string }
	columns := []output.Column[row]{
		{Key: "name", Value: func(r row) any { return r.name }, Name: true},
		{Key: "detail", Value: func(r row) any { return r.detail }, Wrap: true},
	}
	items := []row{
		{"keyring", "it is locked; use --store file, or ASTRA_TOKEN"},
		{"path", "/home/somebody/.config/astra/config.yaml"},
		{"wide", "日本語日本語日本語日本語日本語"},
		{"none", ""},
	}
	var got bytes.Buffer
	if err := output.List(&got, output.Options{Format: output.Table, Width: 32}, columns, items); err != nil {
		t.Fatal(err)
	}
	want := `NAME     DETAIL
keyring  it is locked; use
         --store file, or
         ASTRA_TOKEN
path     /home/somebody/.config/
         astra/config.yaml
wide     日本語日本語日本語日本
         語日本語
none
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}
