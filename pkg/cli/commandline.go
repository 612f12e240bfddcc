package cli

import (
	"slices"

	"github.com/astra-admin/astra/pkg/shellword"
)

// repaired is the command line that the user gave, with one more flag.
func (a *App) repaired(flag string) string {
	args := slices.Clone(a.Args)
	at := slices.Index(args, "--")
	if at < 0 {
		at = len(args)
	}
	return "astra " + shellword.Line(slices.Insert(args, at, flag)...)
}
