package usage

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/suggest"
)

// GuessCommand returns the command with an annotation that a wrong command line was meant
// for, or root: a wrong flag precedes it, or its noun is misspelled.
func GuessCommand(annotation string, root *cobra.Command, args []string) *cobra.Command {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	words := slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return strings.HasPrefix(arg, "-") })
	for _, noun := range root.Commands() {
		if noun.Annotations[annotation] == "" {
			continue
		}
		for i := 1; i < len(words); i++ {
			if len(suggest.Nearest(words[i-1], []string{noun.Name()})) == 0 {
				continue
			}
			for _, verb := range noun.Commands() {
				if verb.Name() == words[i] {
					return verb
				}
			}
		}
	}
	return root
}

// FlagValue returns the value of a flag in a command line that was not parsed, and
// whether it is given.
func FlagValue(args []string, name string) (value string, given bool) {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if arg == "--"+name {
			given = true
			if value = ""; i+1 < len(args) {
				value = args[i+1]
			}
		} else if rest, found := strings.CutPrefix(arg, "--"+name+"="); found {
			value, given = rest, true
		}
	}
	return value, given
}
