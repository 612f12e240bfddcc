//go:build unix

package prompt

import (
	"strings"
	"testing"
)

// TestPaste pastes lines without echo, then answers another question that was
// typed ahead. Text beyond the limit is discarded.
func TestPaste(t *testing.T) {
	s := newScreen(t)
	both := func(p Prompter) (any, error) {
		text, err := p.Paste(t.Context(), "Paste: ", 1000)
		if err != nil {
			return nil, err
		}
		next, err := p.Input(t.Context(), "Next?", "")
		return []string{string(text), next}, err
	}
	done := s.ask(both, false)
	s.see("Paste: ")
	s.press("one\r\ntwo \x1b[A\té\r\r\x04" + "three\r")
	if a := s.wait(done); a.err != nil || strings.Join(a.value.([]string), "|") != "one\r\ntwo \x1b[A\té\r\r|three" {
		t.Errorf("%q, %v", a.value, a.err)
	}
	if strings.Contains(s.text(), "one") || strings.Contains(s.text(), "two") {
		t.Errorf("it is shown: %q", s.text())
	}

	s = newScreen(t)
	done = s.ask(both, false)
	s.see("Paste: ")
	s.press(strings.Repeat("x", 1500))
	s.press("y\x04three\r")
	if a := s.wait(done); a.err != nil || strings.Join(a.value.([]string), "|") != strings.Repeat("x", 1001)+"|three" {
		t.Errorf("%q, %v", a.value, a.err)
	}
}
