package cli

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/shellword"
)

// repaired is the command line that the user gave, with one more flag.
func (a *App) repaired(flag string) string { return repairedLine(slices.Clone(a.Args), flag) }

func repairedLine(args []string, flag string) string {
	at := slices.Index(args, "--")
	if at < 0 {
		at = len(args)
	}
	return "astra " + shellword.Line(slices.Insert(args, at, strings.Fields(flag)...)...)
}

// withoutLimit is a command line without the time limit that was too short.
func withoutLimit(args []string) []string {
	var kept []string
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "--":
			return append(kept, args[i:]...)
		case args[i] == "--timeout":
			i++
		case !strings.HasPrefix(args[i], "--timeout="):
			kept = append(kept, args[i])
		}
	}
	return kept
}

// onward is a command line that goes on with what this one did, for the same
// service and with the same credential.
func (a *App) onward(line string) string {
	var flags []string
	if file := a.Globals.TokenFile; file != "" && file != "-" {
		flags = append(flags, "--token-file", file)
	}
	if url := a.Globals.APIURL; url != "" {
		flags = append(flags, "--api-url", url)
	}
	if len(flags) > 0 {
		line = "astra " + shellword.Line(flags...) + strings.TrimPrefix(line, "astra")
	}
	return a.Command(line)
}

// Command is a command line that people are told to run, with what chose the
// organization for this one.
func (a *App) Command(line string) string {
	rest, ours := strings.CutPrefix(line, "astra ")
	switch {
	case strings.Contains(line, "--sandbox"):
		return line
	case !ours, strings.HasPrefix(rest, "sandbox "), strings.HasPrefix(rest, "--sandbox "), strings.HasPrefix(rest, "permission "), strings.Contains(rest, "auth login"):
		return line
	case a.sandboxed:
		return "astra --sandbox " + rest
	case a.Globals.Profile != "" && !strings.Contains(rest, "-p "):
		return "astra -p " + shellword.Quote(a.Globals.Profile) + " " + rest
	}
	return line
}
