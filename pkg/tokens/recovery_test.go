package tokens

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/onetime"
)

// A token that a profile names is neither offered nor revoked; its duplicate is.
func TestExcludeStored(t *testing.T) {
	t.Parallel()
	cfg := config.Config{Profiles: []config.Profile{
		{Name: "work", ClientID: "login", Tokens: []config.SavedToken{{Name: "orders", ClientID: "saved"}}},
	}}
	for _, tc := range []struct {
		state onetime.State
		ids   []string
		want  onetime.State
		left  []string
	}{
		{onetime.Orphan, []string{"login", "double"}, onetime.Orphan, []string{"double"}},
		{onetime.Orphan, []string{"double", "saved"}, onetime.Orphan, []string{"double"}},
		{onetime.Orphan, []string{"one", "two"}, onetime.Orphan, []string{"one", "two"}},
		{onetime.Orphan, []string{"login"}, onetime.Kept, []string{"login"}},
		{onetime.Unconfirmed, []string{"saved"}, onetime.Kept, []string{"saved"}},
		{onetime.Unconfirmed, []string{"one"}, onetime.Unconfirmed, []string{"one"}},
		{onetime.Lookalike, []string{"login", "one"}, onetime.Lookalike, []string{"one"}},
		{onetime.Lookalike, []string{"login"}, onetime.Lookalike, []string{}},
		{onetime.Waiting, []string{"login"}, onetime.Waiting, []string{"login"}},
	} {
		got := excludeStored(onetime.Assessment{State: tc.state, ClientIDs: tc.ids}, cfg)
		if got.State != tc.want || !cmp.Equal(got.ClientIDs, tc.left) {
			t.Errorf("%s %v: got %s %v, want %s %v", tc.state, tc.ids, got.State, got.ClientIDs, tc.want, tc.left)
		}
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	incomplete := &absence.IncompleteListError{Missing: []string{"older"}}
	for name, tc := range map[string]struct {
		found  onetime.Assessment
		record onetime.Record
		in     RecoveryOptions
		revoke []string
		byHand bool
		ends   bool
		state  string // after it, if it changes
		next   string
	}{
		"nothing is left":       {found: onetime.Assessment{State: onetime.Nothing}, ends: true},
		"an orphan is revoked":  {found: onetime.Assessment{State: onetime.Orphan, ClientIDs: []string{"new"}}, revoke: []string{"new"}},
		"a duplicate alone":     {found: onetime.Assessment{State: onetime.Orphan, ClientIDs: []string{"double"}}, record: onetime.Record{Made: "new"}, revoke: []string{"double"}},
		"an orphan is kept":     {found: onetime.Assessment{State: onetime.Orphan, ClientIDs: []string{"new"}}, record: onetime.Record{Made: "new"}, in: RecoveryOptions{Keep: []string{"new"}}, ends: true, state: "kept"},
		"a stored one is kept":  {found: onetime.Assessment{State: onetime.Kept, ClientIDs: []string{"new"}}, ends: true, next: "astra token recover --revoke new"},
		"a stored one, revoked": {found: onetime.Assessment{State: onetime.Kept, ClientIDs: []string{"new"}}, in: RecoveryOptions{Revoke: []string{"new"}}, revoke: []string{"new"}, byHand: true, next: "astra token recover --revoke new"},
		"a printed one waits":   {found: onetime.Assessment{State: onetime.Unconfirmed, ClientIDs: []string{"new"}}, next: "astra token recover --keep new"},
		"a printed one, revoked unconfirmed": {
			found: onetime.Assessment{State: onetime.Unconfirmed, ClientIDs: []string{"new"}}, in: RecoveryOptions{RevokeUnconfirmed: true},
			revoke: []string{"new"}, next: "astra token recover --revoke new",
		},
		"lookalikes are named":      {found: onetime.Assessment{State: onetime.Lookalike, ClientIDs: []string{"one", "two"}}, next: "astra token recover --revoke CLIENT-ID"},
		"no lookalike is left":      {found: onetime.Assessment{State: onetime.Lookalike}, next: "astra token recover --keep op"},
		"one lookalike is chosen":   {found: onetime.Assessment{State: onetime.Lookalike, ClientIDs: []string{"one", "two"}}, in: RecoveryOptions{Revoke: []string{"two"}}, revoke: []string{"two"}, byHand: true, next: "astra token recover --revoke CLIENT-ID"},
		"an orphan by name":         {found: onetime.Assessment{State: onetime.Orphan, ClientIDs: []string{"new"}}, in: RecoveryOptions{Revoke: []string{"new"}}, revoke: []string{"new"}},
		"an incomplete list":        {found: onetime.Assessment{State: onetime.Unclear, Why: incomplete}, next: "astra token recover --deleted older"},
		"unclear for other reasons": {found: onetime.Assessment{State: onetime.Unclear, Why: errors.New("x")}, next: "astra token recover --keep op"},
		"a request on its way":      {found: onetime.Assessment{State: onetime.Waiting}, next: "astra token recover"},
		"a request, and tokens":     {found: onetime.Assessment{State: onetime.Waiting, ClientIDs: []string{"one"}}, next: "astra token recover --revoke CLIENT-ID"},
		"a rotation is resumed":     {found: onetime.Assessment{State: onetime.InProgress}, record: onetime.Record{Kind: onetime.Rotating, Old: "old"}, next: "astra token rotate old --resume"},
		"a rotation rolls back":     {found: onetime.Assessment{State: onetime.RollingBack}, record: onetime.Record{Kind: onetime.Rotating, Old: "old"}, next: "astra token rotate old --rollback"},
		"a rotation is due":         {found: onetime.Assessment{State: onetime.Due}, record: onetime.Record{Kind: onetime.Rotating, Old: "old"}, next: "astra token rotate --due"},
		"an overlap":                {found: onetime.Assessment{State: onetime.Overlapping}, record: onetime.Record{Kind: onetime.Rotating, Old: "old"}, next: "astra token rotate old --finish"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.record.Kind == "" {
				tc.record.Kind, tc.record.Step = onetime.Generating, onetime.Delivering
			}
			r := Recovery{entry: &onetime.Entry{ID: "op", Record: tc.record}, State: string(tc.found.State)}
			r.Operation = onetime.PendingOperation{ID: "op", Record: tc.record}
			r.decide(tc.in, tc.found)
			if tc.state == "" {
				tc.state = string(tc.found.State)
			}
			if !cmp.Equal(r.Revoke, tc.revoke) || r.byHand != tc.byHand || r.endsOperation != tc.ends || r.State != tc.state || r.Next != tc.next {
				t.Errorf("revoke %v, by hand %v, ends %v, state %s, next %q", r.Revoke, r.byHand, r.endsOperation, r.State, r.Next)
			}
		})
	}
}
