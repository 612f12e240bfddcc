package cli

import (
	"testing"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/bulk"
)

// TestProven corrects what an answer claimed by what lists prove.
func TestProven(t *testing.T) {
	t.Parallel()
	lists := &absence.IncompleteListError{Missing: []string{"x"}}
	for _, c := range []struct {
		answer bulk.Outcome
		proof  error
		want   bulk.Outcome
	}{
		{bulk.OK, nil, bulk.OK},
		{bulk.OK, absence.ErrStillListed, bulk.Failed},
		{bulk.OK, lists, bulk.Unknown},
		{bulk.Failed, nil, bulk.OK},
		{bulk.Failed, absence.ErrStillListed, bulk.Failed},
		{bulk.Failed, lists, bulk.Failed},
		{bulk.Unknown, nil, bulk.OK},
		{bulk.Unknown, absence.ErrStillListed, bulk.Unknown},
		{bulk.Unknown, lists, bulk.Unknown},
	} {
		got := verificationResult(bulk.Result{ID: "abc", Outcome: c.answer, Exit: 143}, c.proof, func() error { return absence.ErrStillListed })
		if got.Outcome != c.want || got.Outcome == bulk.OK && got.Exit != 0 {
			t.Errorf("%s, %v: got %+v, want %s", c.answer, c.proof, got, c.want)
		}
	}
}
