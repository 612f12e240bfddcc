package cli

import (
	"errors"
	"fmt"
	"testing"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
)

// TestClassifyOneTime puts what became of a credential before the reason.
func TestClassifyOneTime(t *testing.T) {
	t.Parallel()
	taken := exit.Failf(exit.Conflict, "the name was taken")
	for _, test := range []struct {
		err  error
		want exit.Code
	}{
		{taken, exit.Conflict},
		{fmt.Errorf("save: %w", taken), exit.Conflict},
		{fmt.Errorf("save: %w; it was revoked again: %w", taken, onetime.ErrNothingKept), exit.CredentialRevoked},
		{fmt.Errorf("save: %w: %w", taken, onetime.ErrPartial), exit.Store},
		{&onetime.PendingError{ClientIDs: []string{"x"}, Cause: taken}, exit.Unknown},
		{exit.Hint(fmt.Errorf("save: %w: %w", taken, onetime.ErrNothingKept), "run it again"), exit.CredentialRevoked},
	} {
		if got := exit.Of(test.err); got != test.want {
			t.Errorf("%v: status %d, want %d", test.err, got, test.want)
		}
	}
	hinted, _ := errors.AsType[*exit.Error](exit.Hint(fmt.Errorf("save: %w", onetime.ErrNothingKept), "run it again"))
	if exit.Classify(fmt.Errorf("token: %w", hinted)).Hint != "run it again" {
		t.Error("the advice is lost")
	}
}
