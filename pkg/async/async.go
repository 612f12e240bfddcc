// Package async makes calls at the same time whose results are needed one after the
// other. A caller takes the results in its own order, so that the first error is the
// same as without it.
package async

import (
	"context"
	"sync"
	"time"
)

// Limit is how many calls of Each are made at the same time.
const Limit = 8

// A Group has the calls of a command. The zero value has none.
type Group struct {
	mu      sync.Mutex
	calls   sync.WaitGroup
	cancels []context.CancelFunc
}

// End cancels the calls of the group whose results nothing waits for any more, as after
// an error, and waits until they return.
func (g *Group) End() {
	g.mu.Lock()
	for _, cancel := range g.cancels {
		cancel()
	}
	g.mu.Unlock()
	g.calls.Wait()
}

// Limit returns a context that ends after a time, or with the group.
func (g *Group) Limit(ctx context.Context, most time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(ctx, most)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cancels = append(g.cancels, cancel)
	return ctx
}

// context returns a context for calls of the group, which End cancels.
func (g *Group) context(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cancels = append(g.cancels, cancel)
	return ctx
}

// A Result waits for the result of a call. A panic in the call is one in Result.
type Result[T any] func() (T, error)

// Go starts a call.
func Go[T any](ctx context.Context, g *Group, call func(context.Context) (T, error)) Result[T] {
	o := newOutcome[T]()
	ctx = g.context(ctx)
	g.calls.Go(func() { o.set(ctx, call) })
	return o.get
}

// Each starts a call for each of items, in their order and no more than Limit at the same
// time.
func Each[A, T any](ctx context.Context, g *Group, items []A, call func(context.Context, A) (T, error)) []Result[T] {
	ctx = g.context(ctx)
	outcomes, results := make([]*outcome[T], len(items)), make([]Result[T], len(items))
	for i := range items {
		outcomes[i] = newOutcome[T]()
		results[i] = outcomes[i].get
	}
	g.calls.Go(func() {
		free := make(chan struct{}, Limit)
		for i, item := range items {
			free <- struct{}{}
			g.calls.Go(func() {
				defer func() { <-free }()
				outcomes[i].set(ctx, func(ctx context.Context) (T, error) { return call(ctx, item) })
			})
		}
	})
	return results
}

// outcome is the outcome of a call, once done is closed.
type outcome[T any] struct {
	done  chan struct{}
	value T
	err   error
	panic any
}

func newOutcome[T any]() *outcome[T] { return &outcome[T]{done: make(chan struct{})} }

func (o *outcome[T]) set(ctx context.Context, call func(context.Context) (T, error)) {
	defer close(o.done)
	defer func() { o.panic = recover() }() // it may contain a secret, which the runtime would print
	if o.err = ctx.Err(); o.err == nil {
		o.value, o.err = call(ctx)
	}
}

func (o *outcome[T]) get() (T, error) {
	<-o.done
	if o.panic != nil {
		panic(o.panic)
	}
	return o.value, o.err
}
