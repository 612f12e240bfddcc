package cli

import (
	"strings"

	"github.com/spf13/pflag"
)

// flagValues is the annotation of a flag that has the values it can take.
const flagValues = "astra_values"

// Enum declares a flag with a fixed set of values. Its help lists them, and a shell
// completes them.
func Enum(f *pflag.FlagSet, v *string, name, value string, values []string, usage string) {
	f.StringVar(v, name, value, usage)
	declareValues(f, name, values)
}

// EnumList is Enum for a flag that may be repeated.
func EnumList(f *pflag.FlagSet, v *[]string, name string, values []string, usage string) {
	f.StringArrayVar(v, name, nil, usage)
	declareValues(f, name, values)
}

// declareValues annotates a flag with its values and adds them to its help, before
// what the help says about the default.
func declareValues(f *pflag.FlagSet, name string, values []string) {
	flag := f.Lookup(name)
	text, fallback, found := strings.Cut(flag.Usage, " (default ")
	flag.Usage = text + " (" + strings.Join(values, ", ")
	if found {
		flag.Usage += "; default " + fallback
	} else {
		flag.Usage += ")"
	}
	_ = f.SetAnnotation(name, flagValues, values) // fails only for an undeclared flag
}

// EnumValues returns the values that a flag was declared with, if it is an Enum.
func EnumValues(f *pflag.Flag) []string { return f.Annotations[flagValues] }
