package cli

import (
	"cmp"
	"path/filepath"
	"strings"
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
	return shellOf(parentName(), goos, a.Getenv)
}

// ShellSource is where the setting of the shell comes from, "" if it is not set.
func (a *App) ShellSource() string { return a.settings.Source("shell") }

// shellOf is the shell that a program of some name is, a login shell too. Windows
// does not tell who runs a program, and PowerShell is the shell there, but for those
// that name themselves as they do elsewhere.
func shellOf(parent, system string, getenv func(string) string) string {
	parent = strings.TrimPrefix(filepath.Base(parent), "-")
	if system == "windows" && parent == "." && getenv("PSModulePath") != "" && getenv("SHELL") == "" {
		return "pwsh"
	}
	switch parent {
	case "fish", "tcsh", "csh", "pwsh", "powershell", "nu", "elvish", "xonsh":
		return parent
	default:
		return "sh" // what is no shell at all, such as make or direnv, mostly runs one
	}
}
