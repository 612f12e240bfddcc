package cli

import (
	"fmt"
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

func TestAnAddressElsewhereIsRefused(t *testing.T) {
	if got := exit.Of(fmt.Errorf("%w: there", devops.ErrForeignHost)); got != exit.Refused {
		t.Errorf("status %d", got)
	}
}
