//go:build linux

package faulttest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/godbus/dbus/v5"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestHangRig runs every command while what it waits for does not come: input,
// the terminal, the keyring, the service, room on the disk. Each run ends within
// its time limit, with a status that is documented for that, and leaves no
// process behind.
func TestHangRig(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	limit, grace := time.Second, 10*time.Second // how long exactly cannot be told while other tests run
	if fullRig() {
		limit, grace = 5*time.Second, time.Second
	}
	var cells []hangCell
	total := 0
	signaled := map[string]bool{} // TestSignalRig has them, too
	for _, s := range endings() {
		signaled[s.name] = true
	}
	for i, s := range standstills(t) {
		for j, c := range commands() {
			rare := 13
			if signaled[s.name] {
				rare = 29
			}
			for _, line := range s.variants(c) {
				if total++; fullRig() || (i+j)%rare == 0 {
					cells = append(cells, hangCell{line, s, h, limit, grace})
				}
			}
		}
	}
	at := 16
	if fullRig() {
		at = 8 // so that the machine is not what they wait for
	}
	cells = sample(cells)
	report(t, each(at, cells, hangCell.run))
	t.Logf("%d of %d cells", len(cells), total)
}

// A standstill is something that does not come.
type standstill struct {
	name  string
	asks  bool  // lines are run without --yes too
	exits []int // that are right, besides that of a healthy run
	// prepare changes a world and how the line is run, and returns what ends it.
	prepare func(w *world, o *runOptions) (end func(), err error)
}

// variants are the lines to be run.
func (s standstill) variants(c command) []command {
	unasked := c
	unasked.args = strings.TrimSpace(strings.ReplaceAll(" "+c.args, " --yes", ""))
	if !s.asks || unasked.args == c.args {
		return []command{c}
	}
	return []command{c, unasked}
}

// A hangCell is one command with one standstill.
type hangCell struct {
	command
	standstill
	home         home
	limit, grace time.Duration
}

func standstills(t *testing.T) []standstill {
	t.Helper()
	nothing := func() {}
	input := []int{2, 3, 4, 8}
	store := []int{17, 125}
	all := []standstill{
		{"standard input closed", true, input, func(_ *world, o *runOptions) (func(), error) {
			o.line, o.stdin = o.line+" <&-", ""
			return nothing, nil
		}},
		{"a silent pipe", true, input, func(_ *world, o *runOptions) (func(), error) {
			reader, writer, err := os.Pipe()
			o.in, o.stdin = reader, ""
			return func() { reader.Close(); writer.Close() }, err
		}},
		{unattended, true, input, func(_ *world, o *runOptions) (func(), error) {
			o.terminal, o.stdin = true, ""
			return nothing, nil
		}},
		{"a dead bus", false, store, func(w *world, _ *runOptions) (func(), error) {
			return nothing, w.useKeyring("unix:path=/nonexistent/bus")
		}},
		{"a silent bus", false, store, func(w *world, _ *runOptions) (func(), error) {
			path := filepath.Join(w.dir, "bus")
			listener, err := net.Listen("unix", path)
			if err != nil {
				return nothing, err
			}
			return func() { listener.Close() }, w.useKeyring("unix:path=" + path)
		}},
		{"a service that says nothing", false, []int{12, 15, 125}, func(w *world, _ *runOptions) (func(), error) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return nothing, err
			}
			return func() { listener.Close() }, w.moveTo("http://" + listener.Addr().String())
		}},
		{"a service that nobody gets through to", false, []int{12, 125}, func(w *world, _ *runOptions) (func(), error) {
			url, end, err := crowded()
			if err != nil {
				return end, err
			}
			return end, w.moveTo(url)
		}},
	}
	all = append(all, endings()...)
	for name, locked := range map[string]bool{"a locked keyring": true, "a keyring that hangs": false} {
		address, missing := fakeKeyring(t, locked)
		if missing != "" {
			t.Logf("%s: %s", name, missing)
			continue
		}
		all = append(all, standstill{name, false, store, func(w *world, _ *runOptions) (func(), error) {
			return nothing, w.useKeyring(address)
		}})
	}
	if err := mountable(t.TempDir()); err != nil {
		t.Logf("no full disk and no read-only home: %v", err)
		return all
	}
	disk := []int{1, 2, 3, 15, 16, 17, 125}
	return append(all,
		standstill{"a full disk", false, disk, func(w *world, _ *runOptions) (func(), error) { return w.remount(fill) }},
		standstill{"a read-only home", false, disk, func(w *world, _ *runOptions) (func(), error) {
			return w.remount(forbid)
		}},
	)
}

