//go:build unix

package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/term"
)

// soon limits everything that must not hang.
const soon = 10 * time.Second

// screen is a terminal with a simulated user. It displays output and never
// responds to queries.
type screen struct {
	t        *testing.T
	keyboard *os.File
	tty      *os.File
	before   *term.State

	mu    sync.Mutex
	shown bytes.Buffer
	more  chan struct{}
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	// Nonblocking, so that closing it does not wait for a pending read.
	fd, err := syscall.Dup(int(master.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	master.Close()
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	keyboard := os.NewFile(uintptr(fd), "keyboard")
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{t: t, keyboard: keyboard, tty: tty, before: before, more: make(chan struct{}, 1)}
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := keyboard.Read(buffer)
			s.mu.Lock()
			s.shown.Write(buffer[:n])
			s.mu.Unlock()
			select {
			case s.more <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { tty.Close(); keyboard.Close() })
	return s
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.String()
}

// clear discards the output so far.
func (s *screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown.Reset()
}

// see waits for a text in the output.
func (s *screen) see(text string) {
	s.t.Helper()
	late := time.After(soon)
	for !strings.Contains(s.text(), text) {
		select {
		case <-s.more:
		case <-late:
			s.t.Fatalf("%q is not shown: %q", text, s.text())
		}
	}
}

func (s *screen) press(keys string) {
	s.t.Helper()
	if _, err := s.keyboard.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// answer is the result of a question.
type answer struct {
	value any
	err   error
}

// ask asks in the background.
func (s *screen) ask(question func(Prompter) (any, error), plain bool) <-chan answer {
	done := make(chan answer, 1)
	p := New(Terminal{In: s.tty, Out: s.tty, Plain: plain, NoColor: true})
	go func() {
		value, err := question(p)
		done <- answer{value, err}
	}()
	return done
}

// wait waits for the answer, and checks the state of the terminal.
func (s *screen) wait(done <-chan answer) answer {
	s.t.Helper()
	select {
	case a := <-done:
		after, err := term.GetState(int(s.tty.Fd()))
		if err != nil || !reflect.DeepEqual(s.before, after) {
			s.t.Errorf("the terminal is not as it was: %v", err)
		}
		if strings.Contains(s.text(), "\x1b[6n") {
			s.t.Error("the terminal was asked for the cursor")
		}
		for late := time.After(soon); s.cursorHidden(); {
			select {
			case <-s.more:
			case <-late:
				s.t.Fatalf("the cursor is hidden: %q", s.text())
			}
		}
		return a
	case <-time.After(soon):
		s.t.Fatalf("no answer: %q", s.text())
		return answer{}
	}
}

func (s *screen) cursorHidden() bool {
	text := s.text()
	return strings.LastIndex(text, "\x1b[?25l") > strings.LastIndex(text, "\x1b[?25h")
}

func fruit() []Option {
	return []Option{
		{Label: "apple", Group: "Tree", Description: "round"},
		{Label: "banana", Alias: "Musa"},
		{Label: "cherry", Group: "Tree", Description: "small"},
		{Label: "date 5B"},
	}
}

type question = func(Prompter) (any, error)

func sel(ctx context.Context) question {
	return func(p Prompter) (any, error) { return p.Select(ctx, Question{Text: "Which?", Default: 1}, fruit()) }
}

func multi(ctx context.Context) question {
	return func(p Prompter) (any, error) {
		return p.MultiSelect(ctx, Question{Text: "Which?", Selected: []int{3, 99}}, fruit())
	}
}

func confirm(ctx context.Context) question {
	return func(p Prompter) (any, error) { return p.Confirm(ctx, "Which?", true) }
}

func line(ctx context.Context) question {
	return func(p Prompter) (any, error) { return p.Input(ctx, "Which?", "kiwi") }
}

func secrets(ctx context.Context) question {
	return func(p Prompter) (any, error) { return p.Secret(ctx, "Which?") }
}

func paste(ctx context.Context) question {
	return func(p Prompter) (any, error) { return p.Paste(ctx, "Which?", 1000) }
}

func every(ctx context.Context) map[string]question {
	return map[string]question{
		"select": sel(ctx), "multi": multi(ctx), "confirm": confirm(ctx), "input": line(ctx), "secret": secrets(ctx), "paste": paste(ctx),
	}
}

func TestAnswers(t *testing.T) {
	ctx := t.Context()
	tests := []struct {
		name string
		ask  question
		keys string
		want any
	}{
		{"select: the default", sel(ctx), "\r", 1},
		{"select: an arrow", sel(ctx), "\x1b[B\r", 2},
		{"select: an arrow of the other mode", sel(ctx), "\x1bOA\r", 0},
		{"select: a filter", sel(ctx), "tree small\r", 2},
		{"select: words in another order", sel(ctx), "SMALL tree\r", 2},
		{"select: another name", sel(ctx), "musa\r", 1},
		{"select: a filter taken back", sel(ctx), "cherr\x15\x1b[A\r", 1},
		{"select: a word taken back", sel(ctx), "tree cherr\x17apple\r", 0},
		{"select: nothing matches", sel(ctx), "zzz\r\x15\x1b[H\r", 0},
		{"select: keys without a meaning", sel(ctx), "\x1b[1;5B\x1b[15~\x1bOP\x1b]11;rgb:0/0/0\a\x1b[12;4R\x1bx\x02ban\r", 1},
		{"multi: as it was", multi(ctx), "\r", []int{3}},
		{"multi: two", multi(ctx), "\t\x1b[B\t\r", []int{0, 1, 3}},
		{"multi: no key selects all or none", multi(ctx), "\x1b[C\r", []int{3}},
		{"multi: nor does its neighbor", multi(ctx), "\x1b[D\x01\r", []int{3}},
		{"multi: a filter", multi(ctx), "cherry\t\r", []int{2, 3}},
		{"multi: a blank is a part of the filter", multi(ctx), "tree small\t\r", []int{2, 3}},
		{"multi: blanks alone select nothing", multi(ctx), "   \r", []int{3}},
		{"multi: one name after the other", multi(ctx), "date 5b\tban\tcherry\t\r", []int{1, 2}},
		{"multi: taken back after a selection", multi(ctx), "ban\t\x7fapple\t\r", []int{0, 1, 3}},
		{"multi: Enter without a selection asks again", multi(ctx), "date\t\r\rapple\t\r", []int{0}},
		{"confirm: the default", confirm(ctx), "\r", true},
		{"confirm: no", confirm(ctx), "No\r", false},
		{"confirm: again", confirm(ctx), "perhaps\ryes\r", true},
		{"input: the default", line(ctx), "\r", "kiwi"},
		{"input: a text", line(ctx), " plüm 😀 \r", "plüm 😀"},
		{"input: edited", line(ctx), "abx\x7fd\x1b[Dc\x1b[1;5A\x01_\r", "_abcd"},
		{"input: one line only", line(ctx), "one\r\ntwo\r\n", "one"},
		{"secret", secrets(ctx), "hush hush\r", "hush hush"},
		{"secret: a paste of lines", secrets(ctx), "hush1\nhush2\nhush3\n", "hush1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScreen(t)
			done := s.ask(tt.ask, false)
			s.see("Which?")
			s.press(tt.keys)
			a := s.wait(done)
			if diff := cmp.Diff(tt.want, a.value); diff != "" || a.err != nil {
				t.Errorf("%v %s\n%q", a.err, diff, s.text())
			}
			if strings.Contains(s.text(), "hush") {
				t.Errorf("a secret is shown: %q", s.text())
			}
		})
	}
}

func TestPlainAnswers(t *testing.T) {
	ctx := t.Context()
	tests := []struct {
		name string
		ask  question
		keys string
		want any
	}{
		{"select: Enter is no answer", sel(ctx), "\n3\n", 2},
		{"select: again", sel(ctx), "9\nx\n1 2\n3\n", 2},
		{"select: a name", sel(ctx), "Cherry\n", 2},
		{"select: another name", sel(ctx), "musa\n", 1},
		{"multi: as it was", multi(ctx), "\n", []int{3}},
		{"multi: some", multi(ctx), "1-2, 4\n", []int{0, 1, 3}},
		{"multi: names", multi(ctx), "5B date, musa\n", []int{1, 3}},
		{"multi: again", multi(ctx), "0\nnone\na\n,\n2\n", []int{1}},
		{"confirm", confirm(ctx), "n\n", false},
		{"input", line(ctx), "plum\n", "plum"},
		{"secret", secrets(ctx), "hush\n", "hush"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScreen(t)
			done := s.ask(tt.ask, true)
			s.see("Which?")
			s.press(tt.keys)
			a := s.wait(done)
			if diff := cmp.Diff(tt.want, a.value); diff != "" || a.err != nil {
				t.Errorf("%v %s\n%q", a.err, diff, s.text())
			}
			if strings.Contains(s.text(), "\x1b") || strings.Contains(s.text(), "hush") {
				t.Errorf("not plain: %q", s.text())
			}
		})
	}
}

func TestListShowsGroups(t *testing.T) {
	s := newScreen(t)
	done := s.ask(multi(t.Context()), false)
	s.see("Tree · cherry - small")
	s.press("\r")
	s.wait(done)
}

// On a narrow terminal the label is complete, and the group is cut.
func TestNarrowListKeepsLabels(t *testing.T) {
	s := newScreen(t)
	if err := pty.Setsize(s.tty, &pty.Winsize{Rows: 15, Cols: 30}); err != nil {
		t.Fatal(err)
	}
	q := func(p Prompter) (any, error) {
		return p.MultiSelect(t.Context(), Question{Text: "Which?"}, []Option{{Label: "RO Svc Acct", Group: "Database, keyspace, table"}})
	}
	done := s.ask(q, false)
	s.see("[ ] RO Svc Acct")
	s.press("\t\r")
	s.wait(done)
}

// Esc goes back, and is not taken for the start of a sequence.
func TestBack(t *testing.T) {
	for _, plain := range []bool{false, true} {
		for _, name := range []string{"select", "multi", "confirm"} {
			for _, typed := range []string{"", "ab"} {
				s := newScreen(t)
				done := s.ask(func(p Prompter) (any, error) {
					if _, err := every(t.Context())[name](p); !errors.Is(err, ErrBack) {
						return nil, err
					}
					return p.Input(t.Context(), "And", "")
				}, plain)
				s.see("Which?")
				end := ""
				if plain {
					end = "\n" // a terminal that edits lines delivers whole lines
				}
				if typed != "" && !plain && name != "confirm" { // the first one clears the filter
					s.press(typed)
					s.see("Esc clear filter")
					s.clear()
					s.press("\x1b")
					s.see("Esc back")
					typed = ""
				}
				s.press(typed + "\x1b" + end)
				s.see("And")
				s.press("plum\n")
				if a := s.wait(done); a.value != "plum" {
					t.Errorf("%s, plain %v: %v %v", name, plain, a.value, a.err)
				}
			}
		}
	}
}

// On a narrow terminal a question breaks between words, and the keys of a list
// are not cut.
func TestNarrow(t *testing.T) {
	const question = "Invite 3 people to Acme Production? carol@example.com will get Organization Administrator"
	for _, plain := range []bool{false, true} {
		s := newScreen(t)
		if err := pty.Setsize(s.tty, &pty.Winsize{Rows: 24, Cols: 40}); err != nil {
			t.Fatal(err)
		}
		done := s.ask(func(p Prompter) (any, error) { return p.Confirm(t.Context(), question, false) }, plain)
		s.see("(y/N) ")
		s.mu.Lock()
		shown := s.shown.String()
		s.mu.Unlock()
		for line := range strings.SplitSeq(strings.ReplaceAll(shown, "\r", ""), "\n") {
			if columns(line) >= 40 {
				t.Errorf("plain %v: %q is wider than the terminal", plain, line)
			}
		}
		if got := strings.Join(strings.Fields(shown), " "); got != question+" (y/N)" {
			t.Errorf("plain %v: %q", plain, got)
		}
		s.press("y\n")
		if a := s.wait(done); a.value != true {
			t.Errorf("%v %v", a.value, a.err)
		}
	}
	for _, several := range []bool{false, true} {
		for _, filter := range []string{"", "role"} {
			p := newPicker(Question{Text: "Which?"}, []Option{{Label: "role"}}, several)
			p.search(filter)
			for _, width := range []int{39, 45, 60, 100} {
				lines := p.screen(width, 24)
				if lines[0].Text != "? Which? "+filter+"_" || !strings.Contains(lines[1].Text, "type to filter") ||
					!strings.Contains(lines[1].Text, "Enter") || !strings.Contains(lines[1].Text, "Esc") || strings.Contains(lines[1].Text, "…") {
					t.Errorf("%d columns: %q", width, lines[:2])
				}
			}
		}
	}
	long := newPicker(Question{Text: "Which roles shall somebody.with.a.long.name@example.com have from now on"}, []Option{{Label: "role"}}, true)
	var text []string
	for _, line := range long.screen(39, 24)[:3] {
		text = append(text, strings.TrimSpace(line.Text))
	}
	if got := strings.Join(text, " "); got != "? "+long.text+": _" {
		t.Errorf("%q", got)
	}
}

// The list is redrawn for each size, without a key.
func TestResize(t *testing.T) {
	s := newScreen(t)
	var options []Option
	for i := range 30 {
		options = append(options, Option{Label: fmt.Sprintf("option %d.", i+1)})
	}
	done := s.ask(func(p Prompter) (any, error) { return p.MultiSelect(t.Context(), Question{Text: "Which?"}, options) }, false)
	s.see("14 more below")
	s.press("\x1b[F") // the last one
	s.see("14 more above")
	for _, size := range []pty.Winsize{{Rows: 10, Cols: 40}, {Rows: 24, Cols: 100}, {Rows: 5, Cols: 20}} {
		s.clear()
		if err := pty.Setsize(s.tty, &size); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil { // this is not the test's terminal
			t.Fatal(err)
		}
		s.see("> [ ] option 30.")
	}
	s.press("\t\r")
	if a := s.wait(done); !reflect.DeepEqual(a.value, []int{29}) {
		t.Errorf("%v %v", a.value, a.err)
	}
}

// Each question ends with Ctrl-C, Ctrl-D, the end or deadline of the context,
// or the loss of the terminal, and none of them accepts its default.
func TestEnds(t *testing.T) {
	for name := range every(t.Context()) {
		for _, typed := range []string{"", "abc"} {
			t.Run(name+" "+typed, func(t *testing.T) {
				t.Run("ctrl-c", func(t *testing.T) { testEnd(t, name, typed+"\x03", ErrInterrupted) })
				t.Run("ctrl-c after escape", func(t *testing.T) { testEnd(t, name, typed+"\x1b\x03", ErrInterrupted) })
				if typed == "" || name == "select" || name == "multi" {
					t.Run("ctrl-d", func(t *testing.T) { testEnd(t, name, typed+"\x04", ErrEnd) })
				}
				t.Run("cancel", func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					s := newScreen(t)
					done := s.ask(every(ctx)[name], false)
					s.see("Which?")
					s.press(typed)
					cancel()
					if a := s.wait(done); !errors.Is(a.err, context.Canceled) {
						t.Errorf("%v, %v", a.value, a.err)
					}
				})
			})
		}
		t.Run(name+" deadline", func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			for _, plain := range []bool{false, true} {
				s := newScreen(t)
				if a := s.wait(s.ask(every(ctx)[name], plain)); !errors.Is(a.err, context.DeadlineExceeded) {
					t.Errorf("%v, %v", a.value, a.err)
				}
			}
		})
		t.Run(name+" plain ctrl-d", func(t *testing.T) {
			s := newScreen(t)
			done := s.ask(every(t.Context())[name], true)
			s.see("Which?")
			s.press("\x04")
			if a := s.wait(done); !errors.Is(a.err, ErrEnd) {
				t.Errorf("%v, %v", a.value, a.err)
			}
		})
		t.Run(name+" hangup", func(t *testing.T) {
			s := newScreen(t)
			done := s.ask(every(t.Context())[name], false)
			s.see("Which?")
			s.keyboard.Close()
			select {
			case a := <-done:
				if !errors.Is(a.err, ErrEnd) {
					t.Errorf("%v, %v", a.value, a.err)
				}
			case <-time.After(soon):
				t.Fatal("no answer")
			}
		})
	}
}

