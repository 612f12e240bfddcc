package spelling_test

import (
	"testing"

	"github.com/astra-admin/astra/pkg/spelling"
)

func TestCount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n    int
		noun string
		want string
	}{
		{0, "token", "0 tokens"},
		{1, "token", "1 token"},
		{2, "capacity unit", "2 capacity units"},
		{1, "address", "1 address"},
		{3, "address", "3 addresses"},
		{1, "person", "1 person"},
		{2, "person", "2 people"},
		{2, "entry", "2 entries"},
		{2, "customer key", "2 customer keys"},
		{2, "switch", "2 switches"},
	} {
		if got := spelling.Count(c.n, c.noun); got != c.want {
			t.Errorf("%d %s: want %q, got %q", c.n, c.noun, c.want, got)
		}
	}
}
