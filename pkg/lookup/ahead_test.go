package lookup

import (
	"context"
	"errors"
	"testing"

	"github.com/astra-admin/astra/pkg/async"
)

// TestAhead asks a question once ahead, gives its answer once, and asks again for
// another one. An error is that of the call that takes the answer.
func TestAhead(t *testing.T) {
	t.Parallel()
	var calls async.Group
	defer calls.End()
	d := &Directory{Calls: &calls}
	asked := make(chan int, 10)
	refused := errors.New("refused")
	count := Question[int]{"count", func(d *Directory) bool { return d.org != "" }, func(context.Context, *Directory) (int, error) {
		asked <- 1
		return len(asked), nil
	}}
	fails := Question[int]{"fails", nil, func(context.Context, *Directory) (int, error) { return 0, refused }}
	d.Ahead(t.Context(), count, fails, count)
	for want := 1; want <= 2; want++ {
		if got, err := Answer(t.Context(), d, count); got != want || err != nil {
			t.Errorf("answer %d, %v; want %d", got, err, want)
		}
	}
	if _, err := Answer(t.Context(), d, fails); !errors.Is(err, refused) {
		t.Errorf("%v, want %v", err, refused)
	}
	d.org = "known"
	d.Ahead(t.Context(), count)
	if len(d.ahead) != 0 || len(asked) != 2 {
		t.Errorf("asked %d times, %d ahead, though the directory has the answer", len(asked), len(d.ahead))
	}
}