func testEnd(t *testing.T, name, keys string, want error) {
	s := newScreen(t)
	done := s.ask(every(t.Context())[name], false)
	s.see("Which?")
	s.press(keys)
	if a := s.wait(done); !errors.Is(a.err, want) {
		t.Errorf("%v, %v; want %v", a.value, a.err, want)
	}
}

// Text typed ahead answers the next question, except after a secret.
func TestTypedAhead(t *testing.T) {
	s := newScreen(t)
	ctx := t.Context()
	done := s.ask(func(p Prompter) (any, error) {
		a, err := p.Select(ctx, Question{Text: "Which?"}, fruit())
		if err != nil {
			return nil, err
		}
		b, err := p.Input(ctx, "And", "")
		return []any{a, b}, err
	}, false)
	s.see("Which?")
	s.press("date\rplum\r")
	a := s.wait(done)
	if diff := cmp.Diff([]any{3, "plum"}, a.value); diff != "" || a.err != nil {
		t.Error(a.err, diff)
	}
}

func TestNothingOfASecretIsLeft(t *testing.T) {
	s := newScreen(t)
	ctx := t.Context()
	done := s.ask(func(p Prompter) (any, error) {
		if _, err := p.Secret(ctx, "Which?"); err != nil {
			return nil, err
		}
		return p.Input(ctx, "And", "")
	}, false)
	s.see("Which?")
	s.press("hush1\nhush2\nhush3\n")
	s.see("And")
	s.press("plum\r")
	if a := s.wait(done); a.value != "plum" || strings.Contains(s.text(), "hush") {
		t.Errorf("%v %v %q", a.value, a.err, s.text())
	}
}

func TestNoTerminal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	p := New(Terminal{In: r, Out: w})
	for name, ask := range every(t.Context()) {
		if _, err := ask(p); !errors.Is(err, ErrEnd) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.Select(t.Context(), Question{}, nil); err == nil {
		t.Error("a choice of nothing")
	}
}
