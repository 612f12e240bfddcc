package absence

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestProve has sequences of lists, and whether they prove the deletion of x.
func TestProve(t *testing.T) {
	t.Parallel()
	there, gone := Sight{There: map[string]bool{"x": true}}, Sight{}
	part := Sight{Missing: []string{"a"}}
	refused := errors.New("refused")
	for name, c := range map[string]struct {
		sights   []Sight
		err      error
		accepted bool
		want     error
		looks    int
	}{
		"accepted and gone":         {sights: []Sight{gone}, accepted: true, looks: 1},
		"accepted and late":         {sights: []Sight{there, there, gone}, accepted: true, looks: 3},
		"accepted, a page":          {sights: []Sight{part}, accepted: true, want: ErrUnproven, looks: 5},
		"accepted and still there":  {sights: []Sight{there}, accepted: true, want: ErrStillListed, looks: 5},
		"failed and still there":    {sights: []Sight{there}, want: ErrStillListed, looks: 1},
		"failed and gone":           {sights: []Sight{gone}, looks: Lists},
		"failed, gone and back":     {sights: []Sight{gone, there}, want: ErrStillListed, looks: 2},
		"failed, a page in between": {sights: []Sight{gone, part, gone, part, gone}, want: ErrUnproven, looks: 5},
		"no list":                   {sights: []Sight{gone}, err: refused, accepted: true, want: refused, looks: 1},
	} {
		looks := 0
		p := Prover{Pauses: make([]time.Duration, len(Pauses()))}
		p.Look = func(context.Context, []string) (Sight, error) {
			looks++
			return c.sights[min(looks, len(c.sights))-1], c.err
		}
		if got := p.Prove(t.Context(), map[string]bool{"x": c.accepted})["x"]; !errors.Is(got, c.want) || looks != c.looks {
			t.Errorf("%s: %v after %d looks, want %v after %d", name, got, looks, c.want, c.looks)
		}
	}
}

// TestProveWithoutTime checks that nothing is proven without time for a read.
func TestProveWithoutTime(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := Prover{Look: func(context.Context, []string) (Sight, error) { return Sight{}, nil }}
	if got := p.Prove(ctx, map[string]bool{"x": true})["x"]; !errors.Is(got, ErrUnproven) {
		t.Errorf("got %v", got)
	}
}
