package token

import (
	"testing"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/devops"
)

func TestBelieve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answer bulk.Outcome
		there  bool
		want   bulk.Outcome
	}{
		{bulk.OK, false, bulk.OK},
		{bulk.OK, true, bulk.Failed},
		{bulk.Failed, false, bulk.OK},
		{bulk.Failed, true, bulk.Failed},
		{bulk.Unknown, false, bulk.OK},
		{bulk.Unknown, true, bulk.Unknown},
		{bulk.NotStarted, false, bulk.NotStarted},
		{bulk.Unchanged, false, bulk.Unchanged},
	} {
		results := []bulk.Result{{ID: "abc", Outcome: c.answer, Exit: 143}}
		believe(results, func(string) bool { return c.there })
		if got := results[0]; got.Outcome != c.want || got.Outcome == bulk.OK && c.answer != bulk.OK && got.Exit != 0 {
			t.Errorf("%s, listed %v: got %+v, want %s", c.answer, c.there, got, c.want)
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
