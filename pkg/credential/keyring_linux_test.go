package credential

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"
)

// soon is far above the duration of a call without dialog, and far below the
// time limits of D-Bus.
const soon = 5 * time.Second

func keyringHere(o KeyringOptions) Store {
	o.Getenv = os.Getenv
	return NewKeyring(o)
}

// promptly fails if do takes long, and returns its error.
func promptly(t *testing.T, do func() error) error {
	t.Helper()
	start := time.Now()
	err := do()
	if took := time.Since(start); took > soon {
		t.Errorf("took %s", took)
	}
	return err
}

func TestKeyringWithoutABus(t *testing.T) {
	// A dbus-launch that records its execution.
	dir := t.TempDir()
	canary := filepath.Join(dir, "started")
	launcher := fmt.Sprintf("#!/bin/sh\necho x > '%s'\n", canary)
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(launcher), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	runtime := t.TempDir()
	notSocket := t.TempDir()
	must(t, os.WriteFile(filepath.Join(notSocket, "bus"), nil, 0o600))
	tests := []struct{ name, address, runtime, want string }{
		{"nothing", "", "", "neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set"},
		{"an empty runtime directory", "", runtime, "is not a socket"},
		{"a file for a socket", "", notSocket, "is not a socket"},
		{"autolaunch", "autolaunch:", runtime, "does not name a local socket"},
		{"autolaunch as a last resort", "unix:path=/nonexistent;autolaunch:", "", "does not name a local socket"},
		{"a program", "unixexec:path=/bin/true", "", "does not name a local socket"},
		{"a network", "tcp:host=127.0.0.1,port=1", "", "does not name a local socket"},
		{"nobody listens", "unix:path=/nonexistent/bus", "", "cannot reach"},
		{"no address", "unix:", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(busVariable, tt.address)
			t.Setenv("XDG_RUNTIME_DIR", tt.runtime)
			s := keyringHere(KeyringOptions{Attended: true})
			for what, err := range every(t, s, Key{Profile: "prod"}) {
				if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("a bus was launched")
	}
}

func TestKeyringOnASilentBus(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bus")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { must(t, listener.Close()) }()
	t.Setenv(busVariable, "unix:path="+socket)
	s := keyringHere(KeyringOptions{Timeout: 100 * time.Millisecond})
	if err := promptly(t, func() error { return s.Probe(t.Context()) }); !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
}

func TestWithinRecovers(t *testing.T) {
	_, err := withDeadline(t.Context(), time.Minute, func() (string, error) { panic("hush") })
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "hush") {
		t.Error(err)
	}
}

func TestExplainShowsNoSecret(t *testing.T) {
	k := &keyringStore{}
	err := k.convertError(errors.New("cannot store hush-token-value here"), "hush-token-value")
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "hush") {
		t.Error(err)
	}
}

