package cli

import (
	"fmt"
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
)

func TestAnAddressElsewhereIsRefused(t *testing.T) {
	if got := ExitOf(fmt.Errorf("%w: there", devops.ErrElsewhere)); got != Refused {
		t.Errorf("status %d", got)
	}
}
