package cli

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
)

// AddDuration declares a flag that takes a duration.
func AddDuration(f *pflag.FlagSet, d *time.Duration, name, usage string) {
	f.Var(&durationFlag{d, name}, name, usage)
}

// durationFlag is the value of such a flag: pflag's own knows no days, and
// complains in the words of a library.
type durationFlag struct {
	value *time.Duration
	name  string
}

// Set reads the value.
func (d *durationFlag) Set(text string) error {
	value, ok := config.Duration(text)
	if !ok {
		return noDuration("--"+d.name, text)
	}
	*d.value = value
	return nil
}

// String is the value. A plain 0 is not shown as a default.
func (d *durationFlag) String() string {
	if d.value == nil || *d.value == 0 {
		return "0"
	}
	return d.value.String()
}

// Type names the kind of the value.
func (*durationFlag) Type() string { return "duration" }

// ParseDuration reads a duration that a flag gives, as config.Duration does.
// Empty is zero, and otherwise it is above that. flag is named in the error.
func ParseDuration(flag, s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, ok := config.Duration(s)
	if !ok || d == 0 {
		return 0, noDuration(flag, s)
	}
	return d, nil
}

func noDuration(flag, s string) *exit.Error {
	return exit.Usagef("%s is a duration such as 30s, 5m, 36h, 90d or 2w, not %q", flag, s)
}
