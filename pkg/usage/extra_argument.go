package usage

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
)

// ExtraArgument returns the error for more arguments than a command takes. It is often
// the database, where that is named with a flag.
func ExtraArgument(cmd *cobra.Command, args []string, limit int) error {
	e := exit.Usagef("unexpected argument %q", args[limit]).WithHint("usage: %s", cmd.UseLine())
	db := cmd.LocalFlags().Lookup("db")
	if db == nil || db.Value.Type() != "string" || db.Changed || isExcluded(cmd, db) {
		return e
	}
	if limit > 0 || len(args) > 1 { // any of them may be the database
		return e.WithHint("name the database with --db; usage: %s", cmd.UseLine())
	}
	if secret.LooksLikeToken(args[0]) {
		return e.WithHint("name the database with --db")
	}
	return exit.Usagef("unexpected argument %q; use --db %s", args[0], shellword.Quote(args[0])).WithNext(withDatabase(cmd, args[0]))
}

// isExcluded reports whether a flag was given that excludes f.
func isExcluded(cmd *cobra.Command, f *pflag.Flag) bool {
	for _, group := range f.Annotations[exclusive] {
		if slices.ContainsFunc(strings.Fields(group), cmd.Flags().Changed) {
			return true
		}
	}
	return false
}

// withDatabase returns the command line with --db, and with all flags that were given.
func withDatabase(cmd *cobra.Command, name string) string {
	root, path, _ := strings.Cut(cmd.CommandPath(), " ")
	var global, own []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if cmd.InheritedFlags().Lookup(f.Name) == nil {
			own = append(own, flagWords(f)...)
		} else {
			global = append(global, flagWords(f)...)
		}
	})
	words := append([]string{root}, global...)
	words = append(append(words, strings.Fields(path)...), "--db", name)
	return shellword.Line(append(words, own...)...)
}

// flagWords returns a flag as it was given, each value of several separately.
func flagWords(f *pflag.Flag) []string {
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
