package process

import (
	"path/filepath"
	"runtime"
	"strings"
)

// ParentShell returns the shell that runs this program, sh if it is unknown.
func ParentShell(getenv func(string) string) string {
	return shellOf(parentName(), runtime.GOOS, getenv)
}

// shellOf returns the shell that a program with a name is, also as a login shell. On
// Windows the parent is unknown: there it is PowerShell, unless SHELL is set.
func shellOf(parent, system string, getenv func(string) string) string {
	parent = strings.TrimPrefix(filepath.Base(parent), "-")
	if system == "windows" && parent == "." && getenv("PSModulePath") != "" && getenv("SHELL") == "" {
		return "pwsh"
	}
	switch parent {
	case "fish", "tcsh", "csh", "pwsh", "powershell", "nu", "elvish", "xonsh":
		return parent
	default:
		return "sh" // a program that is no shell, such as make or direnv, mostly runs sh
	}
}
