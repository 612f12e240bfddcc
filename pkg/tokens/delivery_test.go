package tokens

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/onetime"
)

// The journal record of a delivery names every destination but the clipboard. A token that
// is stored here is stored beside the old one, and printed nowhere.
func TestDeliveryRecord(t *testing.T) {
	t.Parallel()
	stored := storedCopiesAt(nil, "", []onetime.Location{{Profile: "work", Kind: "file"}})
	for name, tc := range map[string]struct {
		delivery Delivery
		stored   *storedCopies
		want     onetime.Record
	}{
		"standard output":   {Delivery{}, nil, onetime.Record{Shown: true}},
		"and the clipboard": {Delivery{Copy: true}, nil, onetime.Record{Shown: true}},
		"file":              {Delivery{Out: "x.json", Format: "json"}, nil, onetime.Record{Out: "x.json", Format: "json"}},
		"stored":            {Delivery{}, stored, onetime.Record{HoldsOld: true, Locations: []onetime.Location{{Profile: "work", Kind: "file"}}}},
		"stored and file":   {Delivery{Out: "x.env"}, stored, onetime.Record{Out: "x.env", HoldsOld: true, Locations: []onetime.Location{{Profile: "work", Kind: "file"}}}},
	} {
		got, err := tc.delivery.record(nil, nil, tc.stored)
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}
