package output

import (
	"bytes"
	"context"
	"errors"
	"runtime/metrics"
	"time"
)

const (
	// maxMemory is what a program of --jq or --template may take. All that the
	// service sends takes less.
	maxMemory = 512 << 20
	// glance is the time between two looks at the memory: in it, a program
	// takes far less than any machine has.
	glance = 2 * time.Millisecond
)

// errMemory says that a program takes more memory than it may.
var errMemory = errors.New("out of memory")

// supervised runs a program of the user's, of which no one can tell whether it
// ends. It returns when ctx ends or when the program takes too much memory. A step
// that cannot be interrupted, such as a large multiplication of a text, is left
// behind then: the process ends soon after.
func supervised(ctx context.Context, most int64, run func(context.Context) ([]byte, error)) ([]byte, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type outcome struct {
		text  []byte
		err   error
		panic any
	}
	base := inUse()
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			o.panic = recover()
			done <- o
		}()
		o.text, o.err = run(ctx)
	}()
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		select {
		case o := <-done:
			switch {
			case o.panic != nil:
				panic(o.panic) // where it is contained
			case o.err != nil && ctx.Err() != nil:
				return nil, context.Cause(ctx)
			}
			return o.text, o.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-ticker.C:
			if inUse()-base > most {
				return nil, errMemory
			}
		}
	}
}

// inUse returns the bytes of the heap and of the stacks.
func inUse() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(samples)
	var sum int64
	for _, s := range samples {
		sum += int64(s.Value.Uint64()) //nolint:gosec // less than any machine has
	}
	return sum
}

// A meteredWriter takes the text of a program until ctx ends.
type meteredWriter struct {
	bytes.Buffer

	ctx context.Context
}

// Write ends the program by an error.
func (w *meteredWriter) Write(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	return w.Buffer.Write(p)
}