// useKeyring makes the keyring the store of all that the home has, and of what
// is new.
func (w *world) useKeyring(address string) error {
	w.env = append(w.env, "ASTRA_STORE=keyring", "DBUS_SESSION_BUS_ADDRESS="+address)
	if !fullRig() {
		w.env = append(w.env, "ASTRA_KEYRING_TIMEOUT=300ms") // its own limit is longer than that of the cells
	}
	path := filepath.Join(w.dir, "config", "config.yaml")
	text, err := os.ReadFile(path)
	return errors.Join(err, os.WriteFile(path, bytes.ReplaceAll(text, []byte("store: file"), []byte("store: keyring")), 0o600))
}

// moveTo makes everything that the home knows a thing of another service.
func (w *world) moveTo(url string) error {
	moved, err := w.copyTo(w.dir, url)
	w.home = moved
	return err
}

// crowded is a service whose queue is full: nobody gets a connection, and nobody
// is told so.
func crowded() (url string, end func(), err error) {
	var all []int
	end = func() {
		for _, fd := range all {
			syscall.Close(fd)
		}
	}
	socket := func() int {
		fd, socketErr := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
		all, err = append(all, fd), errors.Join(err, socketErr)
		return fd
	}
	fd := socket()
	here := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	err = errors.Join(err, syscall.Bind(fd, here), syscall.Listen(fd, 0))
	name, nameErr := syscall.Getsockname(fd)
	if err = errors.Join(err, nameErr); err != nil {
		return "", end, err
	}
	here.Port = name.(*syscall.SockaddrInet4).Port
	for range 4 {
		if connectErr := syscall.Connect(socket(), here); !errors.Is(connectErr, syscall.EINPROGRESS) {
			err = errors.Join(err, connectErr)
		}
	}
	return "http://127.0.0.1:" + strconv.Itoa(here.Port), end, err
}

