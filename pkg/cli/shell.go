package cli

import (
	"cmp"
	"path/filepath"
)

// Shell returns the shell to write for: the one asked for, that of the setting,
// or the one that runs this program. Where none of them tells it is sh.
func (a *App) Shell(asked string) string {
	name := asked
	if a.settings != nil { // or the command line was not understood
		name = cmp.Or(name, a.settings.Shell)
	}
	name = cmp.Or(name, "auto")
	if name != "auto" {
		return name
	}
	switch parent := filepath.Base(parentName()); parent {
	case "fish", "tcsh", "csh", "pwsh", "powershell", "nu", "elvish", "xonsh":
		return parent
	default:
		return "sh" // what is no shell at all, such as make or direnv, mostly runs one
	}
}
