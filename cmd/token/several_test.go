package token

import (
	"testing"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/onetime"
)

func TestCorrected(t *testing.T) {
	t.Parallel()
	lists := &onetime.IncompleteListError{Missing: []string{"x"}}
	for _, c := range []struct {
		answer bulk.Outcome
		proof  error
		want   bulk.Outcome
	}{
		{bulk.OK, nil, bulk.OK},
		{bulk.OK, onetime.ErrStillListed, bulk.Failed},
		{bulk.OK, lists, bulk.Unknown},
		{bulk.Failed, nil, bulk.OK},
		{bulk.Failed, onetime.ErrStillListed, bulk.Failed},
		{bulk.Failed, lists, bulk.Failed},
		{bulk.Unknown, nil, bulk.OK},
		{bulk.Unknown, onetime.ErrStillListed, bulk.Unknown},
		{bulk.Unknown, lists, bulk.Unknown},
	} {
		got := corrected(bulk.Result{ID: "abc", Outcome: c.answer, Exit: 143}, c.proof)
		if got.Outcome != c.want || got.Outcome == bulk.OK && got.Exit != 0 {
			t.Errorf("%s, %v: got %+v, want %s", c.answer, c.proof, got, c.want)
		}
	}
}

func TestFindAmbiguous(t *testing.T) {
	t.Parallel()
	const id = "abcdefghijklmnopqrstuvwx"
	all := []row{{Token: devops.Token{ClientID: "other"}, saved: id}, {Token: devops.Token{ClientID: id}}}
	if r, err := find(all, id); !ambiguous(err) {
		t.Errorf("got %v, %v", r, err)
	}
	if r, err := find(all, "other"); err != nil || r.saved != id {
		t.Errorf("got %v, %v", r, err)
	}
}