const busConfiguration = `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

// fakeKeyring puts a Secret Service on a bus of its own that is locked, and whose
// dialog nobody answers, or that is not, and never answers.
func fakeKeyring(t *testing.T, locked bool) (address, missing string) {
	t.Helper()
	there, err := testkit.HasPart("dbus-daemon")
	testkit.Check(t, err)
	if !there {
		return "", "dbus-daemon is missing"
	}
	file := filepath.Join(t.TempDir(), "bus.conf")
	testkit.Check(t, os.WriteFile(file, []byte(busConfiguration), 0o600))
	daemon := exec.Command("dbus-daemon", "--config-file="+file, "--nofork", "--print-address")
	out, err := daemon.StdoutPipe()
	testkit.Check(t, err)
	testkit.Check(t, daemon.Start())
	t.Cleanup(func() { _ = daemon.Process.Kill(); _ = daemon.Wait() })
	address, err = bufio.NewReader(out).ReadString('\n')
	testkit.Check(t, err)
	address = strings.TrimSpace(address)
	bus, err := dbus.Connect(address)
	testkit.Check(t, err)
	t.Cleanup(func() { bus.Close() })
	const service, login = "/org/freedesktop/secrets", "/org/freedesktop/secrets/collection/login"
	never := t.Context().Done()
	for _, table := range []struct {
		path    dbus.ObjectPath
		name    string
		methods map[string]any
	}{
		{login, "org.freedesktop.DBus.Properties", map[string]any{
			"Get": func(string, string) (dbus.Variant, *dbus.Error) { return dbus.MakeVariant(locked), nil },
		}},
		{service, "org.freedesktop.DBus.Properties", map[string]any{
			"Get": func(string, string) (dbus.Variant, *dbus.Error) {
				return dbus.MakeVariant([]dbus.ObjectPath{login}), nil
			},
		}},
		{service, "org.freedesktop.Secret.Service", map[string]any{
			"OpenSession": func(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
				if !locked {
					<-never
				}
				return dbus.MakeVariant(""), "/session", nil
			},
			"Unlock": func([]dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) { return nil, "/prompt", nil },
		}},
		{"/prompt", "org.freedesktop.Secret.Prompt", map[string]any{"Prompt": func(string) *dbus.Error { return nil }}},
	} {
		testkit.Check(t, bus.ExportMethodTable(table.methods, table.path, table.name))
	}
	_, err = bus.RequestName("org.freedesktop.secrets", dbus.NameFlagDoNotQueue)
	testkit.Check(t, err)
	return address, ""
}

// mountable reports why no file system can be mounted here, which takes root.
func mountable(dir string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		return err
	}
	return syscall.Unmount(dir, 0)
}

// remount puts the home on a disk of its own, of which change makes something.
func (w *world) remount(change func(dir string) error) (end func(), err error) {
	disk, err := os.MkdirTemp("", "astra-rig-disk-")
	if err != nil {
		return func() {}, err
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=4m,mode=700"); err != nil {
		return func() { os.Remove(disk) }, err
	}
	end = func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH); os.Remove(disk) }
	moved, err := w.copyTo(disk, w.url)
	if err != nil {
		return end, err
	}
	w.home = moved
	return end, errors.Join(w.link(), change(disk))
}

// fill leaves no room on the disk of dir.
func fill(dir string) error {
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		return err
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			return err
		}
	}
	return nil
}

// forbid makes the disk of dir one that nobody can write to. A program that is
// just being started elsewhere may still have one of its files open.
func forbid(dir string) (err error) {
	for range 200 {
		err = syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
		if !errors.Is(err, syscall.EBUSY) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	return err
}

// marks tell the processes of one cell from all others.
var marks atomic.Int64

// unattended is a standstill in which a list that is longer than the screen waits in the
// pager until the time limit.
const unattended = "an unattended terminal"

// right reports whether a status is documented for the cell.
func (c hangCell) right(status int) bool {
	switch {
	case status == c.status, slices.Contains(c.exits, status):
		return true
	case c.name == unattended && (strings.HasSuffix(c.path, " list") || c.path == "access audit") && status == 12:
		return true
	case c.path == "doctor":
		return status == 10 // it has found something
	}
	// In the short form the time limit is so short that it may be the machine that
	// is waited for.
	return !fullRig() && slices.Contains([]int{8, 9, 12, 15, 16, 125}, status)
}

func (c hangCell) run() []string {
	return c.home.alone(c.command, func(w world, _ string) []string {
		o := runOptions{line: c.with("--timeout " + c.limit.String()), stdin: c.stdin, patience: c.limit + c.grace + 5*time.Second}
		end, err := c.prepare(&w, &o)
		defer end()
		if err != nil {
			return broken(err)
		}
		mark := fmt.Sprintf("ASTRA_RIG_MARK=%d-%d", os.Getpid(), marks.Add(1))
		w.env = append(w.env, mark)
		r := w.run(o)
		var complaints []string
		complain := func(what string) {
			complaints = append(complaints, fmt.Sprintf("%v, with %s: %s\n%s", c.command, c.name, what, r.stderr))
		}
		switch {
		case r.status == hangs:
			complain("it hangs")
		case r.took > c.limit+c.grace:
			complain("it took " + r.took.String())
		case !c.right(r.status):
			complain(fmt.Sprintf("status %d is not one of %v", r.status, append([]int{c.status}, c.exits...)))
		}
		for pid, name := range running(mark) {
			complain(name + " is left behind")
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		return complaints
	})
}

// running are the processes that have a mark in their environment.
func running(mark string) map[int]string {
	all := map[int]string{}
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		environ, _ := os.ReadFile(file)
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && strings.Contains("\x00"+string(environ), "\x00"+mark+"\x00") {
			name, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "comm"))
			all[pid] = strings.TrimSpace(string(name))
		}
	}
	return all
}

// onTerminal starts a command on a terminal of its own, with nobody at it. What
// it returns waits for its end, and for what it has shown, and tells when it ended.
func onTerminal(c *exec.Cmd, screen io.Writer) (wait func() time.Time, err error) {
	file, err := pty.StartWithSize(c, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		return nil, err
	}
	shown := make(chan struct{})
	go func() {
		_, _ = io.Copy(screen, file)
		close(shown)
	}()
	return func() time.Time {
		_ = c.Wait()
		ended := time.Now()
		select {
		case <-shown:
		case <-time.After(time.Second): // a process that is left behind holds it
		}
		file.Close()
		return ended
	}, nil
}
