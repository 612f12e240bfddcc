package cli

import (
	"cmp"
	"os"
	"strconv"

	"golang.org/x/term"

	"github.com/astra-admin/astra/pkg/prompt"
)

// Terminal is what is known of the streams. It is decided once.
type Terminal struct {
	In, Out, Err bool // whether each is a terminal
	Width        int  // of standard output in columns; 0 = do not truncate
	Height       int  // of standard output in lines
	ErrWidth     int  // of standard error in columns; 0 = do not wrap
	Dumb         bool // no cursor movement
	CI           bool // a machine runs us, nobody answers
}

func detectTerminal(files [3]*os.File, getenv func(string) string) Terminal {
	is := func(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }
	t := Terminal{In: is(files[0]), Out: is(files[1]), Err: is(files[2]), Dumb: getenv("TERM") == "dumb", CI: isOn(getenv("CI"))}
	columns, _ := strconv.Atoi(getenv("COLUMNS"))
	if t.Err {
		measured, _, _ := term.GetSize(int(files[2].Fd()))
		t.ErrWidth = cmp.Or(max(columns, 0), measured)
	}
	if t.Out {
		measured, lines, _ := term.GetSize(int(files[1].Fd()))
		t.Width, t.Height = cmp.Or(max(columns, 0), measured, 80), lines
	}
	return t
}

// isOn reads an on/off variable: empty, 0, false and no are off.
func isOn(s string) bool {
	switch s {
	case "", "0", "false", "FALSE", "False", "no", "NO", "No":
		return false
	}
	return true
}

// Interactive reports whether prompts are possible: standard input and standard error are
// terminals, and no setting says otherwise. Standard output does not matter, so that
// x=$(astra …) can ask.
func (s *Streams) Interactive() bool {
	t := s.Terminal
	return t.In && t.Err && !t.CI && !s.Globals.NoInput && (s.settings == nil || !s.settings.NoInput)
}

// IsPlain reports whether the cursor stays where text was written: on a dumb terminal,
// and for a screen reader, which reads every change aloud.
func (s *Streams) IsPlain() bool {
	return s.Terminal.Dumb || s.settings != nil && s.settings.Accessible
}

// Waits returns how often the command has waited for its user: at a prompt or for input.
// What it read from the service before the last wait may be out of date.
func (s *Streams) Waits() int { return s.waits }

// Prompter returns the prompter of the terminal. It must not be used unless Interactive.
func (s *Streams) Prompter() prompt.Prompter {
	s.waits++
	if s.prompter == nil {
		s.prompter = prompt.New(prompt.Terminal{In: s.files[0], Out: s.files[2], Plain: s.IsPlain(), NoColor: !s.Color()})
	}
	return s.prompter
}

// Color reports whether messages may be colored.
func (s *Streams) Color() bool { return s.colorOn(s.Terminal.Err) }

// colorOn reports whether text on a stream may be colored.
func (s *Streams) colorOn(terminal bool) bool {
	return s.colorAlways() || terminal && !s.Terminal.Dumb && s.Globals.Color != "never" && s.Getenv("NO_COLOR") == ""
}

// colorAlways reports whether the user wants colors without a terminal.
func (s *Streams) colorAlways() bool {
	forced := s.Getenv("NO_COLOR") == "" && isOn(s.Getenv("CLICOLOR_FORCE"))
	return s.Globals.Color == "always" || s.Globals.Color != "never" && forced
}
