package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
)

// surplus is wrong usage by more arguments than the most that a command takes.
// One too many is often the database, where that is named with a flag.
func surplus(cmd *cobra.Command, args []string, most int) error {
	e := exit.Usagef("unexpected argument %q", args[most]).WithHint("usage: %s", cmd.UseLine())
	db := cmd.LocalFlags().Lookup("db")
	if db == nil || db.Value.Type() != "string" || db.Changed || unsupported(cmd, db) {
		return e
	}
	if most > 0 || len(args) > 1 { // any of them may be the database
		return e.WithHint("name the database with --db; usage: %s", cmd.UseLine())
	}
	if secret.LooksLikeToken(args[0]) {
		return e.WithHint("name the database with --db")
	}
	return exit.Usagef("unexpected argument %q; use --db %s", args[0], shellword.Quote(args[0])).WithNext(withDatabase(cmd, args[0]))
}

// unsupported reports whether a flag was given that goes with f in no way.
func unsupported(cmd *cobra.Command, f *pflag.Flag) bool {
	for _, group := range f.Annotations["cobra_annotation_mutually_exclusive"] {
		if slices.ContainsFunc(strings.Fields(group), cmd.Flags().Changed) {
			return true
		}
	}
	return false
}

// withDatabase is the command line with a database, and with all flags that were
// given.
func withDatabase(cmd *cobra.Command, name string) string {
	root, path, _ := strings.Cut(cmd.CommandPath(), " ")
	var global, own []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if cmd.InheritedFlags().Lookup(f.Name) == nil {
			own = append(own, flagPrefix(f)...)
		} else {
			global = append(global, flagPrefix(f)...)
		}
	})
	words := append([]string{root}, global...)
	words = append(append(words, strings.Fields(path)...), "--db", name)
	return shellword.Line(append(words, own...)...)
}

// flagPrefix is a flag as it was given, each value of several on its own.
func flagPrefix(f *pflag.Flag) []string {
	if f.Value.Type() == "bool" {
		if f.Value.String() == "true" {
			return []string{"--" + f.Name}
		}
		return []string{"--" + f.Name + "=" + f.Value.String()}
	}
	if list, ok := f.Value.(pflag.SliceValue); ok {
		var words []string
		for _, value := range list.GetSlice() {
			words = append(words, "--"+f.Name, value)
		}
		return words
	}
	if f.NoOptDefVal != "" {
		return []string{"--" + f.Name + "=" + f.Value.String()}
	}
	return []string{"--" + f.Name, f.Value.String()}
}
