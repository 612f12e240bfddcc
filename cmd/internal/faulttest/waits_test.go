//go:build linux

package faulttest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// endings are the standstills that a signal must end, too: programs of --jq and
// --template, streams that nobody reads, pipes in the place of files, and services
// that send without end.
func endings() []standstill {
	nothing := func() {}
	all := []standstill{
		{"a program that does not end", false, []int{2, 12, 16, 125}, func(_ *world, o *runOptions) (func(), error) {
			o.line = strings.Replace(o.line, " --timeout", " --jq 'def f: f; f' --timeout", 1)
			return nothing, nil
		}},
		{"a step of a program that does not end", false, []int{2, 12, 16, 125}, func(_ *world, o *runOptions) (func(), error) {
			o.line = strings.Replace(o.line, " --timeout", ` --jq '"a" * 100000000 | test("(a?){500}(a?){500}b")' --timeout`, 1)
			return nothing, nil
		}},
		{"a template that does not end", false, []int{2, 12, 16, 125}, func(_ *world, o *runOptions) (func(), error) {
			text := ""
			for i := range 60 {
				text += fmt.Sprintf(`{{define "%d"}}{{template "%d"}}{{template "%d"}}{{end}}`, i, i+1, i+1)
			}
			o.line = strings.Replace(o.line, " --timeout", ` --template '`+text+`{{define "60"}}{{end}}{{template "0"}}' --timeout`, 1)
			return nothing, nil
		}},
		{"standard output that is full", false, []int{12, 15, 16, 17, 125}, func(_ *world, o *runOptions) (func(), error) {
			end, err := full(&o.stdout)
			return end, err
		}},
		{"standard error that is full", false, []int{12, 15, 16, 17, 125}, func(_ *world, o *runOptions) (func(), error) {
			end, err := full(&o.stderr)
			return end, err
		}},
	}
	ours := []int{1, 2, 3, 4, 7, 8, 10, 12, 16, 17, 125}
	for name, patterns := range map[string][]string{
		"the configuration":       {"config/config.yaml"},
		"a lock":                  {"config/config.yaml.lock", "state/out.lock", "state/*.lock", "state/operations/*.lock"},
		"stored secrets":          {"config/credentials/*"},
		"names for completion":    {"cache/*/*"},
		"a project file":          {".astra.yaml"},
		"files of other programs": {".env", ".gitignore", "bundle.zip", "new.json"},
		"files that are named":    {"token.txt", "people.txt", "role.json", "given.json", "dump.json", "astrarc"},
	} {
		all = append(all, standstill{"a pipe in the place of " + name, false, ours, func(w *world, o *runOptions) (func(), error) {
			if slices.Contains(patterns, o.stdin) {
				o.stdin = "" // the rig would wait for it
			}
			return nothing, w.pipes(patterns)
		}})
	}
	silent := []int{1, 9, 10, 12, 14, 15, 125}
	for name, answer := range map[string]http.HandlerFunc{
		"a body that drips": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			drip(w, r, `[ `, " ")
		},
		"headers without end": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			for i := 0; ; i++ {
				if _, err := fmt.Fprintf(conn, "X-%d: 0\r\n", i); err != nil {
					return
				}
				<-time.After(20 * time.Millisecond)
			}
		},
		"answers that are never final": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				w.WriteHeader(http.StatusProcessing)
				<-time.After(20 * time.Millisecond)
			}
		},
		"pages without end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			id := strconv.FormatInt(marks.Add(1), 10)
			fmt.Fprintf(w, `[{"id":"00000000-0000-4000-8000-%012s","info":{"name":"d%s"},"status":"ACTIVE"}]`, id, id)
		},
		"refusals for an hour": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		},
	} {
		exits := append([]int{4, 5, 6, 7, 13}, silent...)
		all = append(all, standstill{"a service with " + name, false, exits, func(w *world, _ *runOptions) (func(), error) {
			server := httptest.NewServer(answer)
			server.Config.SetKeepAlivesEnabled(false)
			end := func() { server.CloseClientConnections(); go server.Close() }
			return end, w.moveTo(server.URL)
		}})
	}
	return all
}

// drip sends a beginning and then a little all the time.
func drip(w http.ResponseWriter, r *http.Request, begin, more string) {
	_, _ = io.WriteString(w, begin)
	for r.Context().Err() == nil {
		_, _ = io.WriteString(w, more)
		_ = http.NewResponseController(w).Flush()
		<-time.After(20 * time.Millisecond)
	}
}

// full makes a stream a pipe that has no room.
func full(stream **os.File) (end func(), err error) {
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_CLOEXEC|syscall.O_NONBLOCK); err != nil {
		return func() {}, err
	}
	for err == nil {
		_, err = syscall.Write(fds[1], make([]byte, 4096))
	}
	if !errors.Is(err, syscall.EAGAIN) {
		return func() {}, err
	}
	if err := syscall.SetNonblock(fds[1], false); err != nil {
		return func() {}, err
	}
	*stream = os.NewFile(uintptr(fds[1]), "full")
	return func() { (*stream).Close(); syscall.Close(fds[0]) }, nil
}

