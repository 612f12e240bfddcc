package output

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// endless has programs that run forever, or exhaust the machine.
func endless() map[string]Options {
	return map[string]Options{
		"a loop":                  {JQ: "def f: f; f"},
		"a long range":            {JQ: "last(range(1e12))"},
		"a loop of regexps":       {JQ: `def f: ("aaaaaaaaaaaaaaaa" * 1000 | test("(a*)*(a*)*(a*)*b")) , f; last(f)`},
		"an exponential template": {Template: doubling(60)},
	}
}

// doubling is a template in which each part runs the next one twice.
func doubling(depth int) string {
	text := fmt.Sprintf(`{{define "%d"}}{{end}}{{template "0"}}`, depth)
	for i := range depth {
		text += fmt.Sprintf(`{{define "%d"}}{{template "%d"}}{{template "%d"}}{{end}}`, i, i+1, i+1)
	}
	return text
}

func TestProgramsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	why := errors.New("the time is over")
	for name, o := range endless() {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, why)
			defer cancel()
			o.Context = ctx
			var out bytes.Buffer
			begin := time.Now()
			err := One(&out, o, columnsOfProgram(), "x")
			if took := time.Since(begin); took > 20*time.Second || !errors.Is(err, why) || out.Len() > 0 {
				t.Errorf("%v after %v, %d bytes", err, took, out.Len())
			}
		})
	}
}

func TestProgramsThatTakeTooMuchMemoryAreEnded(t *testing.T) {
	for name, o := range map[string]Options{
		"an array":       {JQ: "[range(1e9)] | length"},
		"results":        {JQ: `range(1e9) | "0123456789"`},
		"recursion":      {JQ: `def f: [1] + f; f`},
		"a growing text": {JQ: `def f: . + .; "0123456789" | until(false; f)`},
		"a template's":   {Template: `{{define "t"}}{{printf "%1000000d" 1}}{{template "t" .}}{{end}}{{template "t" .}}`},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			o.Context, o.memory = ctx, 32<<20
			var out bytes.Buffer
			err := One(&out, o, columnsOfProgram(), "x")
			if !errors.Is(err, ErrOptions) || out.Len() > 0 || !bytes.Contains([]byte(err.Error()), []byte("32 MiB")) {
				t.Errorf("%v, %d bytes", err, out.Len())
			}
		})
	}
}

func TestPanicOfAProgramReachesTheCaller(t *testing.T) {
	t.Parallel()
	defer func() {
		if cause := recover(); cause != "oh" {
			t.Errorf("recovered %v", cause)
		}
	}()
	_, _ = supervise(t.Context(), maxMemory, func(context.Context) ([]byte, error) { panic("oh") })
}

func columnsOfProgram() []Column[string] {
	return []Column[string]{{Key: "name", Value: func(s string) any { return s }, Name: true}}
}
