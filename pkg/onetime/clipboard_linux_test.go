package onetime_test

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/onetime"
)

// tools puts programs on the PATH, each with the lines of a shell script.
func tools(t *testing.T, scripts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	for name, lines := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nPATH=/usr/bin:/bin\n"+lines+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func environment(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// TestClipboardChoice finds the clipboard in front of the user.
func TestClipboardChoice(t *testing.T) {
	all := map[string]string{"pbcopy": "", "clip.exe": "", "termux-clipboard-set": "", "wl-copy": "", "xclip": "", "xsel": ""}
	for _, c := range []struct {
		system   string
		vars     map[string]string
		has      map[string]string
		terminal bool
		want     string // or part of the error
	}{
		{"linux", map[string]string{"DISPLAY": ":0"}, all, false, "the clipboard (xclip)"},
		{"linux", map[string]string{"DISPLAY": ":0"}, map[string]string{"xsel": ""}, false, "the clipboard (xsel)"},
		{"linux", map[string]string{"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}, all, true, "the clipboard (wl-copy)"},
		{"linux", map[string]string{"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}, map[string]string{"xclip": ""}, true, "the clipboard (xclip)"},
		{"linux", map[string]string{"WSL_DISTRO_NAME": "Debian"}, all, true, "the clipboard (clip)"},
		{"linux", map[string]string{"TERMUX_VERSION": "0.118"}, all, true, "the clipboard (termux-clipboard-set)"},
		{"windows", nil, all, false, "the clipboard (clip)"},
		{"darwin", nil, all, false, "the clipboard (pbcopy)"},
		{"darwin", map[string]string{"SSH_CONNECTION": "x", "TERM": "xterm"}, all, true, "the clipboard of the terminal, if supported"},
		{"linux", map[string]string{"SSH_TTY": "x", "DISPLAY": "localhost:10.0"}, all, true, "the clipboard (xclip)"},
		{"linux", map[string]string{"TERM": "xterm"}, all, true, "the clipboard of the terminal, if supported"},
		{"linux", map[string]string{"TERM": "xterm"}, all, false, "no display or terminal"},
		{"linux", map[string]string{"TERM": "linux"}, all, true, "no display or terminal"},
		{"linux", map[string]string{"TERM": "dumb"}, all, true, "no display or terminal"},
		{"linux", map[string]string{"DISPLAY": ":0", "TERM": "xterm"}, nil, true, "the clipboard of the terminal, if supported"},
		{"linux", map[string]string{"DISPLAY": ":0"}, nil, true, "no clipboard program is installed; install one of xclip, xsel"},
	} {
		tools(t, c.has)
		clipboard := &onetime.Clipboard{Getenv: environment(c.vars), System: c.system}
		if c.terminal {
			clipboard.Terminal = os.Stderr
		}
		got := ""
		if err := clipboard.Prepare(t.Context()); err != nil {
			got = err.Error()
		} else {
			got = clipboard.String()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s, %v, %v: %q, want %q", c.system, c.vars, c.has, got, c.want)
		}
	}
}

// TestClipboardPrograms has programs that take the token, that refuse it, that
// hang with all of their children, and that stay to serve it.
func TestClipboardPrograms(t *testing.T) {
	made := devops.Credential{ClientID: "client", Secret: "the-secret", Token: "the-token"}
	for name, c := range map[string]struct{ script, want string }{
		"takes it":  {`cat > "$OUT"; echo "$@" >> "$OUT"; env > "$OUT.env"`, ""},
		"refuses":   {"cat > /dev/null; exit 3", "exit status 3"},
		"hangs":     {`trap "" TERM; sleep 100 & echo $! > "$OUT"; wait`, "no answer within"},
		"stays":     {`cat > "$OUT"; sleep 100 > /dev/null 2>&1 & echo $! > "$OUT.child"`, ""},
		"reads not": {"exit 0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tools(t, map[string]string{"xclip": c.script})
			out := filepath.Join(dir, "out")
			clipboard := &onetime.Clipboard{Getenv: environment(map[string]string{"DISPLAY": ":0"}), System: "linux", Environ: []string{"OUT=" + out}, Limit: time.Second}
			if err := clipboard.Prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("it was run before there was a token")
			}
			begin := time.Now()
			err := clipboard.Deliver(t.Context(), made)
			if got := time.Since(begin); got > 10*time.Second {
				t.Errorf("it took %s", got)
			}
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			switch name {
			case "takes it":
				text, _ := os.ReadFile(out)
				vars, _ := os.ReadFile(out + ".env")
				if string(text) != "the-token-in -selection clipboard\n" || strings.Contains(string(vars), "the-") {
					t.Errorf("it was given %q in %q", text, vars)
				}
			case "hangs":
				if !ends(child(t, out)) {
					t.Error("its child is still there")
				}
			case "stays":
				pid := child(t, out+".child")
				if !running(pid) {
					t.Error("its child was ended")
				}
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		})
	}
	if held, err := (&onetime.Clipboard{}).Holds(t.Context(), "client"); held || err != nil {
		t.Errorf("nobody can tell: %v, %v", held, err)
	}
}

func child(t *testing.T, file string) (pid int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range strings.TrimSpace(string(text)) {
		pid = pid*10 + int(c-'0')
	}
	return pid
}

// running reports whether a process is there and is no zombie.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// ends waits for the end of a process.
func ends(pid int) bool {
	for late := time.After(10 * time.Second); running(pid); {
		select {
		case <-late:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	return true
}

// TestClipboardOfTerminal writes the sequence, wrapped for what is in between.
func TestClipboardOfTerminal(t *testing.T) {
	tools(t, nil)
	code := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte("the-token")) + "\a"
	for _, c := range []struct {
		variable string
		want     string
	}{
		{"NONE", code},
		{"TMUX", code + "\x1bPtmux;\x1b" + code + "\x1b\\"},
		{"STY", "\x1bP" + code + "\x1b\\"},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		clipboard := &onetime.Clipboard{Getenv: environment(map[string]string{"TERM": "xterm", c.variable: "1"}), System: "linux", Terminal: w}
		if err := clipboard.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := clipboard.Deliver(t.Context(), devops.Credential{Token: "the-token"}); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 4096)
		n, _ := r.Read(got)
		if string(got[:n]) != c.want {
			t.Errorf("%s: %q, want %q", c.variable, got[:n], c.want)
		}
		w.Close()
		r.Close()
	}
}

// TestClipboardStopped has a terminal that takes nothing.
func TestClipboardStopped(t *testing.T) {
	tools(t, nil)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	full := make([]byte, 1<<20)
	go func() { _, _ = w.Write(full) }()
	if _, err := r.Read(make([]byte, 1)); err != nil { // by now the pipe is full, or will be
		t.Fatal(err)
	}
	clipboard := &onetime.Clipboard{Getenv: environment(map[string]string{"TERM": "xterm"}), System: "linux", Terminal: w, Limit: 50 * time.Millisecond}
	if err := clipboard.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := clipboard.Deliver(context.Background(), devops.Credential{Token: "the-token"}); err == nil {
		t.Error("it was not taken")
	}
}