// pipes puts named pipes into the place of files of the home, and where a pattern
// names a file that is not there.
func (w *world) pipes(patterns []string) error {
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(w.dir, pattern))
		if err != nil {
			return err
		}
		if len(found) == 0 && !strings.Contains(pattern, "*") {
			found = []string{filepath.Join(w.dir, pattern)}
		}
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && info.IsDir() {
				continue
			}
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), syscall.Mkfifo(path, 0o600)); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestSignalRig is TestHangRig with SIGTERM and SIGINT instead of a time limit.
func TestSignalRig(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	before, grace := 300*time.Millisecond, 10*time.Second
	if fullRig() {
		before, grace = 2*time.Second, time.Second
	}
	var cells []signalCell
	total := 0
	for i, s := range append(endings(), silence()) {
		for j, c := range commands() {
			if strings.HasPrefix(c.path, "sandbox serve") {
				continue // waits for a signal by its nature
			}
			for k, number := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
				if total++; fullRig() || (i+j+11*k)%47 == 0 {
					cells = append(cells, signalCell{hangCell{c, s, h, before, grace}, number})
				}
			}
		}
	}
	at := 16
	if fullRig() {
		at = 8
	}
	cells = sample(cells)
	report(t, each(at, cells, signalCell.run))
	t.Logf("%d of %d cells", len(cells), total)
}

// silence is a service that says nothing.
func silence() standstill {
	return standstill{"a service that says nothing", false, []int{15, 125}, func(w *world, _ *runOptions) (func(), error) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return func() {}, err
		}
		return func() { listener.Close() }, w.moveTo("http://" + listener.Addr().String())
	}}
}

// A signalCell is one command with one standstill, which a signal ends.
type signalCell struct {
	hangCell
	signal syscall.Signal
}

func (c signalCell) run() []string {
	return c.home.alone(c.command, func(w world, _ string) []string {
		o := runOptions{line: c.with("--timeout 90s"), stdin: c.stdin, patience: c.limit + c.grace + 5*time.Second}
		end, err := c.prepare(&w, &o)
		defer end()
		if err != nil {
			return broken(err)
		}
		o.started = func(pid int) {
			time.AfterFunc(c.limit, func() { _ = syscall.Kill(pid, c.signal) })
		}
		r := w.run(o)
		exits := append([]int{c.status, 128 + int(c.signal), 15}, c.exits...)
		switch {
		case r.status == hangs:
			return []string{fmt.Sprintf("%v, with %s: %v does not end it\n%s", c.command, c.name, c.signal, r.stderr)}
		case r.took > c.limit+c.grace:
			return []string{fmt.Sprintf("%v, with %s: it took %v to end after %v\n%s", c.command, c.name, r.took-c.limit, c.signal, r.stderr)}
		case !slices.Contains(exits, r.status) && c.path != "doctor" && (fullRig() || r.status != 9):
			return []string{fmt.Sprintf("%v, with %s: status %d after %v is not one of %v\n%s", c.command, c.name, r.status, c.signal, exits, r.stderr)}
		}
		return nil
	})
}

// TestStoppedTerminal runs what speaks and what asks on a terminal that was stopped
// (Ctrl-S): each write to it waits.
func TestStoppedTerminal(t *testing.T) {
	t.Parallel()
	path, err := program()
	testkit.Check(t, err)
	dir := t.TempDir()
	run := func(args string, end func(*exec.Cmd)) int {
		master, tty, err := pty.Open()
		testkit.Check(t, err)
		defer master.Close()
		defer tty.Close()
		const off = 0 // TCOOFF
		testkit.Check(t, unix.IoctlSetInt(int(tty.Fd()), unix.TCXONC, off))
		c := exec.Command(path, strings.Fields("--sandbox "+args)...)
		c.Args[0], c.Env = "astra", []string{"HOME=" + dir, "TERM=xterm"}
		c.Stdin, c.Stdout, c.Stderr = tty, tty, tty
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		testkit.Check(t, c.Start())
		end(c)
		limit := time.AfterFunc(20*time.Second, func() { _ = c.Process.Kill() })
		defer limit.Stop()
		_ = c.Wait()
		return c.ProcessState.ExitCode()
	}
	for args, late := range map[string]int{
		"role list": 12, "user remove viewer@example.com": 8, "token generate": 8, "token panic": 8, "db reset-password legacy --username legacy": 8,
	} {
		if status := run("--timeout 1s "+args, func(*exec.Cmd) {}); status != late {
			t.Errorf("%s: status %d at the time limit, want %d", args, status, late)
		}
		term := func(c *exec.Cmd) {
			time.AfterFunc(500*time.Millisecond, func() { _ = c.Process.Signal(syscall.SIGTERM) })
		}
		if status := run(args, term); status != 143 {
			t.Errorf("%s: status %d after SIGTERM", args, status)
		}
	}
}