const (
	start    = `printf ci | gnome-keyring-daemon --unlock --components=secrets >/dev/null; `
	noneConf = `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
)

// A real Secret Service on its own bus, for each scene in a separate process,
// since godbus keeps its connection for the life of a process.
func TestKeyring(t *testing.T) {
	for _, tool := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skipf("the keyring is not tested: %v", err)
		}
	}
	for name, before := range map[string]string{
		"works": start, "locked": start, "stopped": start, "killed": start, "runtime": start, "activated": "",
		"none": "", "hangs": "", "lies": "", "asks": "",
	} {
		t.Run(name, func(t *testing.T) {
			home, mark := t.TempDir(), fmt.Sprintf("CREDENTIAL_TEST_MARK=%s-%d-%d", name, os.Getpid(), time.Now().UnixNano())
			var args []string
			if before == "" && name != "activated" {
				conf := filepath.Join(home, "none.conf")
				must(t, os.WriteFile(conf, []byte(noneConf), 0o600))
				args = append(args, "--config-file="+conf)
			}
			for _, dir := range []string{"run", ".cache", ".local/share/keyrings"} {
				must(t, os.MkdirAll(filepath.Join(home, dir), 0o700))
			}
			args = append(args, "--", "sh", "-c", before+`exec "$0" -test.run='^TestScene$' -test.v`, os.Args[0])
			session := exec.CommandContext(t.Context(), "dbus-run-session", args...)
			session.Env = []string{
				"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + filepath.Join(home, "run"),
				"CREDENTIAL_TEST_SCENE=" + name, mark, "GORACE=atexit_sleep_ms=1",
			}
			out, err := session.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "--- PASS: TestScene") {
				t.Errorf("%v: %s", err, out)
			}
			noneLeft(t, mark)
		})
	}
}

// noneLeft waits until no process has the mark in its environment, and ends
// remaining ones.
func noneLeft(t *testing.T, mark string) {
	t.Helper()
	deadline := time.After(soon)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		left := marked(mark)
		if len(left) == 0 {
			return
		}
		select {
		case <-deadline:
			for pid, name := range left {
				t.Errorf("%s is left behind", name)
				must(t, syscall.Kill(pid, syscall.SIGKILL))
			}
			return
		case <-tick.C:
		}
	}
}

func marked(mark string) map[int]string {
	found := make(map[int]string)
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		env, _ := os.ReadFile(file)
		if !strings.Contains("\x00"+string(env), "\x00"+mark+"\x00") {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			continue
		}
		name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		found[pid] = strings.TrimSpace(string(name))
	}
	return found
}

// TestScene is run by TestKeyring in a process of its own.
func TestScene(t *testing.T) {
	key := Key{Profile: "prod", Name: "ci"}
	switch os.Getenv("CREDENTIAL_TEST_SCENE") {
	case "":
		t.Skip("this runs inside TestKeyring")
	case "works":
		exercise(t, keyringHere(KeyringOptions{}))
		exercise(t, keyringHere(KeyringOptions{Service: "another", Attended: true, Notice: func(s string) { t.Errorf("notice: %s", s) }}))
	case "locked":
		sceneLocked(t, key)
	case "stopped":
		sceneStopped(t, key)
	case "killed":
		s := keyringHere(KeyringOptions{})
		set(t, s, key)
		must(t, syscall.Kill(daemon(t), syscall.SIGKILL))
		for range 3 { // the bus starts another one, locked
			_, err := s.Get(t.Context(), key)
			if !errors.Is(err, ErrLocked) && !errors.Is(err, ErrUnavailable) {
				t.Error(err)
			}
		}
	case "runtime":
		address := os.Getenv(busVariable)
		path, _, _ := strings.Cut(strings.TrimPrefix(address, "unix:path="), ",")
		if err := os.Symlink(path, filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")); err != nil {
			t.Fatal(err)
		}
		must(t, os.Unsetenv(busVariable))
		exercise(t, keyringHere(KeyringOptions{}))
	case "activated":
		for what, err := range every(t, keyringHere(KeyringOptions{}), key) {
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "no default keyring") {
				t.Errorf("%s: %v", what, err)
			}
		}
	case "none":
		for what, err := range every(t, keyringHere(KeyringOptions{}), key) {
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "no Secret Service") {
				t.Errorf("%s: %v", what, err)
			}
		}
	case "hangs":
		sceneFake(t, key, false, ErrTimeout)
	case "lies":
		sceneFake(t, key, false, ErrUnavailable)
	case "asks":
		sceneFake(t, key, true, ErrTimeout)
	default:
		t.Fatal("an unknown scene")
	}
}

func sceneLocked(t *testing.T, key Key) {
	set(t, keyringHere(KeyringOptions{}), key)
	bus := connect(t)
	var done []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := bus.Object(secretsName, secretsPath).Call(secretsInterface+".Lock", 0, []dbus.ObjectPath{loginPath}).Store(&done, &prompt)
	if err != nil || len(done) != 1 {
		t.Fatal(err, done)
	}
	for what, err := range every(t, keyringHere(KeyringOptions{}), key) {
		if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "cannot be unlocked without a terminal") {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Attended, but without a display no dialog can be shown.
	var notice string
	s := keyringHere(KeyringOptions{Attended: true, Notice: func(text string) { notice = text }})
	err = promptly(t, func() error { _, err := s.Get(t.Context(), key); return err })
	if !errors.Is(err, ErrLocked) || !strings.Contains(notice, "1m0s") {
		t.Errorf("%v, %q", err, notice)
	}
}

func sceneStopped(t *testing.T, key Key) {
	set(t, keyringHere(KeyringOptions{}), key)
	pid := daemon(t)
	must(t, syscall.Kill(pid, syscall.SIGSTOP))
	for _, attended := range []bool{false, true} {
		s := keyringHere(KeyringOptions{Timeout: 300 * time.Millisecond, Attended: attended})
		err := promptly(t, func() error { return errors.Join(s.Probe(t.Context()), s.Set(t.Context(), key, login())) })
		if !errors.Is(err, ErrTimeout) {
			t.Error(err)
		}
	}
	must(t, syscall.Kill(pid, syscall.SIGCONT))
	if got, err := keyringHere(KeyringOptions{}).Get(t.Context(), key); err != nil || got.Token != "kept" {
		t.Errorf("after the pause: %v", err)
	}
}

// sceneFake registers a Secret Service that reports whether it is locked and
// then never responds, responds with nonsense, or opens a dialog without an
// answer.
func sceneFake(t *testing.T, key Key, isLocked bool, want error) {
	bus := connect(t)
	hang := func() *dbus.Error { <-t.Context().Done(); return nil }
	tables := []struct {
		path    dbus.ObjectPath
		name    string
		methods map[string]any
	}{
		{loginPath, "org.freedesktop.DBus.Properties", map[string]any{
			"Get": func(string, string) (dbus.Variant, *dbus.Error) { return dbus.MakeVariant(isLocked), nil },
		}},
		{secretsPath, "org.freedesktop.DBus.Properties", map[string]any{
			"Get": func(string, string) (dbus.Variant, *dbus.Error) {
				if errors.Is(want, ErrTimeout) {
					return dbus.MakeVariant([]dbus.ObjectPath{loginPath}), nil
				}
				return dbus.MakeVariant("hush"), nil
			},
		}},
		{secretsPath, secretsInterface, map[string]any{
			"OpenSession": func(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
				return dbus.MakeVariant(""), "/session", nil
			},
			"Unlock": func([]dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
				if !isLocked {
					_ = hang()
				}
				return nil, "/prompt", nil
			},
		}},
		{"/session", "org.freedesktop.Secret.Session", map[string]any{"Close": func() *dbus.Error { return nil }}},
		{"/prompt", "org.freedesktop.Secret.Prompt", map[string]any{"Prompt": func(string) *dbus.Error { return nil }}},
	}
	for _, table := range tables {
		if err := bus.ExportMethodTable(table.methods, table.path, table.name); err != nil {
			t.Fatal(err)
		}
	}
	if reply, err := bus.RequestName(secretsName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(err, reply)
	}
	notices := 0
	s := keyringHere(KeyringOptions{Timeout: 300 * time.Millisecond, Attended: isLocked, Notice: func(string) { notices++ }})
	s.(*keyringStore).unlock = 300 * time.Millisecond
	errs := every(t, s, key)
	if errs["probe"] != nil || (notices > 0) != isLocked {
		t.Errorf("probe: %v, %d notices", errs["probe"], notices)
	}
	delete(errs, "probe")
	for what, err := range errs {
		if !errors.Is(err, want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func set(t *testing.T, s Store, key Key) {
	t.Helper()
	if err := s.Set(t.Context(), key, Item{Token: "kept"}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), key); !cmp.Equal(got, Item{Token: "kept"}) {
		t.Fatal(err)
	}
}

func connect(t *testing.T) *dbus.Conn {
	t.Helper()
	bus, err := dbus.Connect(os.Getenv(busVariable))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, bus.Close()) })
	return bus
}

// daemon returns the process of the Secret Service on this scene's bus.
func daemon(t *testing.T) int {
	t.Helper()
	var pid uint32
	err := connect(t).BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, secretsName).Store(&pid)
	if err != nil || pid < 2 {
		t.Fatal(err, pid)
	}
	return int(pid)
}

func BenchmarkKeyringGet(b *testing.B) {
	if os.Getenv("CREDENTIAL_TEST_SCENE") != "bench" {
		b.Skip("this needs a bus")
	}
	s := keyringHere(KeyringOptions{})
	if err := s.Set(b.Context(), Key{Profile: "prod"}, login()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Get(b.Context(), Key{Profile: "prod"}); err != nil {
			b.Fatal(err)
		}
	}
}
