package cli

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/shellword"
)

// WithFlag returns the command line that the user gave, with one more flag.
func (s *Settings) WithFlag(flag string) string { return lineWithFlag(slices.Clone(s.Args), flag) }

func lineWithFlag(args []string, flag string) string {
	at := slices.Index(args, "--")
	if at < 0 {
		at = len(args)
	}
	return "astra " + shellword.Line(slices.Insert(args, at, strings.Fields(flag)...)...)
}

// Repeat returns the command line that the user gave, with more flags and without
// --timeout, which may have been too short.
func (s *Settings) Repeat(flags ...string) string {
	return lineWithFlag(withoutTimeout(s.Args), strings.Join(flags, " "))
}

// withoutTimeout returns a command line without --timeout.
func withoutTimeout(args []string) []string { return withoutFlag(args, "--timeout") }

// withoutFlag returns a command line without a flag and its value.
func withoutFlag(args []string, flag string) []string {
	var kept []string
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "--":
			return append(kept, args[i:]...)
		case args[i] == flag:
			i++
		case !strings.HasPrefix(args[i], flag+"="):
			kept = append(kept, args[i])
		}
	}
	return kept
}

// Command returns a command line for a hint, with the flags of this one that chose
// organization, service and credential, so that it means the same when it is pasted. A
// line with such flags of its own stays as it is.
func (s *Settings) Command(line string) string {
	rest, ours := strings.CutPrefix(line, "astra ")
	if !ours || choosesCredential(rest) {
		return line
	}
	if flags := s.credentialFlags(rest); len(flags) > 0 {
		return "astra " + shellword.Line(flags...) + " " + rest
	}
	return line
}

// CommandWithOtherToken is Command for a line that the token in use may not run: it does
// not name the file or the profile of that token.
func (s *Settings) CommandWithOtherToken(line string) string {
	other := *s
	other.Globals.TokenFile, other.Globals.Profile = "", ""
	return other.Command(line)
}

// credentialFlags returns the flags that a command line, given without its first word,
// needs to run with the same organization, service and credential as this one.
func (s *Settings) credentialFlags(rest string) []string {
	noun, _, _ := strings.Cut(rest, " ")
	switch {
	case slices.Contains([]string{"sandbox", "permission", "completion", "version", "help"}, noun), strings.HasSuffix(rest, " --help"):
		return nil
	case strings.HasPrefix(rest, "auth login"): // it names its profile, and asks for another token
		if s.Globals.APIURL == "" || s.sandboxed {
			return nil
		}
		return []string{"--api-url", s.Globals.APIURL}
	}
	var flags []string
	add := func(flag, value string) {
		if value != "" && value != "-" { // standard input was read
			flags = append(flags, flag, value)
		}
	}
	if s.sandboxed {
		flags = append(flags, "--sandbox")
	} else {
		add("-p", s.Globals.Profile)
	}
	if noun == "profile" { // what is on this machine
		return flags
	}
	add("--token-file", s.Globals.TokenFile)
	if !s.sandboxed {
		add("--api-url", s.Globals.APIURL)
	}
	return flags
}

// choosesCredential reports whether a command line has flags that choose organization,
// service or credential.
func choosesCredential(line string) bool {
	bare := strings.ReplaceAll(line, `'\''`, "")
	for i, part := range strings.Split(bare, "'") {
		if i%2 == 1 { // one quoted word
			continue
		}
		for word := range strings.FieldsSeq(part) {
			name, _, _ := strings.Cut(word, "=")
			if slices.Contains([]string{"-p", "--profile", "--sandbox", "--api-url", "--token-file"}, name) {
				return true
			}
		}
	}
	return false
}
