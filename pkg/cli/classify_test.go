package cli

import (
	"errors"
	"fmt"
	"testing"

	"github.com/astra-admin/astra/pkg/onetime"
)

// TestClassifyOneTime puts what became of a credential before the reason.
func TestClassifyOneTime(t *testing.T) {
	t.Parallel()
	taken := Failf(Conflict, "the name was taken meanwhile")
	for _, test := range []struct {
		err  error
		want Code
	}{
		{taken, Conflict},
		{fmt.Errorf("save: %w", taken), Conflict},
		{fmt.Errorf("save: %w; it was revoked again: %w", taken, onetime.ErrNothingKept), NothingKept},
		{fmt.Errorf("save: %w: %w", taken, onetime.ErrPartial), Store},
		{&onetime.PendingError{ClientIDs: []string{"x"}, Cause: taken}, Unknown},
		{Hint(fmt.Errorf("save: %w: %w", taken, onetime.ErrNothingKept), "run it again"), NothingKept},
	} {
		if got := ExitOf(test.err); got != test.want {
			t.Errorf("%v: status %d, want %d", test.err, got, test.want)
		}
	}
	hinted, _ := errors.AsType[*Error](Hint(fmt.Errorf("save: %w", onetime.ErrNothingKept), "run it again"))
	if classify(fmt.Errorf("token: %w", hinted)).Hint != "run it again" {
		t.Error("the advice is lost")
	}
}
