package output

import (
	"bytes"
	"context"
	"errors"
	"runtime/metrics"
	"time"
)

const (
	// maxMemory is the memory limit of a program of --jq or --template. All
	// data of the service needs less.
	maxMemory = 512 << 20
	// memoryInterval is the interval of memory checks, in which a program cannot
	// exhaust a machine.
	memoryInterval = 2 * time.Millisecond
)

// errMemory reports a program that exceeds its memory limit.
var errMemory = errors.New("out of memory")

// supervise runs a program of the user, which may not terminate. It returns
// when ctx ends or the memory limit is exceeded. An uninterruptible step, such
// as a large multiplication of a text, is abandoned: the process ends soon
// after.
func supervise(ctx context.Context, most int64, run func(context.Context) ([]byte, error)) ([]byte, error) {
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
	ticker := time.NewTicker(memoryInterval)
	defer ticker.Stop()
	for {
		select {
		case o := <-done:
			switch {
			case o.panic != nil:
				panic(o.panic) // recovered by the caller
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

// inUse returns the bytes of the heap and the stacks.
func inUse() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(samples)
	var sum int64
	for _, s := range samples {
		sum += int64(s.Value.Uint64()) //nolint:gosec // fits
	}
	return sum
}

// meteredWriter collects the text of a program until ctx ends.
type meteredWriter struct {
	bytes.Buffer

	ctx context.Context
}

// Write fails when ctx has ended.
func (w *meteredWriter) Write(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	return w.Buffer.Write(p)
}
