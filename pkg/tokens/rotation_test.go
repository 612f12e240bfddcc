package tokens

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/onetime"
)

func TestOverlap(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, tc := range []struct {
		options RotationOptions
		login   bool // the token is the stored login in use
		want    time.Duration
	}{
		{RotationOptions{Overlap: day, DefaultOverlap: true}, false, day},
		{RotationOptions{Overlap: day, DefaultOverlap: true}, true, 0},
		{RotationOptions{Overlap: time.Hour}, true, time.Hour},
		{RotationOptions{Overlap: 0}, false, 0},
	} {
		if got := tc.options.overlap(tc.login); got != tc.want {
			t.Errorf("%+v, login %v: %s", tc.options, tc.login, got)
		}
	}
}

func TestSameLifetime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct{ life, want time.Duration }{
		{0, 0}, // never expires
		{90*24*time.Hour - time.Second, 90 * 24 * time.Hour},
		{90*24*time.Hour + 40*time.Second, 90*24*time.Hour + time.Minute},
		{10*time.Minute + time.Second, 10*time.Minute + time.Second},
	} {
		old := Token{Now: now}
		old.GeneratedOn = now.Add(-time.Hour)
		want := time.Time{}
		if tc.life > 0 {
			old.ExpiresAt, want = old.GeneratedOn.Add(tc.life), now.Add(tc.want)
		}
		if got := sameLifetime(old); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", tc.life, got, want)
		}
	}
	far := Token{Now: now}
	far.GeneratedOn, far.ExpiresAt = now, time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := sameLifetime(far); !got.Equal(far.ExpiresAt) {
		t.Errorf("a lifetime of centuries becomes %s", got)
	}
}

func TestMatchRotation(t *testing.T) {
	t.Parallel()
	pending := []onetime.PendingOperation{
		{ID: "0123", Record: onetime.Record{Kind: onetime.Generating, Made: "issued"}},
		{ID: "old1", Record: onetime.Record{Kind: onetime.Rotating, Old: "old1", Made: "new1"}},
		{ID: "old2", Record: onetime.Record{Kind: onetime.Rotating, Old: "old2"}},
		{ID: "damaged", Err: onetime.ErrDamaged},
	}
	for ref, want := range map[string]string{
		"old1": "old1", "new1": "old1", "old2": "old2", "damaged": "damaged", "issued": "", "new2": "",
	} {
		got := ""
		if found := matchRotation(pending, ref); found != nil {
			got = found.ID
		}
		if got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
}

func TestDueOf(t *testing.T) {
	t.Parallel()
	now := time.Now()
	rotation := func(id string, r onetime.Record) onetime.PendingOperation {
		r.Kind, r.Old = onetime.Rotating, id
		return onetime.PendingOperation{ID: id, Record: r}
	}
	damaged := rotation("damaged", onetime.Record{Step: onetime.Switched})
	damaged.Err = onetime.ErrDamaged
	running := rotation("running", onetime.Record{Step: onetime.Switched})
	running.Running = true
	due, rotating := dueOf([]onetime.PendingOperation{
		rotation("due", onetime.Record{Step: onetime.Switched, Retire: now.Add(-time.Minute)}),
		rotation("overlapping", onetime.Record{Step: onetime.Switched, Retire: now.Add(time.Minute)}),
		rotation("retired", onetime.Record{Step: onetime.Retired}),
		rotation("stored", onetime.Record{Step: onetime.Stored}),
		rotation("rolling back", onetime.Record{Step: onetime.Switched, RollingBack: true}),
		damaged, running,
	}, now)
	if diff := cmp.Diff([]string{"due", "retired"}, due); diff != "" || !rotating {
		t.Errorf("rotating %v: %s", rotating, diff)
	}
	if due, rotating := dueOf([]onetime.PendingOperation{{ID: "x", Record: onetime.Record{Kind: onetime.Generating}}}, now); len(due) > 0 || rotating {
		t.Errorf("due %v, rotating %v", due, rotating)
	}
}

func TestNextCommands(t *testing.T) {
	t.Parallel()
	const resume, rollback = "astra token rotate old --resume", "astra token rotate old --rollback"
	incomplete := &absence.IncompleteListError{Missing: []string{"other"}}
	for name, tc := range map[string]struct {
		at   onetime.Record
		err  error
		want []string
	}{
		"before the old one is revoked":  {onetime.Record{Old: "old", Step: onetime.Stored}, errors.New("x"), []string{resume, rollback}},
		"after its DELETE was accepted":  {onetime.Record{Old: "old", Step: onetime.Switched, Accepted: "old"}, errors.New("x"), []string{resume}},
		"a token is missing in the list": {onetime.Record{Old: "old", Step: onetime.Switched}, incomplete, []string{"astra token recover --deleted other", resume, rollback}},
		"its secret is not rejected":     {onetime.Record{Old: "old", Step: onetime.Retired}, onetime.ErrStillAccepted, []string{resume, "astra token recover --keep old"}},
	} {
		if diff := cmp.Diff(tc.want, nextCommands(tc.at, tc.err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The description of a new token names the one that it replaces, which counts only where
// nothing contradicts it.
func TestPairRotations(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	token := func(id, mark, replaces string, age time.Duration) Token {
		r := Token{Mark: mark, Now: now}
		r.ClientID, r.GeneratedOn = id, now.Add(-age)
		if mark != "" {
			r.Description = "nightly astra-cli/" + mark
		}
		if replaces != "" {
			r.Description += " replaces " + replaces
		}
		return r
	}
	const a, b = "00000000000000aa", "00000000000000bb"
	gone := token("old", "", "", 9*time.Hour)
	gone.ExpiresAt = now.Add(-time.Hour)
	for name, tc := range map[string]struct {
		all  []Token
		want string // of the first one: the newest replacement and all of them
	}{
		"one":                  {[]Token{token("old", "", "", 9*time.Hour), token("new", a, "old", time.Hour)}, "new: new"},
		"other letter case":    {[]Token{token("old", "", "", 9*time.Hour), token("new", a, "OLD", time.Hour)}, "new: new"},
		"two":                  {[]Token{token("old", "", "", 9*time.Hour), token("new2", b, "old", time.Hour), token("new1", a, "old", 2*time.Hour)}, "new2: new1, new2"},
		"mark on two tokens":   {[]Token{token("old", "", "", 9*time.Hour), token("new", a, "old", time.Hour), token("other", a, "", time.Hour)}, ": "},
		"the new one is older": {[]Token{token("old", "", "", time.Hour), token("new", a, "old", 9*time.Hour)}, ": "},
		"the old one expired":  {[]Token{gone, token("new", a, "old", time.Hour)}, ": "},
		"no such token":        {[]Token{token("old", "", "", 9*time.Hour), token("new", a, "older", time.Hour)}, ": "},
		"itself":               {[]Token{token("old", a, "old", time.Hour)}, ": "},
	} {
		pairRotations(tc.all)
		old := tc.all[0]
		if got := old.ReplacedBy + ": " + old.Replacements(); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
		if replaced := checkNotReplaced(old) != nil; replaced != (old.ReplacedBy != "") {
			t.Errorf("%s: may not be rotated again: %v", name, replaced)
		}
	}
}
