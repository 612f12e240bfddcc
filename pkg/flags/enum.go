// Package flags declares flags whose values are checked and completed, and reads
// durations and times.
package flags

import (
	"strings"

	"github.com/spf13/pflag"
)

// annotation is the name of the annotation with the values of a flag.
const annotation = "astra_values"

// Enum declares a flag with a fixed set of values. Its help lists them, and a shell
// completes them.
func Enum(f *pflag.FlagSet, v *string, name, value string, values []string, usage string) {
	f.StringVar(v, name, value, usage)
	Values(f, name, values)
}

// EnumList is Enum for a flag that may be repeated.
func EnumList(f *pflag.FlagSet, v *[]string, name string, values []string, usage string) {
	f.StringArrayVar(v, name, nil, usage)
	Values(f, name, values)
}

// Values declares the values of a flag of f and adds them to its help, before the
// default.
func Values(f *pflag.FlagSet, name string, values []string) {
	flag := f.Lookup(name)
	text, fallback, found := strings.Cut(flag.Usage, " (default ")
	flag.Usage = text + " (" + strings.Join(values, ", ")
	if found {
		flag.Usage += "; default " + fallback
	} else {
		flag.Usage += ")"
	}
	_ = f.SetAnnotation(name, annotation, values) // fails only for an undeclared flag
}

// EnumValues returns the values that a flag was declared with, if it is an Enum.
func EnumValues(f *pflag.Flag) []string { return f.Annotations[annotation] }
